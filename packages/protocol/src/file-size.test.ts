// Sizes of files as sealed and as sent (rules FILE-1 and FILE-2).

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  FILE_PART_BYTES,
  FILE_SEALED_MIN,
  filePartCount,
  filePartLength,
  paddedFileSize,
  sealedFileSize,
} from './file-size.ts';
import { hasFilePart } from './frames/file-frames.ts';

test.each([
  [0, 4_096, 4_128],
  [4_096, 4_096, 4_128],
  [4_097, 4_352, 4_384],
  [65_536, 65_536, 65_568],
  [65_537, 67_584, 67_632],
  [25 * 2 ** 20, 26_214_400, 26_220_816],
  [2 ** 30 - 1, 2 ** 30, 1_074_003_984],
])('FILE-1: a file of %i bytes is padded to %i and sealed to %i', (size, padded, sealed) => {
  expect([paddedFileSize(size), sealedFileSize(size)]).toEqual([padded, sealed]);
});

test('FILE-1: padding adds at most 12 %, and padding what is padded adds nothing', () => {
  fc.assert(
    fc.property(fc.integer({ min: 4_097, max: 2 ** 30 }), (size) => {
      const padded = paddedFileSize(size);
      expect(padded).toBeGreaterThanOrEqual(size);
      expect(padded / size).toBeLessThanOrEqual(1.12);
      expect(paddedFileSize(padded)).toBe(padded);
    }),
  );
});

test('FILE-1: the parts of a file have its bytes together, and only the last is shorter', () => {
  fc.assert(
    fc.property(fc.integer({ min: FILE_SEALED_MIN, max: 5_000_000 }), (size) => {
      const lengths = Array.from({ length: filePartCount(size) }, (_, n) => filePartLength(size, n) ?? 0);
      expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(size);
      expect(lengths.slice(0, -1).every((length) => length === FILE_PART_BYTES)).toBe(true);
      expect([filePartLength(size, -1), filePartLength(size, lengths.length)]).toEqual([
        undefined,
        undefined,
      ]);
    }),
  );
});

test('FILE-2: part n is bit n mod 8 of byte n div 8, and none is beyond the end', () => {
  const have = Uint8Array.of(0b101, 0b10);
  const there = Array.from({ length: 20 }, (_, n) => n).filter((n) => hasFilePart(have, n));
  expect(there).toEqual([0, 2, 9]);
});
