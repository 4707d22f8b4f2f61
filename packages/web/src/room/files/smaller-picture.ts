// Smaller forms of a picture: one to send in its place, and a tiny one to show before it is there.

import { canvasIsHonest, redrawn } from '../../browser/canvas.ts';
import { type Picture, isThumb, pictureIn } from '../pictures/picture.ts';

export type SmallerPicture = { readonly blob: Blob; readonly picture: Picture };

type Sides = Pick<Picture, 'width' | 'height'>;

const SMALLER_FROM_BYTES = 2_000_000;
const SIDE_MAX = 2560;
const QUALITY = 0.85;
/** Less is not worth a loss of detail. */
const WORTH_IT = 0.9;

const THUMB_FROM_BYTES = 256_000;
const THUMB_SIDE_MAX = 64;
/** The first that fits is taken. */
const THUMBS = [
  ['image/webp', 0.6],
  ['image/jpeg', 0.5],
  ['image/jpeg', 0.2],
] as const;

/** An animated PNG says so before its pixels. */
const ANIMATED_PNG = /acTL/;
const HEAD_BYTES = 4096;

/** Of a picture that is large, and doesn't move. */
export async function smallerPicture(picture: Picture, source: Blob): Promise<SmallerPicture | undefined> {
  if (source.size <= SMALLER_FROM_BYTES || !canvasIsHonest() || !(await standsStill(picture, source)))
    return undefined;
  const type = picture.kind === 'jpeg' ? 'image/jpeg' : 'image/webp';
  const blob = await redrawn(source, fitted(picture, SIDE_MAX), type, QUALITY);
  const made = blob && pictureIn(new Uint8Array(await blob.arrayBuffer()));
  return blob && made && blob.size < WORTH_IT * source.size ? { blob, picture: made } : undefined;
}

/** At most 2 KiB (BODY-4). */
export async function thumbOf(picture: Picture, source: Blob): Promise<Uint8Array | undefined> {
  if (source.size <= THUMB_FROM_BYTES || !canvasIsHonest()) return undefined;
  for (const [type, quality] of THUMBS) {
    const blob = await redrawn(source, fitted(picture, THUMB_SIDE_MAX), type, quality);
    const bytes = blob === undefined ? new Uint8Array() : new Uint8Array(await blob.arrayBuffer());
    if (isThumb(bytes)) return bytes;
  }
  return undefined;
}

/** The same shape, in whole pixels, with no side longer than `most`. */
export function fitted({ width, height }: Sides, most: number): Sides {
  const scale = Math.min(1, most / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

async function standsStill({ kind }: Picture, source: Blob): Promise<boolean> {
  if (kind === 'jpeg') return true;
  return kind === 'png' && !ANIMATED_PNG.test(await source.slice(0, HEAD_BYTES).text());
}
