// What we call of other people's code: the standards' own examples, and the same answers as node:crypto.

import {
  createCipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
} from 'node:crypto';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { expand, extract } from '@noble/hashes/hkdf.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat, toHex, u8, utf8 } from '@mayfly/protocol';
import { openBox, sealBox } from './box.ts';
import { digest, expandKey, extractKey } from './derive.ts';
import { sharedSecret } from './x25519.ts';
import known from '../../../../docs/vectors/crypto.json' with { type: 'json' };
import { exchangePublicKeyOf, isGoodExchangeKey } from './exchange.ts';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const raw = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

describe('SHA-2 (FIPS 180-4)', () => {
  test('"abc"', () => {
    expect(toHex(sha256(utf8('abc')))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(toHex(sha512(utf8('abc')))).toMatch(/^ddaf35a193617aba.*2a9ac94fa54ca49f$/);
  });

  test('as node:crypto', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (message) => {
        expect(toHex(sha256(message))).toBe(createHash('sha256').update(message).digest('hex'));
      }),
      { numRuns: 50, seed: 2 },
    );
  });

  test('KEY-1: digest hashes the domain, a zero byte, and the parts', () => {
    const want = createHash('sha256').update('mayfly/v1 event\0').update('ab').digest('hex');
    expect(toHex(digest('event', utf8('a'), utf8('b')))).toBe(want);
  });
});

describe('HKDF', () => {
  test('RFC 5869 A.1', () => {
    const prk = extract(sha256, new Uint8Array(22).fill(0x0b), bytes('000102030405060708090a0b0c'));
    expect(toHex(prk)).toBe('077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5');
    expect(toHex(expand(sha256, prk, bytes('f0f1f2f3f4f5f6f7f8f9'), 42))).toBe(
      '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    );
  });

  test('KEY-1: extract, then expand, is node:crypto’s hkdf', () => {
    fc.assert(
      fc.property(raw(32), raw(24), fc.integer({ min: 1, max: 96 }), (secret, salt, length) => {
        const want = hkdfSync('sha256', secret, salt, utf8('mayfly/v1 label'), length);
        expect(expandKey(extractKey(salt, secret), 'label', length)).toEqual(new Uint8Array(want));
      }),
      { numRuns: 40, seed: 3 },
    );
  });
});

const word = (source: Uint8Array, i: number) =>
  new DataView(source.buffer, source.byteOffset).getUint32(i * 4, true);

// HChaCha20 (draft-irtf-cfrg-xchacha-03 §2.2) from node's ChaCha20 block: its output before the final addition.
function hchacha(key: Uint8Array, nonce16: Uint8Array): Uint8Array {
  const block = createCipheriv('chacha20', key, nonce16).update(Buffer.alloc(64));
  const constants = utf8('expand 32-byte k');
  const out = Buffer.alloc(32);
  for (let i = 0; i < 4; i++) {
    out.writeUInt32LE((block.readUInt32LE(i * 4) - word(constants, i)) >>> 0, i * 4);
    out.writeUInt32LE((block.readUInt32LE(48 + i * 4) - word(nonce16, i)) >>> 0, 16 + i * 4);
  }
  return Uint8Array.from(out);
}

function nodeBox(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const subkey = hchacha(key, Uint8Array.from(nonce.subarray(0, 16)));
  const iv = concat(new Uint8Array(4), nonce.subarray(16));
  const cipher = createCipheriv('chacha20-poly1305', subkey, iv, { authTagLength: 16 });
  cipher.setAAD(aad, { plaintextLength: plaintext.length });
  const text = cipher.update(plaintext);
  cipher.final();
  return concat(nonce, text, cipher.getAuthTag());
}

describe('XChaCha20-Poly1305', () => {
  test('draft-irtf-cfrg-xchacha-03 §2.2.1: HChaCha20', () => {
    const key = Uint8Array.from({ length: 32 }, (_, i) => i);
    expect(toHex(hchacha(key, bytes('000000090000004a0000000031415927')))).toBe(
      '82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc',
    );
  });

  test('draft-irtf-cfrg-xchacha-03 A.3.1', () => {
    const key = Uint8Array.from({ length: 32 }, (_, i) => 0x80 + i);
    const nonce = Uint8Array.from({ length: 24 }, (_, i) => 0x40 + i);
    const aad = bytes('50515253c0c1c2c3c4c5c6c7');
    const text = utf8(
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
    );
    const sealed = toHex(xchacha20poly1305(key, nonce, aad).encrypt(text));
    expect(sealed).toBe(
      'bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39' +
        'ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9' +
        '21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49',
    );
    expect(toHex(sealBox(key, aad, text, () => nonce))).toBe(toHex(nonce) + sealed);
  });

  test('BOX-1: the same bytes as node:crypto', () => {
    fc.assert(
      fc.property(
        raw(32),
        raw(24),
        fc.uint8Array({ maxLength: 60 }),
        fc.uint8Array({ maxLength: 300 }),
        (key, nonce, aad, text) => {
          const sealed = sealBox(key, aad, text, () => nonce);
          expect(toHex(sealed)).toBe(toHex(nodeBox(key, nonce, aad, text)));
          expect(openBox(key, aad, sealed)).toEqual(text);
        },
      ),
      { numRuns: 40, seed: 4 },
    );
  });

  test('BOX-1: a flipped bit, a cut, other associated bytes or another key open nothing', () => {
    const key = new Uint8Array(32).fill(1);
    const aad = utf8('room');
    const sealed = sealBox(key, aad, utf8('text'), (length) => new Uint8Array(length).fill(2));
    expect(openBox(key, aad, sealed)).toEqual(utf8('text'));
    for (let i = 0; i < sealed.length; i++) {
      expect(
        openBox(
          key,
          aad,
          sealed.map((byte, j) => (i === j ? byte ^ 1 : byte)),
        ),
      ).toBeUndefined();
      expect(openBox(key, aad, sealed.subarray(0, i))).toBeUndefined();
    }
    expect(openBox(key, aad, concat(sealed, u8(0)))).toBeUndefined();
    expect(openBox(key, utf8('moor'), sealed)).toBeUndefined();
    expect(openBox(new Uint8Array(32).fill(3), aad, sealed)).toBeUndefined();
  });
});

const RFC_7748 = {
  alice: '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a',
  alicePublic: '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a',
  bob: '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb',
  bobPublic: 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f',
  shared: '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742',
};

describe('X25519', () => {
  test('RFC 7748 §6.1', () => {
    const alice = bytes(RFC_7748.alice);
    expect(toHex(exchangePublicKeyOf(alice))).toBe(RFC_7748.alicePublic);
    expect(toHex(exchangePublicKeyOf(bytes(RFC_7748.bob)))).toBe(RFC_7748.bobPublic);
    expect(toHex(x25519.getSharedSecret(alice, bytes(RFC_7748.bobPublic)))).toBe(RFC_7748.shared);
    expect(toHex(sharedSecret(alice, bytes(RFC_7748.bobPublic)))).toBe(RFC_7748.shared);
  });

  test('SIG-4: a key is bad exactly if every exchange with it gives zeros', () => {
    const secret = new Uint8Array(32).fill(5);
    const gives = (pk: Uint8Array) => {
      try {
        return x25519.getSharedSecret(secret, pk).some((byte) => byte !== 0);
      } catch {
        return false;
      }
    };
    const p = bytes('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f');
    const near = Array.from({ length: 22 }, (_, i) =>
      p.map((byte, j) => (j === 0 ? (byte - 3 + i) & 0xff : byte)),
    );
    const small = Array.from({ length: 20 }, (_, i) =>
      Uint8Array.from({ length: 32 }, (_unused, j) => (j === 0 ? i : 0)),
    );
    for (const pk of [...near, ...small, ...known.low_order_u.map(bytes)]) {
      const highBit = pk.map((byte, i) => (i === 31 ? byte | 0x80 : byte));
      expect(isGoodExchangeKey(pk), toHex(pk)).toBe(gives(pk));
      expect(isGoodExchangeKey(highBit), toHex(highBit)).toBe(gives(highBit));
    }
    expect(known.low_order_u.map(bytes).filter(isGoodExchangeKey)).toEqual([]);
    expect(isGoodExchangeKey(new Uint8Array(31).fill(9))).toBe(false);
  });

  test('as node:crypto', () => {
    const pkcs8 = bytes('302e020100300506032b656e04220420');
    const spki = bytes('302a300506032b656e032100');
    fc.assert(
      fc.property(raw(32), raw(32), (mine, theirs) => {
        const privateKey = createPrivateKey({
          key: Buffer.from(concat(pkcs8, mine)),
          format: 'der',
          type: 'pkcs8',
        });
        const own = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
        expect(exchangePublicKeyOf(mine)).toEqual(Uint8Array.from(own.subarray(-32)));
        const publicKey = createPublicKey({
          key: Buffer.from(concat(spki, exchangePublicKeyOf(theirs))),
          format: 'der',
          type: 'spki',
        });
        const shared = x25519.getSharedSecret(mine, exchangePublicKeyOf(theirs));
        expect(sharedSecret(mine, exchangePublicKeyOf(theirs))).toEqual(shared);
        expect(toHex(shared)).toBe(diffieHellman({ privateKey, publicKey }).toString('hex'));
      }),
      { numRuns: 15, seed: 5 },
    );
  });
});
