// The chunks of a sealed file: an age v1 payload, as https://c2sp.org/age lays it out (STREAM-2, STREAM-3).

import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8 } from '@mayfly/protocol';

/** A chunk's number, and whether it is the last one: both are part of its nonce. */
export type ChunkPlace = { readonly index: number; readonly isLast: boolean };

const NONCE_BYTES = 12;
const COUNTER_AT = 7;
const FLAG_AT = 11;

/** STREAM-2. `nonce`: the 16 bytes in front of the chunks. */
export function streamKey(fileKey: Uint8Array, nonce: Uint8Array): Uint8Array {
  return hkdf(sha256, fileKey, nonce, utf8('payload'), 32);
}

export function sealChunk(key: Uint8Array, place: ChunkPlace, plain: Uint8Array): Uint8Array {
  return chacha20poly1305(key, chunkNonce(place)).encrypt(plain);
}

/** Undefined for a chunk that isn't the one sealed at this place. */
export function openChunk(
  key: Uint8Array,
  place: ChunkPlace,
  sealed: Uint8Array,
): Uint8Array<ArrayBuffer> | undefined {
  try {
    return chacha20poly1305(key, chunkNonce(place)).decrypt(sealed);
  } catch {
    return undefined;
  }
}

function chunkNonce({ index, isLast }: ChunkPlace): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES);
  new DataView(nonce.buffer).setUint32(COUNTER_AT, index);
  nonce[FLAG_AT] = isLast ? 1 : 0;
  return nonce;
}
