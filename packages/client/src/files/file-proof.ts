// The right to erase a file: only its author can make the proof, and the server holds its hash (STREAM-5).

import { sha256 } from '@noble/hashes/sha2.js';
import { ERASE_PROOF_BYTES } from '@mayfly/protocol';
import { expandKey, extractKey } from '../crypto/derive.ts';
import { withSecret } from '../crypto/wipe.ts';

/** `seed`: of the author's identity. */
export function fileProof(seed: Uint8Array, fid: Uint8Array): Uint8Array {
  return withSecret(extractKey(fid, seed), (prk) => expandKey(prk, 'file-del', ERASE_PROOF_BYTES));
}

export function fileProofHash(proof: Uint8Array): Uint8Array {
  return sha256(proof).slice(0, ERASE_PROOF_BYTES);
}
