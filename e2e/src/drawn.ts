// Files as people share them: pictures that the browser draws, and a tone.

import type { Person } from './stage.ts';

export type PictureType = 'image/jpeg' | 'image/png' | 'image/webp';

/** Stripes in three colors; `noise`: with dots of random grays, so it stays large. */
export async function drawn(
  { page }: Person,
  type: PictureType,
  { width = 300, height = 200, noise = false } = {},
): Promise<Buffer> {
  const url = await page.evaluate(
    ([type, width, height, noise]) => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [width, height];
      const context = canvas.getContext('2d');
      if (context === null) return '';
      for (const [i, color] of ['#e02040', '#20a060', '#2040e0'].entries()) {
        context.fillStyle = color;
        context.fillRect((i * width) / 3, 0, width / 3, height);
      }
      if (noise) {
        const image = context.getImageData(0, 0, width, height);
        // Marsaglia's xorshift: the same on every run.
        let x = 2_463_534_242;
        for (let i = 0; i < image.data.length; i++) {
          x ^= x << 13;
          x ^= x >>> 17;
          x ^= x << 5;
          if (i % 4 < 3) image.data[i] = x & 255;
        }
        context.putImageData(image, 0, 0);
      }
      return canvas.toDataURL(type, 0.9);
    },
    [type, width, height, noise] as const,
  );
  return Buffer.from(url.split(',')[1] ?? '', 'base64');
}

const RATE = 8000;

/** A WAV file. */
export function tone(seconds: number): Buffer {
  const samples = Buffer.from(
    Array.from({ length: seconds * RATE }, (_, i) => 128 + Math.round(60 * Math.sin(i / 3))),
  );
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}
