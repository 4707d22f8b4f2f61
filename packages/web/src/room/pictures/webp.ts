// WebP (RFC 9649): its chunks, without those that say where, when and with what a picture was taken.

import { concat } from '@mayfly/protocol';
import { ascii, asciiBytes, bytesOf32Little, u16Little, u24Little, u32Little, u8 } from './byte-fields.ts';
import { plainProfile } from './color-profile.ts';
import type { Look } from './jpeg.ts';
import { type Orientation, exifOf, orientationIn } from './orientation.ts';

const HEADER_BYTES = 12;
const EXTENDED_BYTES = 10;
const LOOP_BYTES = 6;
const FRAME_HEADER_BYTES = 16;
const FLAGS = { profile: 0x20, alpha: 0x10, exif: 0x08, animation: 0x02 } as const;
const LOSSLESS_MARK = 0x2f;
const EXIF_MARK = 'Exif\0\0';
/** The pixels of a still picture, or of one frame. */
const PIXELS = new Set(['VP8 ', 'VP8L', 'ALPH']);

/** No program writes more; a file that does isn't read to its end. */
const CHUNKS_MAX = 100_000;

type Chunk = { readonly name: string; readonly body: Uint8Array };

export function isWebp(bytes: Uint8Array): boolean {
  return ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 4) === 'WEBP';
}

export function webpLook(bytes: Uint8Array): Look | undefined {
  if (!isWebp(bytes)) return undefined;
  const chunks = chunksOf(bytes.subarray(HEADER_BYTES));
  const size = sizeOf(chunks[0]);
  return size && { ...size, orientation: orientationOf(chunks) };
}

/** The parts of a file that shows the same; undefined for one that isn't whole. What stands behind the end is cut off. */
export function strippedWebp(bytes: Uint8Array): readonly Uint8Array[] | undefined {
  const end = 8 + u32Little(bytes, 4);
  if (!isWebp(bytes) || end > bytes.length) return undefined;
  const [first, ...others] = chunksOf(bytes.subarray(HEADER_BYTES, end));
  if (first === undefined) return undefined;
  const body = first.name === 'VP8X' ? extended(first, others) : PIXELS.has(first.name) && [first];
  return body ? riff(body) : undefined;
}

function extended(first: Chunk, others: readonly Chunk[]): readonly Chunk[] | undefined {
  if (first.body.length < EXTENDED_BYTES || !others.some(({ name }) => /^(?:VP8[ L]|ANMF)$/.test(name)))
    return undefined;
  const profile = plainProfile(others.find(({ name }) => name === 'ICCP')?.body ?? new Uint8Array());
  const orientation = orientationOf(others);
  const header = Uint8Array.from(first.body.subarray(0, EXTENDED_BYTES));
  header[0] =
    (u8(header, 0) & (FLAGS.alpha | FLAGS.animation)) |
    (profile ? FLAGS.profile : 0) |
    (orientation === 1 ? 0 : FLAGS.exif);
  return [
    { name: 'VP8X', body: header },
    ...(profile ? [{ name: 'ICCP', body: profile }] : []),
    ...others.flatMap(kept),
    ...(orientation === 1 ? [] : [{ name: 'EXIF', body: exifOf(orientation) }]),
  ];
}

function kept(chunk: Chunk): readonly Chunk[] {
  const { name, body } = chunk;
  if (PIXELS.has(name)) return [chunk];
  if (name === 'ANIM') return [{ name, body: body.subarray(0, LOOP_BYTES) }];
  if (name !== 'ANMF') return [];
  const pixels = chunksOf(body.subarray(FRAME_HEADER_BYTES)).filter(({ name }) => PIXELS.has(name));
  return [{ name, body: concat(body.subarray(0, FRAME_HEADER_BYTES), ...pixels.flatMap(written)) }];
}

/** Those that are whole. */
function chunksOf(bytes: Uint8Array): readonly Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 0; at + 8 <= bytes.length && chunks.length < CHUNKS_MAX;) {
    const end = at + 8 + u32Little(bytes, at + 4);
    if (end > bytes.length) break;
    chunks.push({ name: ascii(bytes, at, 4), body: bytes.subarray(at + 8, end) });
    at = end + (end & 1);
  }
  return chunks;
}

function sizeOf(first: Chunk | undefined): { readonly width: number; readonly height: number } | undefined {
  if (first?.name === 'VP8X')
    return { width: u24Little(first.body, 4) + 1, height: u24Little(first.body, 7) + 1 };
  if (first?.name === 'VP8 ')
    return { width: u16Little(first.body, 6) & 0x3f_ff, height: u16Little(first.body, 8) & 0x3f_ff };
  if (first?.name !== 'VP8L' || u8(first.body, 0) !== LOSSLESS_MARK) return undefined;
  const bits = u32Little(first.body, 1);
  return { width: (bits & 0x3f_ff) + 1, height: ((bits >>> 14) & 0x3f_ff) + 1 };
}

function orientationOf(chunks: readonly Chunk[]): Orientation {
  const exif = chunks.find(({ name }) => name === 'EXIF')?.body;
  if (exif === undefined) return 1;
  return orientationIn(
    ascii(exif, 0, EXIF_MARK.length) === EXIF_MARK ? exif.subarray(EXIF_MARK.length) : exif,
  );
}

function riff(chunks: readonly Chunk[]): readonly Uint8Array[] {
  const body = chunks.flatMap(written);
  const size = body.reduce((sum, { length }) => sum + length, 4);
  return [asciiBytes('RIFF'), bytesOf32Little(size), asciiBytes('WEBP'), ...body];
}

function written({ name, body }: Chunk): readonly Uint8Array[] {
  return [asciiBytes(name), bytesOf32Little(body.length), body, new Uint8Array(body.length & 1)];
}
