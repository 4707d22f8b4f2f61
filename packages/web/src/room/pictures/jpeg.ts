// JPEG (ITU-T T.81): its segments, without those that say where, when and with what a picture was taken.

import { concat } from '@mayfly/protocol';
import { ascii, asciiBytes, u16, u8 } from './byte-fields.ts';
import { PROFILE_BYTES_MAX, plainProfile } from './color-profile.ts';
import { type Orientation, exifOf, orientationIn } from './orientation.ts';

const MARKER = 0xff;
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;
const SCAN = 0xda;
const END = 0xd9;
const START = Uint8Array.of(MARKER, 0xd8);

/** Frames and Huffman tables, arithmetic tables, quantization, restart intervals, number of lines. */
const KEPT = new Set([...Array.from({ length: 16 }, (_, i) => 0xc0 + i), 0xdb, 0xdc, 0xdd, 0xde, 0xdf]);
const NO_FRAMES = new Set([0xc4, 0xc8, 0xcc]);

const JFIF = 'JFIF\0';
const JFIF_BYTES = 12;
const ADOBE = 'Adobe';
const ADOBE_BYTES = 12;
const EXIF = 'Exif\0\0';
const PROFILE = 'ICC_PROFILE\0';
const PROFILE_AT = PROFILE.length + 2;
const SEGMENT_BYTES_MAX = 65_533;
/** No camera writes more; a file that does isn't read to its end. */
const SEGMENTS_MAX = 100_000;

/** `body`: without marker and length; of a scan, the coded picture follows it. */
type Segment = { readonly marker: number; readonly body: Uint8Array; readonly coded?: Uint8Array };

/** What is read of a picture before it is drawn. */
export type Look = { readonly width: number; readonly height: number; readonly orientation: Orientation };

export function isJpeg(bytes: Uint8Array): boolean {
  return u16(bytes, 0) === 0xff_d8 && u8(bytes, 2) === MARKER;
}

export function jpegLook(bytes: Uint8Array): Look | undefined {
  let orientation: Orientation = 1;
  for (const segment of segmentsOf(bytes)) {
    orientation = exifOrientation(segment) ?? orientation;
    if (!isFrame(segment.marker)) continue;
    return { width: u16(segment.body, 3), height: u16(segment.body, 1), orientation };
  }
  return undefined;
}

/** The parts of a file that shows the same; undefined for one that isn't whole. What stands behind the end is cut off. */
export function strippedJpeg(bytes: Uint8Array): readonly Uint8Array[] | undefined {
  const segments = [...segmentsOf(bytes)];
  if (segments.at(-1)?.marker !== END) return undefined;
  const orientation = segments.map(exifOrientation).find((one) => one !== undefined) ?? 1;
  const profile = plainProfile(profileOf(segments));
  return [
    START,
    ...segments.flatMap(keptApp0),
    ...(orientation === 1 ? [] : written(APP1, concat(asciiBytes(EXIF), exifOf(orientation)))),
    ...profileSegment(profile),
    ...segments.flatMap(kept),
    Uint8Array.of(MARKER, END),
  ];
}

function* segmentsOf(bytes: Uint8Array): Generator<Segment, void> {
  if (!isJpeg(bytes)) return;
  for (let at = START.length, count = 0; at < bytes.length && count < SEGMENTS_MAX; count++) {
    while (u8(bytes, at + 1) === MARKER) at += 1;
    const marker = u8(bytes, at + 1);
    if (u8(bytes, at) !== MARKER || marker === 0) return;
    if (marker === END) return yield { marker, body: new Uint8Array() };
    const end = at + 2 + u16(bytes, at + 2);
    if (end < at + 4 || end > bytes.length) return;
    const body = bytes.subarray(at + 4, end);
    at = marker === SCAN ? scanEnd(bytes, end) : end;
    yield { marker, body, ...(marker === SCAN && { coded: bytes.subarray(end, at) }) };
  }
}

// In coded data, a marker is neither a stuffed byte nor a restart.
function scanEnd(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(MARKER, from); at !== -1; at = bytes.indexOf(MARKER, at + 1)) {
    const next = u8(bytes, at + 1);
    if (next !== 0 && next !== MARKER && (next < 0xd0 || next > 0xd7)) return at;
  }
  return bytes.length;
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.has(marker);
}

function exifOrientation({ marker, body }: Segment): Orientation | undefined {
  const isExif = marker === APP1 && ascii(body, 0, EXIF.length) === EXIF;
  return isExif ? orientationIn(body.subarray(EXIF.length)) : undefined;
}

// Without its thumbnail.
function keptApp0({ marker, body }: Segment): readonly Uint8Array[] {
  if (marker !== APP0 || ascii(body, 0, JFIF.length) !== JFIF || body.length < JFIF_BYTES) return [];
  return written(APP0, concat(body.subarray(0, JFIF_BYTES), new Uint8Array(2)));
}

function kept({ marker, body, coded }: Segment): readonly Uint8Array[] {
  if (coded !== undefined) return [...written(marker, body), coded];
  if (KEPT.has(marker)) return written(marker, body);
  const isAdobe = marker === APP14 && ascii(body, 0, ADOBE.length) === ADOBE;
  return isAdobe ? written(marker, body.subarray(0, ADOBE_BYTES)) : [];
}

function written(marker: number, body: Uint8Array): readonly Uint8Array[] {
  const length = body.length + 2;
  return [Uint8Array.of(MARKER, marker, length >>> 8, length), body];
}

// A long one comes in several segments, each with its number and how many there are. If there are two, the first counts.
function profileOf(segments: readonly Segment[]): Uint8Array {
  const all = segments
    .filter(({ marker, body }) => marker === APP2 && ascii(body, 0, PROFILE.length) === PROFILE)
    .map(({ body }) => body);
  const count = all[0]?.[PROFILE_AT - 1];
  const chunks = all
    .filter((body) => body[PROFILE_AT - 1] === count)
    .slice(0, count)
    .sort((a, b) => u8(a, PROFILE.length) - u8(b, PROFILE.length))
    .map((body) => body.subarray(PROFILE_AT));
  const size = chunks.reduce((sum, { length }) => sum + length, 0);
  return size > PROFILE_BYTES_MAX ? new Uint8Array() : concat(...chunks);
}

function profileSegment(profile: Uint8Array | undefined): readonly Uint8Array[] {
  if (profile === undefined || profile.length > SEGMENT_BYTES_MAX - PROFILE_AT) return [];
  return written(APP2, concat(asciiBytes(PROFILE), Uint8Array.of(1, 1), profile));
}
