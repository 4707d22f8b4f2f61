// One verdict on noble, WebCrypto and node:crypto, and the standard's own examples.

import { createPublicKey, generateKeyPairSync, sign as nodeSign, verify as nodeVerify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat, isGoodPoint, isGoodSignatureShape, signedBytes, toHex, utf8 } from '@mayfly/protocol';
import { publicKeyOf, sign, signingKey, verify, verifyBytes } from './signature.ts';
import known from '../../../../docs/vectors/crypto.json' with { type: 'json' };

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const SPKI_PREFIX = bytes('302a300506032b6570032100');

const raw = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

// `pk || message || signature` in one piece.
const verdict = (all: Uint8Array) =>
  verify(all.subarray(0, 32), 'sig', all.subarray(32, -64), all.subarray(-64));

function nodeVerdict(pk: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (!isGoodPoint(pk) || !isGoodSignatureShape(signature)) return false;
  try {
    const key = createPublicKey({ key: Buffer.from(concat(SPKI_PREFIX, pk)), format: 'der', type: 'spki' });
    return nodeVerify(null, message, key, signature);
  } catch {
    return false;
  }
}

async function webVerdict(pk: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  if (!isGoodPoint(pk) || !isGoodSignatureShape(signature)) return false;
  const { subtle } = globalThis.crypto;
  try {
    const key = await subtle.importKey('raw', Uint8Array.from(pk), 'Ed25519', false, ['verify']);
    return await subtle.verify('Ed25519', key, Uint8Array.from(signature), Uint8Array.from(message));
  } catch {
    return false;
  }
}

describe('SIG-2: strict verification', () => {
  test.each(known.signatures)('$name: accept $accept', async ({ pk, message, signature, accept }) => {
    const triple = [bytes(pk), bytes(message), bytes(signature)] as const;
    expect(verifyBytes(...triple)).toBe(accept);
    expect(nodeVerdict(...triple)).toBe(accept);
    expect(await webVerdict(...triple)).toBe(accept);
  });

  test.each(known.small_order_y)('small-order y %s is no key, with either sign', (hex) => {
    const y = bytes(hex);
    expect(isGoodPoint(y)).toBe(false);
    expect(isGoodPoint(Uint8Array.from(y, (byte, i) => (i === 31 ? byte | 0x80 : byte)))).toBe(false);
  });

  test('one flipped bit anywhere in key, message or signature is refused', () => {
    const key = signingKey(new Uint8Array(32).fill(7));
    const message = utf8('one message');
    const signature = sign(key.seed, 'sig', message);
    const whole = concat(key.pk, message, signature);
    expect(verdict(whole)).toBe(true);
    for (let i = 0; i < whole.length; i++) {
      const changed = whole.map((byte, j) => (i === j ? byte ^ (1 << (i % 8)) : byte));
      expect(verdict(changed), `byte ${i}`).toBe(false);
    }
  });

  test('wrong lengths are refused, not thrown', () => {
    const key = signingKey(new Uint8Array(32).fill(8));
    const signature = sign(key.seed, 'sig', utf8('x'));
    for (const length of [0, 1, 31, 32, 63]) {
      expect(verify(key.pk, 'sig', utf8('x'), signature.subarray(0, length))).toBe(false);
      expect(verify(key.pk.subarray(0, Math.min(length, 31)), 'sig', utf8('x'), signature)).toBe(false);
    }
    expect(verify(key.pk, 'sig', utf8('x'), concat(signature, Uint8Array.of(0)))).toBe(false);
    expect(verify(concat(key.pk, Uint8Array.of(0)), 'sig', utf8('x'), signature)).toBe(false);
  });

  test('never throws, and agrees with node:crypto on any bytes', () => {
    fc.assert(
      fc.property(raw(32), fc.uint8Array({ maxLength: 40 }), raw(64), (pk, message, signature) => {
        expect(verifyBytes(pk, message, signature)).toBe(nodeVerdict(pk, message, signature));
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});

describe('SIG-1: every purpose signs its own text', () => {
  test('a signature for one purpose is none for another', () => {
    const key = signingKey(new Uint8Array(32).fill(9));
    const signature = sign(key.seed, 'join', utf8('text'));
    expect(verify(key.pk, 'join', utf8('text'), signature)).toBe(true);
    for (const purpose of ['id', 'owner', 'link', 'cmd', 'sig', 'prosig'] as const) {
      expect(verify(key.pk, purpose, utf8('text'), signature)).toBe(false);
    }
  });
});

// RFC 8032 §7.1, TEST 1 to TEST 3 and TEST SHA(abc).
const RFC_8032 = [
  {
    name: 'TEST 1',
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    pk: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    name: 'TEST 2',
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    pk: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    name: 'TEST 3',
    seed: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    pk: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    message: 'af82',
    signature:
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  },
  {
    name: 'TEST SHA(abc)',
    seed: '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
    pk: 'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
    message:
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    signature:
      'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
  },
];

describe('RFC 8032 §7.1', () => {
  test.each(RFC_8032)('$name', ({ seed, pk, message, signature }) => {
    expect(toHex(publicKeyOf(bytes(seed)))).toBe(pk);
    expect(verifyBytes(bytes(pk), bytes(message), bytes(signature))).toBe(true);
  });
});

test('node:crypto accepts our signatures, and we accept its', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const seed = Uint8Array.from(privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32));
  const pk = Uint8Array.from(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32));
  expect(publicKeyOf(seed)).toEqual(pk);
  const text = signedBytes('sig', utf8('both ways'));
  const ours = sign(seed, 'sig', utf8('both ways'));
  expect(nodeVerify(null, text, publicKey, ours)).toBe(true);
  expect(toHex(nodeSign(null, text, privateKey))).toBe(toHex(ours));
  expect(verify(pk, 'sig', utf8('both ways'), nodeSign(null, text, privateKey))).toBe(true);
});
