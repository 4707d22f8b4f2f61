// What is left of an erased message: a proof that its author or its ttl erased it, and its hash (EVENT-2).

import { sha256 } from '@noble/hashes/sha2.js';
import { ERASE_PROOF_BYTES, SERVER_KIND, type Stub, allZero, equalBytes } from '@mayfly/protocol';
import { readHeader } from './envelope.ts';
import { eventHashOf } from './event-hash.ts';

/** How a message was erased. */
export type Erasure = 'unsent' | 'expired';

const UNSENT = 1;
const EXPIRED = 2;

/** Undefined for a stub without proof: the server withholds the message. */
export function erasureOf({ reason, header, proof }: Stub): Erasure | undefined {
  const { ttl, delH } = readHeader(header);
  if (reason === UNSENT)
    return equalBytes(sha256(proof).subarray(0, ERASE_PROOF_BYTES), delH) ? 'unsent' : undefined;
  return reason === EXPIRED && ttl > 0 && allZero(proof) ? 'expired' : undefined;
}

/** Equal to the erased message's hash. */
export function stubHash({ header, restHash }: Pick<Stub, 'header' | 'restHash'>): Uint8Array {
  return eventHashOf(SERVER_KIND.message, header, restHash);
}
