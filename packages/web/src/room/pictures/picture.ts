// Which pictures a page draws, known by their bytes alone, and how large they are before a browser decodes them.

import { ascii, u16Little, u32, u8 } from './byte-fields.ts';
import { type Look, isJpeg, jpegLook, strippedJpeg } from './jpeg.ts';
import { isTurned } from './orientation.ts';
import { isPng, pngLook, strippedPng } from './png.ts';
import { isWebp, strippedWebp, webpLook } from './webp.ts';

type PictureKind = 'png' | 'jpeg' | 'webp' | 'gif' | 'avif';

/** As it is drawn: turned, where it says so. */
export type Picture = { readonly kind: PictureKind; readonly width: number; readonly height: number };

/** A browser needs four bytes for each. */
const PIXELS_MAX = 50_000_000;
const THUMB_SIDE_MAX = 64;
const THUMB_BYTES_MAX = 2048;

/** Undefined for what a page doesn't draw: another kind, or too many pixels. */
export function pictureIn(bytes: Uint8Array): Picture | undefined {
  const kind = kindOf(bytes);
  const look = kind && LOOKS[kind](bytes);
  if (kind === undefined || look === undefined) return undefined;
  const { width, height, orientation } = look;
  if (width === 0 || height === 0 || width * height > PIXELS_MAX) return undefined;
  return isTurned(orientation) ? { kind, width: height, height: width } : { kind, width, height };
}

/** Whether it is small enough to be drawn before the picture it stands for is there. */
export function isThumb(bytes: Uint8Array): boolean {
  const { kind, width, height } = pictureIn(bytes) ?? { kind: 'gif', width: 0, height: 0 };
  if (bytes.length > THUMB_BYTES_MAX || kind === 'gif' || kind === 'avif') return false;
  return width <= THUMB_SIDE_MAX && height <= THUMB_SIDE_MAX;
}

/**
 * The same picture without metadata, in parts: none of EXIF but its orientation, no XMP, comments, thumbnails or dates,
 * nothing behind its end. Undefined for other kinds, and for bytes that aren't a whole picture.
 */
export async function withoutMetadata(bytes: Uint8Array): Promise<readonly Uint8Array[] | undefined> {
  if (isJpeg(bytes)) return strippedJpeg(bytes);
  return isPng(bytes) ? strippedPng(bytes) : strippedWebp(bytes);
}

function kindOf(bytes: Uint8Array): PictureKind | undefined {
  if (isPng(bytes)) return 'png';
  if (isJpeg(bytes)) return 'jpeg';
  if (isWebp(bytes)) return 'webp';
  if (/^GIF8[79]a$/.test(ascii(bytes, 0, 6))) return 'gif';
  return ascii(bytes, 4, 4) === 'ftyp' && /^avi[fs]$/.test(ascii(bytes, 8, 4)) ? 'avif' : undefined;
}

const LOOKS: { readonly [kind in PictureKind]: (bytes: Uint8Array) => Look | undefined } = {
  png: pngLook,
  jpeg: jpegLook,
  webp: webpLook,
  gif: gifLook,
  avif: avifLook,
};

// A frame may be larger than the screen it is for.
function gifLook(bytes: Uint8Array): Look {
  const frame = gifFrameAt(bytes);
  const [width, height] = [u16Little(bytes, 6), u16Little(bytes, 8)];
  return {
    width: Math.max(width, u16Little(bytes, frame + 5)),
    height: Math.max(height, u16Little(bytes, frame + 7)),
    orientation: 1,
  };
}

// The first one: behind the palette and the extensions.
function gifFrameAt(bytes: Uint8Array): number {
  const packed = u8(bytes, 10);
  let at = 13 + (packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0);
  while (u8(bytes, at) === 0x21) {
    at += 2;
    while (u8(bytes, at) !== 0) at += 1 + u8(bytes, at);
    at += 1;
  }
  return u8(bytes, at) === 0x2c ? at : bytes.length;
}

/** Boxes that hold the sizes of an AVIF's items. */
const HOLDERS: ReadonlyMap<string, number> = new Map([
  ['meta', 4],
  ['iprp', 0],
  ['ipco', 0],
]);
const BOXES_MAX = 1000;
const DEPTH_MAX = 3;

// The largest of its items. A rotation comes on top of it.
function avifLook(bytes: Uint8Array): Look | undefined {
  const sizes = [...sizesIn(bytes, { left: BOXES_MAX })];
  const [width, height] = [0, 1].map((side) => Math.max(0, ...sizes.map((size) => size[side] ?? 0)));
  const isTurned = sizes.some(([, , turns]) => turns === 1);
  return width && height ? { width, height, orientation: isTurned ? 6 : 1 } : undefined;
}

type Size = readonly [width: number, height: number, turns: number];

function* sizesIn(bytes: Uint8Array, budget: { left: number }, depth = 0): Generator<Size, void> {
  for (let at = 0; at + 8 <= bytes.length && budget.left > 0; budget.left -= 1) {
    const size = u32(bytes, at);
    const end = size === 0 ? bytes.length : at + size;
    if (end < at + 8) return;
    const body = bytes.subarray(at + 8, end);
    const name = ascii(bytes, at + 4, 4);
    const inside = HOLDERS.get(name);
    if (name === 'ispe') yield [u32(body, 4), u32(body, 8), 0];
    if (name === 'irot') yield [0, 0, u8(body, 0) & 1];
    if (inside !== undefined && depth < DEPTH_MAX) yield* sizesIn(body.subarray(inside), budget, depth + 1);
    at = end;
  }
}
