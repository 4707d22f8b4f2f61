// The browser's Ed25519 and ours: one verdict (SIG-2, SIG-3). Node's WebCrypto stands in for the browser's here; Chromium's
// own is asked in e2e.

import { concat, utf8 } from '@mayfly/protocol';
import { describe, expect, test, vi } from 'vitest';
import known from '../../../../docs/vectors/crypto.json' with { type: 'json' };
import { Author, KEYS } from '../testing/author.ts';
import { seededRandom } from '../testing/random.ts';
import { type OpenedMessage, openEnvelope } from './envelope.ts';
import { sign, signingKey, verifyBytes } from './signature.ts';
import { WebVerifier, webSignatures } from './web-signatures.ts';

const { subtle } = globalThis.crypto;
const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));

/** L, the order of the group, little-endian: S + L is the same number there, and refused. */
const ORDER = bytes('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');

function plusOrder(s: Uint8Array): Uint8Array {
  let carry = 0;
  return s.map((byte, i) => {
    carry += byte + (ORDER[i] ?? 0);
    const low = carry & 0xff;
    carry >>= 8;
    return low;
  });
}

/** A signature, and what may become of it on its way. */
function mutate(seed: number): readonly [Uint8Array, Uint8Array, Uint8Array] {
  const random = seededRandom(`mutation ${seed}`);
  const key = signingKey(random(32));
  const message = random((random(1)[0] ?? 0) % 40);
  const signature = sign(key.seed, 'sig', message);
  const signed = concat(utf8('mayfly/v1 sig'), Uint8Array.of(0), message);
  const odd = [...known.small_order_y, ...known.signatures.map(({ pk }) => pk)];
  const point = bytes(odd[(random(1)[0] ?? 0) % odd.length] ?? '');
  const [place = 0, bit = 0] = random(2);
  const flip = (some: Uint8Array) =>
    some.map((byte, i) => (i === place % Math.max(1, some.length) ? byte ^ (1 << (bit % 8)) : byte));
  const ways: readonly (readonly [Uint8Array, Uint8Array, Uint8Array])[] = [
    [key.pk, signed, signature],
    [flip(key.pk), signed, signature],
    [key.pk, flip(signed), signature],
    [key.pk, signed, flip(signature)],
    [key.pk, signed, concat(signature.subarray(0, 32), plusOrder(signature.subarray(32)))],
    [point, signed, signature],
    [key.pk, signed, concat(point, signature.subarray(32))],
    [point, signed, concat(point, new Uint8Array(32))],
    [key.pk, signed, signature.subarray(0, place % 64)],
    [random(32), signed, random(64)],
  ];
  return ways[seed % ways.length] ?? [key.pk, signed, signature];
}

describe('SIG-3: WebCrypto judges as we do', () => {
  test.each(known.signatures)('$name: accept $accept', async ({ pk, message, signature, accept }) => {
    const verifier = new WebVerifier(subtle);
    expect(await verifier.verify(bytes(pk), bytes(message), bytes(signature))).toBe(accept);
  });

  test('2,000 seeded mutations of signatures, keys and messages', async () => {
    const verifier = new WebVerifier(subtle);
    let accepted = 0;
    for (let seed = 0; seed < 2_000; seed++) {
      const triple = mutate(seed);
      const ours = verifyBytes(...triple);
      expect(await verifier.verify(...triple), `seed ${seed}`).toBe(ours);
      accepted += ours ? 1 : 0;
    }
    expect(accepted).toBeGreaterThanOrEqual(200);
    expect(accepted).toBeLessThan(1_000);
  });
});

function written(count: number): readonly OpenedMessage[] {
  return Array.from({ length: count }, (_, i) => {
    const opened = openEnvelope(KEYS, new Author(`${i}`).write(`${i}`).envelope);
    if (!opened.ok) throw new Error(opened.reason);
    return opened.message;
  });
}

/** Of these, those that are said to be signed. */
async function signedOf(messages: readonly OpenedMessage[], by = subtle) {
  const checks = await webSignatures(by);
  return new Promise((resolve) => {
    checks?.check(messages, resolve);
  });
}

test('it names the messages that their authors signed, and no others', async () => {
  const [one, two, three] = written(3);
  if (one === undefined || two === undefined || three === undefined) throw new Error('not written');
  const forged = { ...two, pk: one.pk };
  const spoiled = { ...three, signature: three.signature.map((byte) => byte ^ 1) };
  expect(await signedOf([one, forged, two, spoiled])).toEqual(new Set([one, two]));
});

/** A browser that answers like this. */
function browser(verify: (...args: Parameters<SubtleCrypto['verify']>) => Promise<boolean>): SubtleCrypto {
  const importKey = subtle.importKey.bind(subtle);
  return Object.assign(Object.create(subtle), { importKey, verify });
}

describe('whether the browser is asked at all, its answers to two known signatures decide', () => {
  const failing = vi.fn(() => Promise.reject(new DOMException('no such algorithm', 'NotSupportedError')));

  test.each([
    ['where Ed25519 is unknown', browser(failing)],
    ['where everything is accepted, as with a cofactor', browser(() => Promise.resolve(true))],
    ['where nothing is accepted', browser(() => Promise.resolve(false))],
  ])('%s: it is not', async (_, odd) => {
    expect(await webSignatures(odd)).toBeUndefined();
  });

  test('over plain HTTP there is none', async () => {
    vi.stubGlobal('crypto', {});
    expect(await webSignatures()).toBeUndefined();
    vi.unstubAllGlobals();
  });

  test('Node’s is', async () => {
    expect(await webSignatures(subtle)).toBeDefined();
  });
});

test('keys are kept ready, but not more than 256', async () => {
  const importKey = vi.fn(subtle.importKey.bind(subtle));
  const verifier = new WebVerifier(
    Object.assign(Object.create(subtle), { importKey, verify: subtle.verify.bind(subtle) }),
  );
  const random = seededRandom('keys');
  const keys = Array.from({ length: 257 }, () => signingKey(random(32)).pk);
  const ask = async (pk: Uint8Array | undefined) =>
    verifier.verify(pk ?? new Uint8Array(), utf8('x'), concat(keys[0] ?? pk ?? utf8(''), new Uint8Array(32)));
  for (const pk of keys) await ask(pk);
  expect(importKey).toHaveBeenCalledTimes(257);
  await ask(keys[256]);
  await ask(keys[1]);
  expect(importKey).toHaveBeenCalledTimes(257);
  await ask(keys[0]);
  expect(importKey).toHaveBeenCalledTimes(258);
});
