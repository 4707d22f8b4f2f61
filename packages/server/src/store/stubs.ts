// What takes the place of an erased message: 72 bytes that keep its hash and prove who erased it (docs/crypto.md, EVENT-2).

import { createHash } from 'node:crypto';
import {
  ENVELOPE_HEADER_BYTES,
  ERASE_PROOF_BYTES,
  type Erase,
  decodeServerSealed,
  encodeStubEvent,
  equalBytes,
} from '@mayfly/protocol';
import type { StoredEvent } from './room-store.ts';

const UNSENT = 1;
const EXPIRED = 2;
const NO_PROOF = new Uint8Array(ERASE_PROOF_BYTES);
const DEL_H_AT = ENVELOPE_HEADER_BYTES - ERASE_PROOF_BYTES;

/** Kind and seq, with which the frame of an event begins. */
export const EVENT_HEAD_BYTES = 5;

/** What follows them. */
export function eventContent(frame: Uint8Array): Uint8Array {
  return frame.subarray(EVENT_HEAD_BYTES);
}

/** The hash of the part of an envelope that its stub doesn't keep. */
export function restHashOf(envelope: Uint8Array): Uint8Array {
  return sha256(envelope.subarray(ENVELOPE_HEADER_BYTES));
}

/** What an unsend puts in the place of this event; itself if it is erased already. Undefined: the proof is wrong (SEND-5). */
export function unsent(frame: Uint8Array, { seq, proof }: Erase): StoredEvent | undefined {
  const event = decodeServerSealed(frame);
  if (event?.type === 'stub') return provesAuthor(proof, event.header) ? { seq, frame } : undefined;
  if (event?.type !== 'message' || !provesAuthor(proof, event.envelope)) return undefined;
  return stubOf(seq, UNSENT, event.envelope, proof);
}

/** What is left of a message whose time is over; undefined for any other event. */
export function expired({ seq, frame }: StoredEvent): StoredEvent | undefined {
  const event = decodeServerSealed(frame);
  return event?.type === 'message' ? stubOf(seq, EXPIRED, event.envelope, NO_PROOF) : undefined;
}

// Only the author of an envelope that begins with this header can know `proof` (ENV-6).
function provesAuthor(proof: Uint8Array, header: Uint8Array): boolean {
  const delH = header.subarray(DEL_H_AT, ENVELOPE_HEADER_BYTES);
  return equalBytes(sha256(proof).subarray(0, ERASE_PROOF_BYTES), delH);
}

function stubOf(seq: number, reason: number, envelope: Uint8Array, proof: Uint8Array): StoredEvent {
  const header = envelope.subarray(0, ENVELOPE_HEADER_BYTES);
  return { seq, frame: encodeStubEvent({ seq, reason, header, restHash: restHashOf(envelope), proof }) };
}

/** SHA-256, as plain bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(bytes).digest());
}
