// The one tag of EXIF that pictures keep: which side is up.

import { asciiBytes, ascii, u16, u16Little, u32, u32Little } from './byte-fields.ts';

/** 1, upright, to 8; from 5 on, width and height are swapped. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const ORIENTATIONS: readonly Orientation[] = [1, 2, 3, 4, 5, 6, 7, 8];
const ORIENTATION_TAG = 0x01_12;
const SHORT = 3;
const ENTRY_BYTES = 12;
const ENTRIES_MAX = 1000;

/** `tiff`: EXIF without the mark in front of it. Upright if it says nothing else. */
export function orientationIn(tiff: Uint8Array): Orientation {
  const order = ascii(tiff, 0, 2);
  const [short, long] = order === 'II' ? [u16Little, u32Little] : [u16, u32];
  if ((order !== 'II' && order !== 'MM') || short(tiff, 2) !== 42) return 1;
  const ifd = long(tiff, 4);
  const count = Math.min(short(tiff, ifd), ENTRIES_MAX);
  for (let entry = ifd + 2; entry < ifd + 2 + count * ENTRY_BYTES; entry += ENTRY_BYTES) {
    if (short(tiff, entry) !== ORIENTATION_TAG || short(tiff, entry + 2) !== SHORT) continue;
    const value = short(tiff, entry + 8);
    return ORIENTATIONS.find((one) => one === value) ?? 1;
  }
  return 1;
}

/** EXIF with this tag and nothing else. */
export function exifOf(orientation: Orientation): Uint8Array {
  const header = [...asciiBytes('MM'), 0, 42, 0, 0, 0, 8];
  const entry = [0x01, 0x12, 0, SHORT, 0, 0, 0, 1, 0, orientation, 0, 0];
  return Uint8Array.from([...header, 0, 1, ...entry, 0, 0, 0, 0]);
}

export function isTurned(orientation: Orientation): boolean {
  return orientation >= 5;
}
