// What gets signed, and which signatures may be looked at at all. Pure bytes: the curve is the callers' business.

import { concat, u8, utf8 } from './bytes.ts';
import { type RoomId, roomIdBytes } from './ids.ts';

/** Every signed text begins with its purpose, so none can pass for another (docs/crypto.md, SIG-1). */
export type SigningPurpose = 'id' | 'join' | 'look' | 'owner' | 'link' | 'cmd' | 'sig' | 'prosig';

/** `"mayfly/v1 purpose\0" || message`. */
export function signedBytes(purpose: SigningPurpose, message: Uint8Array): Uint8Array {
  return concat(utf8(`mayfly/v1 ${purpose}`), u8(0), message);
}

/** The text T of a join or a look: `lid || nonce 32 || idPk 32` (docs/crypto.md, PROOF-1). */
export function joinTranscript(id: RoomId, nonce: Uint8Array, idPk: Uint8Array): Uint8Array {
  return concat(roomIdBytes(id), nonce, idPk);
}

const SMALL_ORDER_Y = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
].map((hex) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)));

/** The highest bit of a point is the sign of its x; the others are y. */
const Y_BITS = 0x7f;

/**
 * Whether an encoded Ed25519 point is canonical and not of small order, by comparing bytes alone.
 * Libraries disagree on the others, and a member could write what only some people see (SIG-2).
 */
export function isGoodPoint(encoded: Uint8Array): boolean {
  return encoded.length === 32 && isBelowFieldPrime(encoded) && !SMALL_ORDER_Y.some((y) => hasY(encoded, y));
}

function hasY(encoded: Uint8Array, y: Uint8Array): boolean {
  return y.every((byte, i) => byte === ((encoded[i] ?? 0) & (i === 31 ? Y_BITS : 0xff)));
}

/** A signature worth verifying: 64 bytes whose R is a good point (SIG-2). */
export function isGoodSignatureShape(signature: Uint8Array): boolean {
  return signature.length === 64 && isGoodPoint(signature.subarray(0, 32));
}

// Little-endian y < 2^255 − 19: everything but ed…ff7f up to ff…ff7f.
function isBelowFieldPrime(encoded: Uint8Array): boolean {
  if (((encoded[31] ?? 0) & Y_BITS) !== Y_BITS) return true;
  for (let i = 30; i >= 1; i--) if (encoded[i] !== 0xff) return true;
  return (encoded[0] ?? 0) < 0xed;
}
