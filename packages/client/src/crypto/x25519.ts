// X25519 (RFC 7748 §5), for the few secrets that are shared when a link changes. From noble's ladder: its `x25519` stands in a
// module of the page's first part, which would grow by it.

import { montgomery } from '@noble/curves/abstract/montgomery.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { clamped, isGoodExchangeKey } from './exchange.ts';

const { Fp } = ed25519.Point;
const x25519 = /* @__PURE__ */ montgomery({
  P: Fp.ORDER,
  type: 'x25519',
  adjustScalarBytes: clamped,
  powPminus2: (x) => Fp.inv(Fp.create(x)),
});

/** Throws a RangeError for a low-order `xPk`, with which anyone knows the result. */
export function sharedSecret(secret: Uint8Array, xPk: Uint8Array): Uint8Array {
  if (!isGoodExchangeKey(xPk)) throw new RangeError('a low-order key');
  return x25519.getSharedSecret(secret, xPk);
}
