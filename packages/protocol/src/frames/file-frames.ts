// Frames about files: a place asked for, given, refused or given up. The bytes of a file travel over HTTP (FILE rules).

import { toBase64url } from '../bytes.ts';
import { FILE_SEALED_MIN, filePartCount } from '../file-size.ts';
import { type JsonObject, bytesField, clamped, field, oneOf, wholeNumber } from '../json.ts';
import {
  ERASE_PROOF_BYTES,
  FILE_ID_BYTES,
  FILE_LIMITS_MAX,
  FILE_TOKEN_BYTES,
  WAIT_MS_MAX,
} from '../limits.ts';

/** Asks for a place, or again for the one it has (rules FILE-2 and FILE-3). */
export type FileAsk = {
  readonly type: 'file';
  readonly fid: Uint8Array;
  /** In sealed bytes. */
  readonly size: number;
  /** Hash of the proof with which the author can erase it. */
  readonly delHash: Uint8Array;
  /** How long the file lives once it is whole. Absent: as long as this server allows. */
  readonly ttlMs?: number;
};

/** Takes a file away at once, whole or not (rule FILE-8). */
export type FileErase = {
  readonly type: 'fileErase';
  readonly fid: Uint8Array;
  readonly proof: Uint8Array;
};

/** There is a place. */
export type FileOpen = {
  readonly type: 'fileOpen';
  readonly fid: Uint8Array;
  /** Goes with each part. */
  readonly token: Uint8Array;
  /** How many parts the file has. */
  readonly parts: number;
  /** A bit for each part that is there: part `n` is bit `n % 8` of byte `n / 8`, the lowest first. */
  readonly have: Uint8Array;
};

export const FILE_REFUSED_CODES = [
  'too_big',
  'room_full',
  'server_full',
  'rate',
  'not_allowed',
  'unavailable',
] as const;
/** Why there is no place (rule FILE-4). */
export type FileRefusedCode = (typeof FILE_REFUSED_CODES)[number];

export type FileRefused = {
  readonly type: 'fileRefused';
  readonly fid: Uint8Array;
  readonly code: FileRefusedCode;
  readonly retryAfterMs: number;
};

/** The server has nothing of this file. */
export type FileErased = { readonly type: 'fileErased'; readonly fid: Uint8Array };

/** What a server says about files. */
export type FileAnswer = FileOpen | FileRefused | FileErased;

export function decodeFileAsk(object: JsonObject): FileAsk | undefined {
  const fid = readFid(object);
  const size = wholeNumber(field(object, 'size'));
  const delHash = bytesField(field(object, 'delHash'), ERASE_PROOF_BYTES);
  const ttl = field(object, 'ttlMs');
  const ttlMs = ttl === undefined ? undefined : wholeNumber(ttl);
  if (fid === undefined || size === undefined || size < FILE_SEALED_MIN || delHash === undefined)
    return undefined;
  if ((ttl === undefined) !== (ttlMs === undefined)) return undefined;
  return { type: 'file', fid, size, delHash, ...(ttlMs !== undefined && { ttlMs }) };
}

export function decodeFileErase(object: JsonObject): FileErase | undefined {
  const fid = readFid(object);
  const proof = bytesField(field(object, 'proof'), ERASE_PROOF_BYTES);
  return fid && proof && { type: 'fileErase', fid, proof };
}

/** Undefined for a frame that is not about a file, and for one that doesn't fit. */
export function decodeFileAnswer(type: unknown, object: JsonObject): FileAnswer | undefined {
  const fid = readFid(object);
  if (fid === undefined) return undefined;
  if (type === 'fileErased') return { type, fid };
  if (type === 'fileRefused') {
    const code = oneOf(field(object, 'code'), FILE_REFUSED_CODES);
    const retryAfterMs = clamped(field(object, 'retryAfterMs'), { max: WAIT_MS_MAX });
    return code === undefined || retryAfterMs === undefined ? undefined : { type, fid, code, retryAfterMs };
  }
  if (type !== 'fileOpen') return undefined;
  const token = bytesField(field(object, 'token'), FILE_TOKEN_BYTES);
  const parts = wholeNumber(field(object, 'parts'), PARTS_MAX);
  const have = parts && bytesField(field(object, 'have'), Math.ceil(parts / 8));
  return token && parts && have ? { type, fid, token, parts, have } : undefined;
}

// Of the largest file that any honest server takes, and its sealing.
const PARTS_MAX = filePartCount(2 * FILE_LIMITS_MAX.file);

const readFid = (object: JsonObject) => bytesField(field(object, 'fid'), FILE_ID_BYTES);

export function spellFileAsk({ fid, delHash, ...rest }: FileAsk): object {
  return { ...rest, fid: toBase64url(fid), delHash: toBase64url(delHash) };
}

export function spellFileErase({ type, fid, proof }: FileErase): object {
  return { type, fid: toBase64url(fid), proof: toBase64url(proof) };
}

export function spellFileAnswer(frame: FileAnswer): object {
  const fid = toBase64url(frame.fid);
  if (frame.type !== 'fileOpen') return { ...frame, fid };
  return { ...frame, fid, token: toBase64url(frame.token), have: toBase64url(frame.have) };
}

/** Whether part `n` is there, by the bits of `have`. */
export function hasFilePart(have: Uint8Array, n: number): boolean {
  return (((have[n >> 3] ?? 0) >> (n & 7)) & 1) === 1;
}
