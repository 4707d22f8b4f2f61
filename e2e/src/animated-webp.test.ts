import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type Frame, animatedWebp, frameTimes } from './animated-webp.ts';
import { openStage } from './stage.ts';

const TALK = fileURLToPath(new URL('../../docs/screenshots/talk.webp', import.meta.url));

test('the animation in the README has at most 1.5 MB, and runs for 10 to 30 seconds', () => {
  const webp = readFileSync(TALK);
  expect(webp.length).toBeLessThanOrEqual(1_500_000);
  const ms = frameTimes(webp).reduce((sum, time) => sum + time, 0);
  expect(ms).toBeGreaterThan(10_000);
  expect(ms).toBeLessThan(30_000);
});

test('the browser shows every frame, at its place and for its time', async () => {
  await using stage = await openStage();
  const { page } = await stage.person();
  // Browsers offer ImageDecoder on secure origins only, loopback included.
  await page.goto(`${stage.origin}/robots.txt`);
  const frames: Frame[] = [
    { x: 0, y: 0, width: 40, height: 20, ms: 300, still: await still('#ff0000', 40, 20) },
    { x: 10, y: 6, width: 7, height: 9, ms: 1_250, still: await still('#0000ff', 7, 9) },
  ];
  const webp = animatedWebp({ width: 40, height: 20 }, frames);
  expect(frameTimes(webp)).toEqual([300, 1_250]);
  const [first, second] = await page.evaluate(decode, webp.toString('base64'));
  expect(first).toMatchObject({ ms: 300, corner: 'red', inside: 'red' });
  expect(second).toMatchObject({ ms: 1_250, corner: 'red', inside: 'blue' });

  async function still(color: string, width: number, height: number): Promise<Uint8Array> {
    return Buffer.from(await page.evaluate(paint, { color, width, height }), 'base64');
  }
});

/** Runs in the page. */
async function paint({ color, width, height }: { color: string; width: number; height: number }) {
  const canvas = new OffscreenCanvas(width, height);
  const brush = canvas.getContext('2d', { alpha: false });
  if (brush === null) throw new Error('this browser does not draw');
  brush.fillStyle = color;
  brush.fillRect(0, 0, width, height);
  const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.9 });
  return btoa(String.fromCharCode(...new Uint8Array(await blob.arrayBuffer())));
}

/** Runs in the page: what is in a corner and at (12, 8) of each frame. */
async function decode(base64: string) {
  const data = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const decoder = new ImageDecoder({ data, type: 'image/webp' });
  await decoder.tracks.ready;
  await decoder.completed;
  const shown = [];
  for (let frameIndex = 0; frameIndex < (decoder.tracks.selectedTrack?.frameCount ?? 0); frameIndex++) {
    const { image } = await decoder.decode({ frameIndex });
    const canvas = new OffscreenCanvas(image.displayWidth, image.displayHeight);
    const brush = canvas.getContext('2d', { willReadFrequently: true });
    brush?.drawImage(image, 0, 0);
    const at = (x: number, y: number) => {
      const [red = 0, , blue = 0] = brush?.getImageData(x, y, 1, 1).data ?? [];
      return red > 2 * blue ? 'red' : blue > 2 * red ? 'blue' : 'neither';
    };
    shown.push({ ms: (image.duration ?? 0) / 1000, corner: at(1, 1), inside: at(12, 8) });
  }
  return shown;
}
