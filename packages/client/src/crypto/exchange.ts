// X25519 keys, published by members so a later key can be sealed for them (SIG-4).

import { ed25519 } from '@noble/curves/ed25519.js';
import { toHex } from '@mayfly/protocol';
import { scalarOf } from './signature.ts';
import { withSecret } from './wipe.ts';

/** By the curve of the signatures, whose points are those of X25519 in other coordinates: noble's X25519 would add 1 KB. */
export function exchangePublicKeyOf(secret: Uint8Array): Uint8Array {
  const point = withSecret(clamped(secret), (bytes) => ed25519.Point.BASE.multiply(scalarOf(bytes)));
  return ed25519.utils.toMontgomery(point.toBytes());
}

/** A secret as a scalar (RFC 7748 §5). */
export function clamped(secret: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(secret);
  bytes[0] = (bytes[0] ?? 0) & 0xf8;
  bytes[31] = ((bytes[31] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

// Every encoding below 2^255 of a point whose order divides 8, on the curve or its twist.
const LOW_ORDER = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

/** Whether an exchange with this key gives a secret: with a low-order key, anyone knows the result. */
export function isGoodExchangeKey(pk: Uint8Array): boolean {
  if (pk.length !== 32) return false;
  const u = Uint8Array.from(pk);
  u[31] = (u[31] ?? 0) & 0x7f;
  return !LOW_ORDER.has(toHex(u));
}
