// PNG (https://www.w3.org/TR/png-3/): its chunks, without those that say where, when and with what a picture was made.

import { concat } from '@mayfly/protocol';
import { ascii, asciiBytes, bytesOf32, u32 } from './byte-fields.ts';
import { inflated, storedAsZlib } from './zlib.ts';
import { PROFILE_BYTES_MAX, plainProfile } from './color-profile.ts';
import type { Look } from './jpeg.ts';
import { type Orientation, exifOf, orientationIn } from './orientation.ts';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** Length, name and checksum. */
const CHUNK_OVERHEAD = 12;
const NAME_BYTES_MAX = 79;
/** No program writes more; a file that does isn't read to its end. */
const CHUNKS_MAX = 100_000;

/** What is needed to draw a picture, still or moving, and how long it may be: a chunk can hide something in its rest. */
const KEPT: ReadonlyMap<string, number> = new Map([
  ['IHDR', 13],
  ['PLTE', 768],
  ['tRNS', 256],
  ['cHRM', 32],
  ['gAMA', 4],
  ['sRGB', 1],
  ['cICP', 4],
  ['sBIT', 4],
  ['bKGD', 6],
  ['acTL', 8],
  ['fcTL', 26],
  ['fdAT', Infinity],
  ['IDAT', Infinity],
]);

/** `whole`: with length and checksum. */
type Chunk = { readonly name: string; readonly body: Uint8Array; readonly whole: Uint8Array };

export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => byte === bytes[i]);
}

export function pngLook(bytes: Uint8Array): Look | undefined {
  if (!isPng(bytes) || ascii(bytes, 12, 4) !== 'IHDR') return undefined;
  return { width: u32(bytes, 16), height: u32(bytes, 20), orientation: orientationOf(chunksOf(bytes)) };
}

/** The parts of a file that shows the same; undefined for one that isn't whole. What stands behind the end is cut off. */
export async function strippedPng(bytes: Uint8Array): Promise<readonly Uint8Array[] | undefined> {
  const chunks = [...chunksOf(bytes)];
  const end = chunks.at(-1);
  if (chunks[0]?.name !== 'IHDR' || end?.name !== 'IEND') return undefined;
  const profile = await profileOf(chunks);
  const orientation = orientationOf(chunks);
  const [header, ...others] = chunks.filter(isKept);
  return [
    SIGNATURE,
    ...(header ? [header.whole] : []),
    ...(profile ? written('iCCP', concat(asciiBytes('icc\0\0'), storedAsZlib(profile))) : []),
    ...(orientation === 1 ? [] : written('eXIf', exifOf(orientation))),
    ...others.map(({ whole }) => whole),
    ...written('IEND', new Uint8Array()),
  ];
}

function* chunksOf(bytes: Uint8Array): Generator<Chunk, void> {
  if (!isPng(bytes)) return;
  for (let at = SIGNATURE.length, count = 0; count < CHUNKS_MAX; count++) {
    if (at + CHUNK_OVERHEAD > bytes.length) return;
    const end = at + CHUNK_OVERHEAD + u32(bytes, at);
    if (end > bytes.length) return;
    const name = ascii(bytes, at + 4, 4);
    yield { name, body: bytes.subarray(at + 8, end - 4), whole: bytes.subarray(at, end) };
    if (name === 'IEND') return;
    at = end;
  }
}

function isKept({ name, body }: Chunk): boolean {
  return body.length <= (KEPT.get(name) ?? -1);
}

function orientationOf(chunks: Iterable<Chunk>): Orientation {
  for (const { name, body } of chunks) if (name === 'eXIf') return orientationIn(body);
  return 1;
}

async function profileOf(chunks: readonly Chunk[]): Promise<Uint8Array | undefined> {
  const body = chunks.find(({ name }) => name === 'iCCP')?.body;
  const nameEnd = body?.subarray(0, NAME_BYTES_MAX + 1).indexOf(0) ?? -1;
  if (body === undefined || nameEnd === -1) return undefined;
  const profile = await inflated(body.subarray(nameEnd + 2), PROFILE_BYTES_MAX);
  return profile && plainProfile(profile);
}

function written(name: string, body: Uint8Array): readonly Uint8Array[] {
  const named = concat(asciiBytes(name), body);
  return [bytesOf32(body.length), named, bytesOf32(crc32(named))];
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xff_ff_ff_ff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xed_b8_83_20 : 0);
  }
  return ~crc;
}
