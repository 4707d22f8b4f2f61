// Sealing: XChaCha20-Poly1305 with a random nonce in front (BOX-1). One cipher for everything, http and https.

import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { concat } from '@mayfly/protocol';
import type { RandomBytes } from './random.ts';

export const BOX_NONCE_BYTES = 24;
/** A box is longer than its content by nonce and tag. */
export const BOX_OVERHEAD = BOX_NONCE_BYTES + 16;

/** `nonce 24 || ciphertext || tag 16`. The nonce must be fresh: using one twice reveals both texts. */
export function sealBox(
  key: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
  random: RandomBytes,
): Uint8Array {
  const nonce = random(BOX_NONCE_BYTES);
  return concat(nonce, xchacha20poly1305(key, nonce, aad).encrypt(plaintext));
}

/** Undefined if the key, the associated bytes or a single bit differ, or if it is too short. Never throws. */
export function openBox(key: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  const nonce = sealed.subarray(0, BOX_NONCE_BYTES);
  try {
    return xchacha20poly1305(key, nonce, aad).decrypt(sealed.subarray(BOX_NONCE_BYTES));
  } catch {
    return undefined;
  }
}
