import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { type Entry, PIECE_BYTES_MAX, RING_MAX, Ring } from './backlog.ts';

const event = (seq: number, bytes = 10): Entry => ({
  framed: new Uint8Array(bytes).fill(seq),
  mark: { type: 'event', seq },
});

function ringOf(...entries: readonly Entry[]): Ring {
  const ring = new Ring();
  for (const entry of entries) ring.push(entry);
  return ring;
}

describe('pieces', () => {
  test('the same object for everybody who reads from the same place', () => {
    const ring = ringOf(event(1), event(2));
    expect(ring.pieceAt(0)).toBe(ring.pieceAt(0));
    expect(ring.pieceAt(1)).not.toBe(ring.pieceAt(0));
  });

  test('a single entry is not copied', () => {
    const only = event(1);
    expect(ringOf(only).pieceAt(0)?.framed).toBe(only.framed);
  });

  test('they take in what is new, also at a place that was asked for before', () => {
    const ring = ringOf(event(1));
    expect(ring.pieceAt(0)).toMatchObject({ to: 1, firstSeq: 1, lastSeq: 1 });
    ring.push({ framed: Uint8Array.of(9), mark: { type: 'presence', version: 4 } });
    ring.push(event(2));
    expect(ring.pieceAt(0)).toMatchObject({
      to: 3,
      firstSeq: 1,
      lastSeq: 2,
      firstVersion: 4,
      lastVersion: 4,
    });
    expect(ring.pieceAt(1)).toMatchObject({ to: 3, firstSeq: 2 });
    expect(ring.pieceAt(3)).toBeUndefined();
  });

  test('they are bounded, and follow each other without a hole', () => {
    const third = PIECE_BYTES_MAX / 3;
    const ring = ringOf(...[1, 2, 3, 4, 5].map((seq) => event(seq, third)), event(6, PIECE_BYTES_MAX + 1));
    const pieces = [ring.pieceAt(0), ring.pieceAt(3), ring.pieceAt(5)];
    expect(pieces.map((piece) => [piece?.firstSeq, piece?.lastSeq, piece?.to])).toEqual([
      [1, 3, 3],
      [4, 5, 5],
      [6, 6, 6],
    ]);
  });
});

test('places go on counting when entries are let go', () => {
  const ring = ringOf(event(1), event(2));
  ring.clear();
  expect([ring.start, ring.head]).toEqual([2, 2]);
  ring.push(event(3));
  expect(ring.pieceAt(2)).toMatchObject({ to: 3, firstSeq: 3 });
});

test.each([
  ['number', RING_MAX.entries, 1],
  ['bytes', 8, RING_MAX.bytes / 8],
])('trimming keeps the newest, bounded by %s', (_what, entries, bytes) => {
  const ring = ringOf(...Array.from({ length: entries + 3 }, (_, i) => event(i + 1, bytes)));
  expect(ring.start).toBe(0);
  ring.trim();
  expect([ring.start, ring.head]).toEqual([3, entries + 3]);
});

// A message is garbage a moment after it was written. If it grows old before, the server stands still for full collections.
test('what was read and let go does not grow old', () => {
  setFlagsFromString('--expose-gc');
  const collectAll: () => void = runInNewContext('gc');
  const ring = ringOf(event(1));
  ring.pieceAt(0);
  collectAll();
  const before = oldBytes();
  for (let seq = 2; seq < 50_000; seq++) {
    ring.push(event(seq));
    ring.pieceAt(ring.head - 1);
    ring.clear();
  }
  expect(oldBytes() - before).toBeLessThan(1_000_000);
});

function oldBytes(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'old_space')?.space_used_size ?? NaN;
}
