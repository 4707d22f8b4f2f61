// Pictures drawn anew at another size. Some browsers put noise into what is read back, so no page can tell machines apart:
// there, nothing may be made of it.

import { attempt } from './browser.ts';

type Size = { readonly width: number; readonly height: number };

const COLORS = ['#336699', '#cc8811'];
const AS_DRAWN = '51,102,153,255,204,136,17,255';

/** Whether what is read back is what was drawn. */
export function canvasIsHonest(): boolean {
  return attempt(readBack) === AS_DRAWN;
}

function readBack(): string | undefined {
  const context = canvasOf({ width: COLORS.length, height: 1 }).getContext('2d');
  for (const [x, color] of COLORS.entries()) {
    if (context === null) return undefined;
    context.fillStyle = color;
    context.fillRect(x, 0, 1, 1);
  }
  return context?.getImageData(0, 0, COLORS.length, 1).data.join();
}

/** Upright and without metadata. Undefined if the browser can't; it may choose another type. */
export async function redrawn(
  picture: Blob,
  size: Size,
  type: string,
  quality: number,
): Promise<Blob | undefined> {
  const url = URL.createObjectURL(picture);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = canvasOf(size);
    const context = canvas.getContext('2d');
    if (context === null) return undefined;
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, size.width, size.height);
    return await new Promise((resolve) => {
      canvas.toBlob((blob) => resolve(blob ?? undefined), type, quality);
    });
  } catch {
    return undefined;
  } finally {
    URL.revokeObjectURL(url);
  }
}

function canvasOf({ width, height }: Size): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  return canvas;
}
