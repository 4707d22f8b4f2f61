// X25519 (RFC 7748 §5), for the few secrets that are shared when a link changes. noble's own stands in a module of the page's
// first part, which would grow by it.

import { ed25519 } from '@noble/curves/ed25519.js';
import { clamped, isGoodExchangeKey } from './exchange.ts';
import { withSecret } from './wipe.ts';

const { Fp } = ed25519.Point;
const A24 = 121_665n;
const BITS = 255;

/** Throws a RangeError for a low-order `xPk`, with which anyone knows the result. */
export function sharedSecret(secret: Uint8Array, xPk: Uint8Array): Uint8Array {
  if (!isGoodExchangeKey(xPk)) throw new RangeError('a low-order key');
  const scalar = withSecret(clamped(secret), numberOf);
  return Fp.toBytes(ladder(scalar, Fp.create(numberOf(xPk) % 2n ** 255n)));
}

// The Montgomery ladder: x2/z2 and x3/z3 are multiples of u that differ by one.
function ladder(scalar: bigint, u: bigint): bigint {
  let [x2, z2, x3, z3] = [1n, 0n, u, 1n];
  for (let bit = BITS - 1; bit >= 0; bit--) {
    const isSet = ((scalar >> BigInt(bit)) & 1n) === 1n;
    if (isSet) [x2, z2, x3, z3] = [x3, z3, x2, z2];
    const [a, b] = [x2 + z2, x2 - z2];
    const [aa, bb] = [Fp.sqr(a), Fp.sqr(b)];
    const e = aa - bb;
    const [da, cb] = [Fp.mul(x3 - z3, a), Fp.mul(x3 + z3, b)];
    x3 = Fp.sqr(da + cb);
    z3 = Fp.mul(u, Fp.sqr(da - cb));
    x2 = Fp.mul(aa, bb);
    z2 = Fp.mul(e, aa + A24 * e);
    if (isSet) [x2, z2, x3, z3] = [x3, z3, x2, z2];
  }
  return Fp.mul(x2, Fp.inv(z2));
}

function numberOf(littleEndian: Uint8Array): bigint {
  return littleEndian.reduceRight((value, byte) => value * 256n + BigInt(byte), 0n);
}
