// HPKE base mode (RFC 9180) with X25519, HKDF-SHA256 and ChaCha20-Poly1305, for one message to one key. It authenticates no
// sender.

import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { expand, extract } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, u16, u8, utf8 } from '@mayfly/protocol';
import { exchangePublicKeyOf } from './exchange.ts';
import { wipe, withJoined } from './wipe.ts';
import { sharedSecret } from './x25519.ts';

const ENC_BYTES = 32;
const KEM = concat(utf8('KEM'), u16(0x20));
const SUITE = concat(utf8('HPKE'), u16(0x20), u16(1), u16(3));
const NOTHING = new Uint8Array(0);

/** What both sides know: it selects the key, and the associated data of the seal. */
export type HpkeContext = { readonly info: Uint8Array; readonly aad: Uint8Array };

/** `enc 32 || ciphertext || tag 16`. Throws for a low-order `xPk`. `ephemeral`: a fresh secret, overwritten. */
export function sealTo(
  xPk: Uint8Array,
  { info, aad }: HpkeContext,
  plaintext: Uint8Array,
  ephemeral: Uint8Array,
): Uint8Array {
  const enc = exchangePublicKeyOf(ephemeral);
  const dh = sharedSecret(ephemeral, xPk);
  wipe(ephemeral);
  return withKey(dh, concat(enc, xPk), info, (key, nonce) =>
    concat(enc, chacha20poly1305(key, nonce, aad).encrypt(plaintext)),
  );
}

/** Undefined if it was sealed for another key or context, or changed. Never throws. */
export function openFrom(
  xSecret: Uint8Array,
  { info, aad }: HpkeContext,
  sealed: Uint8Array,
): Uint8Array | undefined {
  try {
    const enc = sealed.subarray(0, ENC_BYTES);
    const dh = sharedSecret(xSecret, enc);
    return withKey(dh, concat(enc, exchangePublicKeyOf(xSecret)), info, (key, nonce) =>
      chacha20poly1305(key, nonce, aad).decrypt(sealed.subarray(ENC_BYTES)),
    );
  } catch {
    return undefined;
  }
}

function withKey<T>(
  dh: Uint8Array,
  kemContext: Uint8Array,
  info: Uint8Array,
  use: (key: Uint8Array, nonce: Uint8Array) => T,
): T {
  const prk = labeledExtract(KEM, NOTHING, 'eae_prk', dh);
  const shared = labeledExpand(KEM, prk, 'shared_secret', kemContext, 32);
  const context = concat(
    u8(0),
    labeledExtract(SUITE, NOTHING, 'psk_id_hash', NOTHING),
    labeledExtract(SUITE, NOTHING, 'info_hash', info),
  );
  const secret = labeledExtract(SUITE, shared, 'secret', NOTHING);
  const key = labeledExpand(SUITE, secret, 'key', context, 32);
  const nonce = labeledExpand(SUITE, secret, 'base_nonce', context, 12);
  try {
    return use(key, nonce);
  } finally {
    wipe(dh, prk, shared, secret, key);
  }
}

function labeledExtract(suite: Uint8Array, salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array {
  return withJoined([utf8('HPKE-v1'), suite, utf8(label), ikm], (joined) => extract(sha256, joined, salt));
}

function labeledExpand(
  suite: Uint8Array,
  prk: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array {
  return expand(sha256, prk, concat(u16(length), utf8('HPKE-v1'), suite, utf8(label), info), length);
}
