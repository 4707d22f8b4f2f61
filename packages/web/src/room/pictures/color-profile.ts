// The colors of a picture without the history of its profile: what decides the colors stays, names and dates don't.

import { ascii, asciiBytes, bytesOf32, u32 } from './byte-fields.ts';

const HEADER_BYTES = 128;
const ENTRY_BYTES = 12;
const TAGS_MAX = 100;
export const PROFILE_BYTES_MAX = 1024 * 1024;
/** Parts of the header: sizes, versions, color spaces, the mark, the intent and the illuminant (ICC.1, 7.2). */
const KEPT_OF_HEADER = [
  [8, 24],
  [36, 40],
  [64, 80],
] as const;
const MATRIX_TAGS = ['rXYZ', 'gXYZ', 'bXYZ', 'rTRC', 'gTRC', 'bTRC'];
const KEPT_TAGS = new Set([...MATRIX_TAGS, 'kTRC', 'wtpt', 'chad', 'cicp']);

type Tag = { readonly name: string; readonly at: number; readonly size: number };

/** Undefined for a profile that isn't made of these tags alone: tables of colors are too much of a fingerprint. */
export function plainProfile(profile: Uint8Array): Uint8Array | undefined {
  if (ascii(profile, 36, 4) !== 'acsp' || profile.length > PROFILE_BYTES_MAX) return undefined;
  const tags = tagsOf(profile).filter(({ name }) => KEPT_TAGS.has(name));
  const names = new Set(tags.map(({ name }) => name));
  const isWhole = names.has('kTRC') || MATRIX_TAGS.every((name) => names.has(name));
  return isWhole && names.size === tags.length ? write(profile, tags) : undefined;
}

function tagsOf(profile: Uint8Array): readonly Tag[] {
  const count = Math.min(u32(profile, HEADER_BYTES), TAGS_MAX);
  return Array.from({ length: count }, (_, i) => {
    const entry = HEADER_BYTES + 4 + i * ENTRY_BYTES;
    return { name: ascii(profile, entry, 4), at: u32(profile, entry + 4), size: u32(profile, entry + 8) };
  }).filter(({ at, size }) => at + size <= profile.length);
}

function write(profile: Uint8Array, tags: readonly Tag[]): Uint8Array {
  const placed = new Map<number, number>();
  const content: Uint8Array[] = [];
  const entries: Uint8Array[] = [];
  let end = HEADER_BYTES + 4 + tags.length * ENTRY_BYTES;
  for (const { name, at, size } of tags) {
    const place = placed.get(at) ?? end;
    if (place === end) {
      placed.set(at, place);
      content.push(profile.subarray(at, at + size), new Uint8Array(-size & 3));
      end += size + (-size & 3);
    }
    entries.push(asciiBytes(name), bytesOf32(place), bytesOf32(size));
  }
  const header = new Uint8Array(HEADER_BYTES);
  for (const [from, to] of KEPT_OF_HEADER) header.set(profile.subarray(from, to), from);
  header.set(bytesOf32(end));
  return joined([header, bytesOf32(tags.length), ...entries, ...content]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
