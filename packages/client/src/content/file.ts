// The body of a file (BODY-4), as JSON: where its bytes are, how to verify them, and what to show before they are there.

import {
  FILE_ID_BYTES,
  FILE_KEY_BYTES,
  FILE_LIMITS_MAX,
  type JsonObject,
  bytesField,
  clamped,
  field,
  fromBase64url,
  parseJsonObject,
  toBase64url,
  utf8,
  wholeNumber,
} from '@mayfly/protocol';
import type { SharedFile } from '../room-updates.ts';
import { hasVisibleText } from '../visible-text.ts';

const HASH_BYTES = 32;
export const FILE_NAME_BYTES_MAX = 200;
/** What a file without a name is called. */
export const NAMELESS = 'file';
const SIDE_MAX = 65_535;
const DURATION_MS_MAX = 24 * 3_600_000;
const WAVE_BYTES_MAX = 64;
const THUMB_BYTES_MAX = 2048;

/** Controls, separators of lines and paths, what changes the direction of a text, half of a character. */
export const FILE_NAME_UNFIT = /[\p{Cc}\u2028\u2029/\\\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\p{Cs}]/u;
const HALF_CHARACTER = /\p{Cs}/u;
const TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,62}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}$/;

/** `text`: its caption. */
export function writeFile(file: SharedFile, text: string): string {
  const { fid, key, size, hash, name, mime, width, height, durationMs, wave, thumb } = file;
  return JSON.stringify({
    fid: toBase64url(fid),
    key: toBase64url(key),
    size,
    hash: toBase64url(hash),
    name,
    mime,
    w: width,
    h: height,
    ms: durationMs,
    wave: wave && toBase64url(wave),
    thumb: thumb && toBase64url(thumb),
    ...(text !== '' && { text }),
  });
}

/** `text`: its caption, empty if it has none. */
export function readFile(body: string): { readonly file: SharedFile; readonly text: string } | undefined {
  const object = parseJsonObject(body);
  const file = object && readFields(object);
  const text = object && optional(field(object, 'text'), readCaption);
  return file && text && { file, text: text.value ?? '' };
}

function readFields(object: JsonObject): SharedFile | undefined {
  const fid = bytesField(field(object, 'fid'), FILE_ID_BYTES);
  const key = bytesField(field(object, 'key'), FILE_KEY_BYTES);
  const size = wholeNumber(field(object, 'size'), FILE_LIMITS_MAX.file);
  const hash = bytesField(field(object, 'hash'), HASH_BYTES);
  const name = matching(field(object, 'name'), fileNameFits);
  const mime = matching(field(object, 'mime'), (text) => TYPE.test(text));
  const extras = readExtras(object);
  return fid && key && size !== undefined && hash && name && mime && extras
    ? { fid, key, size, hash, name: hasVisibleText(name) ? name : NAMELESS, mime, ...extras }
    : undefined;
}

type Extras = Pick<SharedFile, 'width' | 'height' | 'durationMs' | 'wave' | 'thumb'>;

function readExtras(object: JsonObject): Extras | undefined {
  const width = optional(field(object, 'w'), readSide);
  const height = optional(field(object, 'h'), readSide);
  const durationMs = optional(field(object, 'ms'), readDuration);
  const wave = optional(field(object, 'wave'), readWave);
  const thumb = optional(field(object, 'thumb'), readThumb);
  return (
    width &&
    height &&
    durationMs &&
    wave &&
    thumb && {
      width: width.value,
      height: height.value,
      durationMs: durationMs.value,
      wave: wave.value,
      thumb: thumb.value,
    }
  );
}

const readCaption = (value: unknown) => matching(value, (text) => !HALF_CHARACTER.test(text));
const readSide = (value: unknown) => clamped(value, { min: 1, max: SIDE_MAX });
const readDuration = (value: unknown) => clamped(value, { max: DURATION_MS_MAX });
const readWave = (value: unknown) => bytesUpTo(value, WAVE_BYTES_MAX);
const readThumb = (value: unknown) => bytesUpTo(value, THUMB_BYTES_MAX);

// A field that is there must fit.
function optional<T>(
  value: unknown,
  read: (value: unknown) => T | undefined,
): { readonly value: T | undefined } | undefined {
  const found = read(value);
  return found === undefined && value !== undefined ? undefined : { value: found };
}

function bytesUpTo(value: unknown, max: number): Uint8Array | undefined {
  const bytes = typeof value === 'string' ? fromBase64url(value) : undefined;
  return bytes && bytes.length <= max ? bytes : undefined;
}

function matching(value: unknown, fits: (text: string) => boolean): string | undefined {
  return typeof value === 'string' && fits(value) ? value : undefined;
}

/** Whether a file may be called so: at most 200 bytes, in one line, and no path. */
export function fileNameFits(name: string): boolean {
  return name !== '' && !FILE_NAME_UNFIT.test(name) && utf8(name).length <= FILE_NAME_BYTES_MAX;
}
