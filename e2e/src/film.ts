// Films browser windows side by side. Each shot is a set of screenshots and a duration, so slow machines make the same film as
// fast ones.

import type { Page } from 'playwright-core';
import { type Frame, animatedWebp } from './animated-webp.ts';

type Window = { readonly page: Page; readonly x: number; readonly y: number };
type Shot = { readonly ms: number; readonly pictures: readonly string[] };

export type FilmSet = {
  readonly width: number;
  readonly height: number;
  /** A CSS gradient's colours, from top to bottom. */
  readonly sky: readonly string[];
};

export class Film {
  readonly #set: FilmSet;
  readonly #windows: readonly Window[];
  readonly #shots: Shot[] = [];

  constructor(set: FilmSet, windows: readonly Window[]) {
    this.#set = set;
    this.#windows = windows;
  }

  /** What everyone sees at this moment, shown for so long. */
  async shoot(ms: number): Promise<void> {
    const pictures = this.#windows.map(async ({ page }) => (await page.screenshot()).toString('base64'));
    this.#shots.push({ ms, pictures: await Promise.all(pictures) });
  }

  /** Draws with this page, which is left with the last frame on it. */
  async develop(painter: Page): Promise<Buffer> {
    await painter.evaluate(prepare, {
      ...this.#set,
      places: this.#windows.map(({ x, y }) => ({ x, y })),
    });
    const frames: Frame[] = [];
    for (const { ms, pictures } of this.#shots) {
      const change = await painter.evaluate(draw, pictures);
      const last = frames.at(-1);
      if (change === undefined && last !== undefined)
        frames[frames.length - 1] = { ...last, ms: last.ms + ms };
      else if (change !== undefined) {
        const { still, ...place } = change;
        frames.push({ ...place, ms, still: Buffer.from(still, 'base64') });
      }
    }
    return animatedWebp(this.#set, frames);
  }
}

type Stagehand = {
  draw(pictures: readonly string[]): Promise<Change | undefined>;
};

/** What differs from the picture before, as a lossy WebP in base64. */
type Change = Omit<Frame, 'ms' | 'still'> & { readonly still: string };

declare global {
  interface Window {
    stagehand?: Stagehand;
  }
}

type Plan = FilmSet & { readonly places: readonly { readonly x: number; readonly y: number }[] };

/** Runs in the painter's page. */
function prepare({ width, height, sky, places }: Plan): void {
  const QUALITY = 0.88;
  const CORNER = 14;
  const canvas = new OffscreenCanvas(width, height);
  const brush = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  if (brush === null) throw new Error('this browser does not draw');
  const gradient = brush.createLinearGradient(0, 0, 0, height);
  for (const [index, color] of sky.entries()) gradient.addColorStop(index / (sky.length - 1), color);
  let before: Uint32Array | undefined;

  const paint = (images: readonly ImageBitmap[]) => {
    brush.fillStyle = gradient;
    brush.fillRect(0, 0, width, height);
    for (const [index, image] of images.entries()) {
      const { x, y } = places[index] ?? { x: 0, y: 0 };
      brush.save();
      brush.beginPath();
      brush.roundRect(x, y, image.width, image.height, CORNER);
      brush.shadowColor = 'rgb(40 30 80 / 0.35)';
      brush.shadowBlur = 30;
      brush.shadowOffsetY = 10;
      brush.fill();
      brush.shadowColor = 'transparent';
      brush.clip();
      brush.drawImage(image, x, y);
      brush.restore();
    }
  };

  const changed = (now: Uint32Array) => {
    if (before === undefined) return { left: 0, top: 0, right: width - 1, bottom: height - 1 };
    let [left, top, right, bottom] = [width, height, -1, -1];
    for (let at = 0; at < now.length; at++) {
      if (now[at] === before[at]) continue;
      const [x, y] = [at % width, Math.floor(at / width)];
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
    return right < 0 ? undefined : { left, top, right, bottom };
  };

  window.stagehand = {
    async draw(pictures) {
      const images = pictures.map(async (base64) => {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        return createImageBitmap(new Blob([bytes]));
      });
      paint(await Promise.all(images));
      const now = new Uint32Array(brush.getImageData(0, 0, width, height).data.buffer);
      const bounds = changed(now);
      before = now;
      if (bounds === undefined) return undefined;
      // Even places, as the format wants them.
      const [x, y] = [bounds.left & ~1, bounds.top & ~1];
      const part = new OffscreenCanvas(bounds.right - x + 1, bounds.bottom - y + 1);
      part.getContext('2d', { alpha: false })?.drawImage(canvas, -x, -y);
      const blob = await part.convertToBlob({ type: 'image/webp', quality: QUALITY });
      const bytes = new Uint8Array(await blob.arrayBuffer());
      const still = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
      return { x, y, width: part.width, height: part.height, still };
    },
  };
}

/** Runs in the painter's page. */
function draw(pictures: readonly string[]): Promise<Change | undefined> {
  if (window.stagehand === undefined) throw new Error('nothing is prepared');
  return window.stagehand.draw(pictures);
}
