// Memory of their own for large pieces: it goes back to the system at once, however often it was used before.

import { expect, test } from 'vitest';
import { giveBack, ownPages } from './own-pages.ts';

const PIECE_BYTES = 256 * 1024;
const PIECES = 256;
const ALL_BYTES = PIECE_BYTES * PIECES;

test('what is given back is no part of the process any longer, before any garbage is collected', () => {
  for (let round = 0; round < 2; round++) {
    const pieces = Array.from({ length: PIECES }, () => ownPages(PIECE_BYTES).fill(7));
    const full = process.memoryUsage.rss();
    for (const piece of pieces) giveBack(piece);
    expect(full - process.memoryUsage.rss()).toBeGreaterThan(0.9 * ALL_BYTES);
    expect(pieces.every(({ length }) => length === 0)).toBe(true);
  }
});

test.each([0, 1, 4_128, 64 * 1024 - 1, 64 * 1024, PIECE_BYTES])(
  '%d bytes are zeros at first, and nothing of them is left',
  (length) => {
    const piece = ownPages(length);
    expect(piece).toHaveLength(length);
    expect(piece.every((byte) => byte === 0)).toBe(true);
    piece.fill(7);
    giveBack(piece);
    expect(piece.includes(7)).toBe(false);
  },
);

test('a quarter of the mappings that Linux lets a process have, and no more', () => {
  const pieces = Array.from({ length: 16_384 + 10 }, () => ownPages(64 * 1024));
  const mapped = pieces.filter(({ buffer }) => buffer.resizable).length;
  expect(mapped).toBeGreaterThan(10_000);
  expect(mapped).toBeLessThanOrEqual(16_384);
});
