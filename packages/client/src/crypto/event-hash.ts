// Hashes of log events, and statements about the log as a sender saw it (EVENT-1 to EVENT-3).

import { sha256 } from '@noble/hashes/sha2.js';
import { ENVELOPE_HEADER_BYTES, LOG_ID_BYTES, type Position, fromBase64url, u32, u8 } from '@mayfly/protocol';
import { digest } from './derive.ts';

/**
 * `kind` is the first byte of the event's frame; `bytes` the envelope, or the command without its blob.
 * The rest is hashed separately, so 72 bytes can replace an erased message and keep its hash.
 */
export function eventHash(kind: number, bytes: Uint8Array): Uint8Array {
  const head = bytes.subarray(0, ENVELOPE_HEADER_BYTES);
  return eventHashOf(kind, head, sha256(bytes.subarray(ENVELOPE_HEADER_BYTES)));
}

/** The same from an event's first 23 bytes and the SHA-256 of the rest, which is all that a stub has. */
export function eventHashOf(kind: number, head: Uint8Array, restHash: Uint8Array): Uint8Array {
  return digest('event', u8(kind), head, restHash);
}

/** At most this many events are stated. */
export const SEEN_EVENTS_MAX = 32;

/** Inside every message: which events, by hash, its sender holds up to `seq`. */
export type Statement = {
  /** First 4 bytes of the logId. */
  readonly logTag: Uint8Array;
  readonly seq: number;
  /** How many events, ending at `seq`; 0 gives only the sender's position. */
  readonly events: number;
  readonly seen: Uint8Array;
};

/**
 * `hashes`: of the consecutive events held, oldest first, the last one at `position`.
 * `c`: number of the last command at or before it.
 */
export function makeStatement(position: Position, c: number, hashes: readonly Uint8Array[]): Statement {
  const window = hashes.slice(-SEEN_EVENTS_MAX);
  const seen = window.length > 0 ? seenDigest(logIdBytes(position.logId), c, window) : new Uint8Array(8);
  return { logTag: logTagOf(position.logId), seq: position.seq, events: window.length, seen };
}

/** How messages name the log they are sealed for. */
export function logTagOf(logId: string): Uint8Array {
  return logIdBytes(logId).subarray(0, 4);
}

/** The first 8 bytes of the hash over log, last command and the hashes, oldest first. */
export function seenDigest(logId: Uint8Array, c: number, hashes: readonly Uint8Array[]): Uint8Array {
  return digest('seen', logId, u32(c), u8(hashes.length), ...hashes).subarray(0, 8);
}

// Positions are decoded at the edge, so another length is a bug.
function logIdBytes(logId: string): Uint8Array {
  const bytes = fromBase64url(logId);
  if (bytes?.length !== LOG_ID_BYTES) throw new RangeError('a logId has 8 bytes');
  return bytes;
}
