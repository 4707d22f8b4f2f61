// docs/vectors/files.json, and what happens to bytes that someone changed on the way.

import { createHash, randomBytes } from 'node:crypto';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { describe, expect, test } from 'vitest';
import {
  FILE_CHUNK_BYTES,
  FILE_PART_BYTES,
  concat,
  equalBytes,
  paddedFileSize,
  sealedFileSize,
  toHex,
} from '@mayfly/protocol';
import vectors from '../../../../docs/vectors/files.json' with { type: 'json' };
import { seededRandom } from '../testing/random.ts';
import { FileOpener } from './file-opener.ts';
import { fileProof, fileProofHash } from './file-proof.ts';
import { sealChunk, streamKey } from './file-stream.ts';
import { paddedHash, sealedParts } from './sealed-file.ts';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const KEY = bytes('11'.repeat(32));
const NONCE = bytes('22'.repeat(16));
const SEALED_CHUNK = FILE_CHUNK_BYTES + 16;

/** As in the vectors. */
function plainOf(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (7 * i + 3) % 251);
}

async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function sealedOf(plain: Uint8Array, key = KEY, nonce = NONCE): Promise<Uint8Array> {
  return concat(...(await collect(sealedParts([plain], plain.length, { key, nonce }))));
}

function sha256(sealed: Uint8Array): Uint8Array {
  return createHash('sha256').update(sealed).digest();
}

/** In portions of that many bytes. */
function open(
  sealed: Uint8Array,
  size: number,
  hash = sha256(sealed),
  portion = 100_000,
): Uint8Array | undefined {
  const opener = new FileOpener({ key: KEY, size, hash });
  const opened: Uint8Array[] = [];
  for (let at = 0; at < sealed.length; at += portion) {
    const plain = opener.take(sealed.subarray(at, at + portion));
    if (plain === undefined) return undefined;
    opened.push(...plain);
  }
  return opener.verify() ? concat(...opened) : undefined;
}

function opensAs(plain: Uint8Array, sealed: Uint8Array, portion?: number): boolean {
  const opened = open(sealed, plain.length, sha256(sealed), portion);
  return opened !== undefined && equalBytes(opened, plain);
}

describe('STREAM-1 to STREAM-3: files seal to the same bytes as the vectors', () => {
  test.each(vectors.files)('$size bytes', async (vector) => {
    const plain = plainOf(vector.size);
    const sealed = await sealedOf(plain, bytes(vector.file_key), bytes(vector.nonce));
    expect(paddedFileSize(vector.size)).toBe(vector.padded_size);
    expect(sealedFileSize(vector.size)).toBe(vector.sealed_size);
    expect(sealed.length).toBe(vector.sealed_size);
    expect(toHex(sealed.subarray(0, 32))).toBe(vector.sealed_first_32);
    expect(toHex(sealed.subarray(-32))).toBe(vector.sealed_last_32);
    expect(toHex(sha256(sealed))).toBe(vector.sealed_sha256);

    const opener = new FileOpener({
      key: bytes(vector.file_key),
      size: vector.size,
      hash: bytes(vector.sealed_sha256),
    });
    expect(equalBytes(concat(...(opener.take(sealed) ?? [])), plain)).toBe(true);
    expect(opener.verify()).toBe(true);
  });
});

test.each(vectors.erase)('STREAM-5: the proof for $fid', ({ id_sk, fid, proof, del_hash }) => {
  expect(toHex(fileProof(bytes(id_sk), bytes(fid)))).toBe(proof);
  expect(toHex(fileProofHash(bytes(proof)))).toBe(del_hash);
});

describe('STREAM-1: padding', () => {
  test.each([2 ** 20, 2 ** 25, 2 ** 32 - 1, 2 ** 32])('%d bytes grow by at most 12 %%', (size) => {
    expect(paddedFileSize(size)).toBeGreaterThanOrEqual(size);
    expect(paddedFileSize(size)).toBeLessThanOrEqual(1.12 * size);
  });

  test('is the next multiple of the step, and padding it again changes nothing', () => {
    for (let size = 4096; size < 2 ** 22; size = Math.ceil(size * 1.01)) {
      const padded = paddedFileSize(size);
      expect(padded).toBeGreaterThanOrEqual(size);
      expect(paddedFileSize(padded)).toBe(padded);
    }
  });
});

describe('sealing', () => {
  test('however the source is portioned, the parts are the same, and none but the last is short', async () => {
    const plain = plainOf(700_001);
    const whole = await sealedOf(plain);
    for (const portion of [1000, 65_536, 65_537, 262_144]) {
      const source = Array.from({ length: Math.ceil(plain.length / portion) }, (_, i) =>
        plain.subarray(i * portion, (i + 1) * portion),
      );
      const parts = await collect(sealedParts(source, plain.length, { key: KEY, nonce: NONCE }));
      expect(parts.slice(0, -1).every(({ length }) => length === FILE_PART_BYTES)).toBe(true);
      expect(equalBytes(concat(...parts), whole)).toBe(true);
    }
  });

  test('reads no further ahead of the parts taken than one part and one chunk', async () => {
    const size = 4 * FILE_PART_BYTES;
    let read = 0;
    function* source() {
      for (; read < size; read += 1024) yield new Uint8Array(1024);
    }
    let taken = 0;
    for await (const part of sealedParts(source(), size, { key: KEY, nonce: NONCE })) {
      taken += part.length;
      expect(read - taken).toBeLessThanOrEqual(FILE_CHUNK_BYTES + 1024);
    }
    expect(taken).toBe(sealedFileSize(size));
  });

  test.each([-1, 1])('STREAM-6: a source with %d bytes more than announced is refused', async (more) => {
    const plain = plainOf(5000 + more);
    const parts = collect(sealedParts([plain], 5000, { key: KEY, nonce: NONCE }));
    await expect(parts).rejects.toThrow(RangeError);
    await expect(paddedHash([plain], 5000)).rejects.toThrow(RangeError);
  });

  test('STREAM-6: the hash is of the plaintext with its padding', async () => {
    expect(await paddedHash([plainOf(1)], 1)).toEqual(
      Uint8Array.from(sha256(concat(plainOf(1), new Uint8Array(4095)))),
    );
  });
});

describe('STREAM-4: a file that someone changed is never opened, with or without the right hash', () => {
  const size = 3 * FILE_CHUNK_BYTES;
  const plain = plainOf(size);
  const key = streamKey(KEY, NONCE);
  const chunk = (index: number) => plain.subarray(index * FILE_CHUNK_BYTES, (index + 1) * FILE_CHUNK_BYTES);
  const seal = (index: number, isLast: boolean, content = chunk(index)) =>
    sealChunk(key, { index, isLast }, content);
  const [a, b, c] = [seal(0, false), seal(1, false), seal(2, true)];

  test('unchanged, it is', () => {
    expect(opensAs(plain, concat(NONCE, a, b, c))).toBe(true);
  });

  test.each<[string, readonly Uint8Array[]]>([
    ['nothing', []],
    ['the nonce alone', [NONCE]],
    ['without its last chunk', [NONCE, a, b]],
    ['cut in a chunk', [NONCE, a, b, c.subarray(0, -1)]],
    ['cut in the nonce', [NONCE.subarray(0, 15)]],
    ['two chunks swapped', [NONCE, b, a, c]],
    ['a chunk twice', [NONCE, a, a, c]],
    ['a chunk left out', [NONCE, a, c]],
    ['the last chunk twice', [NONCE, a, b, c, c]],
    ['a byte behind it', [NONCE, a, b, c, Uint8Array.of(0)]],
    ['an empty chunk behind it', [NONCE, a, b, seal(2, false), seal(3, true, new Uint8Array())]],
    ['an empty last chunk', [NONCE, a, b, seal(2, true, new Uint8Array())]],
    ['no final flag', [NONCE, a, b, seal(2, false)]],
    ['a final flag too early', [NONCE, a, seal(1, true), c]],
    ['another nonce', [bytes('23'.repeat(16)), a, b, c]],
    ['a short chunk in the middle', [NONCE, a, seal(1, false, chunk(1).subarray(1)), c]],
    ['a chunk of zeros', [NONCE, a, new Uint8Array(SEALED_CHUNK), c]],
  ])('%s', (_, pieces) => {
    const sealed = concat(...pieces);
    for (const portion of [1000, 65_552, 1_000_000])
      expect(open(sealed, size, sha256(sealed), portion)).toBeUndefined();
  });

  test('any flipped bit of a small file', async () => {
    const sealed = await sealedOf(plainOf(100));
    for (let bit = 0; bit < sealed.length * 8; bit += 7) {
      const flipped = Uint8Array.from(sealed);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(open(flipped, 100)).toBeUndefined();
    }
  });

  test('other sealed bytes of a member who knows the key: the hash in the message tells', async () => {
    const hash = sha256(await sealedOf(plainOf(100)));
    const other = await sealedOf(Uint8Array.from(randomBytes(100)));
    expect(open(other, 100)).toBeDefined();
    expect(open(other, 100, hash)).toBeUndefined();
  });

  test('padding that is not zero', () => {
    const content = new Uint8Array(4096);
    content[100] = 1;
    const sealed = concat(NONCE, sealChunk(key, { index: 0, isLast: true }, content));
    expect(open(sealed, 101)).toBeDefined();
    expect(open(sealed, 100)).toBeUndefined();
  });

  test('an answer without an end is given up at its first byte too many', async () => {
    const sealed = await sealedOf(plainOf(10));
    const opener = new FileOpener({ key: KEY, size: 10, hash: sha256(sealed) });
    expect(opener.take(sealed)).toBeDefined();
    expect(opener.take(Uint8Array.of(0))).toBeUndefined();
  });

  test('sealed by another key', () => {
    const sealed = concat(
      NONCE,
      chacha20poly1305(KEY, bytes('00'.repeat(11) + '01')).encrypt(new Uint8Array(4096)),
    );
    expect(open(sealed, 10)).toBeUndefined();
  });
});

test('STREAM-4: random sizes in random portions open as they were', async () => {
  const random = seededRandom('portions');
  for (const size of [0, 1, 4096, 65_537, 300_000]) {
    const plain = random(size);
    const sealed = await sealedOf(plain);
    for (const portion of [777, 65_552, 262_144]) expect(opensAs(plain, sealed, portion)).toBe(true);
  }
});
