// Ed25519 with the same verdict everywhere (SIG-1 to SIG-3). The byte rules are in the protocol package, the curve is here.

import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import {
  type SigningPurpose,
  equalBytes,
  isGoodPoint,
  isGoodSignatureShape,
  signedBytes,
} from '@mayfly/protocol';

import { withJoined, withSecret } from './wipe.ts';

const { Point } = ed25519;
// A page signs a few times and checks some hundred signatures: the usual table of 4,224 points takes longer to make than
// it saves.
Point.BASE.precompute(4);

/** An Ed25519 key: the 32-byte secret seed and the public key. */
export type SigningKey = { readonly seed: Uint8Array; readonly pk: Uint8Array };

export function signingKey(seed: Uint8Array): SigningKey {
  return { seed, pk: publicKeyOf(seed) };
}

export function publicKeyOf(seed: Uint8Array): Uint8Array {
  return ed25519.getPublicKey(seed);
}

/** SIG-1: signs `"mayfly/v1 purpose\0" || message`. The signed bytes are overwritten: some are secret. */
export function sign(seed: Uint8Array, purpose: SigningPurpose, message: Uint8Array): Uint8Array {
  return withSecret(signedBytes(purpose, message), (signed) => ed25519.sign(signed, seed));
}

/** SIG-2, for signatures made by `sign`. False for anything else; never throws. */
export function verify(
  pk: Uint8Array,
  purpose: SigningPurpose,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  return withSecret(signedBytes(purpose, message), (signed) => verifyBytes(pk, signed, signature));
}

/** SIG-2 over bare bytes. */
export function verifyBytes(pk: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (!isGoodPoint(pk) || !isGoodSignatureShape(signature)) return false;
  try {
    return equalBytes(expectedR(pk, message, signature), signature.subarray(0, 32));
  } catch {
    return false;
  }
}

// [S]B − [k]A, without the cofactor: noble's `verify` multiplies by 8, which accepts more than other libraries do.
// Throws if A isn't on the curve or S isn't below the group's order.
function expectedR(pk: Uint8Array, message: Uint8Array, signature: Uint8Array): Uint8Array {
  const s = Point.Fn.fromBytes(signature.subarray(32));
  const k = challenge(signature.subarray(0, 32), pk, message);
  const minusA = Point.fromBytes(pk).negate();
  return Point.BASE.multiplyUnsafe(s).add(minusA.multiplyUnsafe(k)).toBytes();
}

function challenge(r: Uint8Array, pk: Uint8Array, message: Uint8Array): bigint {
  return scalarOf(withJoined([r, pk, message], sha512));
}

/** Bytes as a number, modulo the order of the group. */
export function scalarOf(littleEndian: Uint8Array): bigint {
  return Point.Fn.create(littleEndian.reduceRight((value, byte) => value * 256n + BigInt(byte), 0n));
}
