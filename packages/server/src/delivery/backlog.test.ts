import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { type Entry, BATCH_BYTES_MAX, BACKLOG_MAX, Backlog } from './backlog.ts';

const event = (seq: number, bytes = 10): Entry => ({
  framed: new Uint8Array(bytes).fill(seq),
  marker: { type: 'event', seq },
});

function backlogOf(...entries: readonly Entry[]): Backlog {
  const backlog = new Backlog();
  for (const entry of entries) backlog.push(entry);
  return backlog;
}

describe('batches', () => {
  test('readers at the same index get the same object', () => {
    const backlog = backlogOf(event(1), event(2));
    expect(backlog.batchAt(0)).toBe(backlog.batchAt(0));
    expect(backlog.batchAt(1)).not.toBe(backlog.batchAt(0));
  });

  test('readers at several indexes take turns, and each index keeps its object', () => {
    const backlog = backlogOf(event(1), event(2), event(3));
    const [first, second, third] = [0, 1, 2].map((index) => backlog.batchAt(index));
    expect([0, 1, 2].map((index) => backlog.batchAt(index))).toEqual([first, second, third]);
    for (const [index, batch] of [first, second, third].entries()) expect(backlog.batchAt(index)).toBe(batch);
  });

  test('a single entry is not copied', () => {
    const only = event(1);
    expect(backlogOf(only).batchAt(0)?.framed).toBe(only.framed);
  });

  test('they include new entries, also at an index that was read before', () => {
    const backlog = backlogOf(event(1));
    expect(backlog.batchAt(0)).toMatchObject({ end: 1, firstSeq: 1, lastSeq: 1 });
    backlog.push({ framed: Uint8Array.of(9), marker: { type: 'presence', version: 4 } });
    backlog.push(event(2));
    expect(backlog.batchAt(0)).toMatchObject({
      end: 3,
      firstSeq: 1,
      lastSeq: 2,
      firstVersion: 4,
      lastVersion: 4,
    });
    expect(backlog.batchAt(1)).toMatchObject({ end: 3, firstSeq: 2 });
    expect(backlog.batchAt(3)).toBeUndefined();
  });

  test('they are bounded, and follow each other without a gap', () => {
    const third = BATCH_BYTES_MAX / 3;
    const backlog = backlogOf(
      ...[1, 2, 3, 4, 5].map((seq) => event(seq, third)),
      event(6, BATCH_BYTES_MAX + 1),
    );
    const batches = [backlog.batchAt(0), backlog.batchAt(3), backlog.batchAt(5)];
    expect(batches.map((batch) => [batch?.firstSeq, batch?.lastSeq, batch?.end])).toEqual([
      [1, 3, 3],
      [4, 5, 5],
      [6, 6, 6],
    ]);
  });
});

test('indexes keep counting when entries are dropped', () => {
  const backlog = backlogOf(event(1), event(2));
  backlog.clear();
  expect([backlog.start, backlog.end]).toEqual([2, 2]);
  backlog.push(event(3));
  expect(backlog.batchAt(2)).toMatchObject({ end: 3, firstSeq: 3 });
});

test.each([
  ['number', BACKLOG_MAX.entries, 1],
  ['bytes', 8, BACKLOG_MAX.bytes / 8],
])('trimming keeps the newest, bounded by %s', (_what, entries, bytes) => {
  const backlog = backlogOf(...Array.from({ length: entries + 3 }, (_, i) => event(i + 1, bytes)));
  expect(backlog.start).toBe(0);
  backlog.trim();
  expect([backlog.start, backlog.end]).toEqual([3, entries + 3]);
});

// A message is garbage right after it is written. If it were promoted first, full collections would stall the server.
test('entries that were read and dropped are not promoted', () => {
  setFlagsFromString('--expose-gc');
  const collectAll: () => void = runInNewContext('gc');
  const backlog = backlogOf(event(1));
  backlog.batchAt(0);
  collectAll();
  const before = oldBytes();
  for (let seq = 2; seq < 50_000; seq++) {
    backlog.push(event(seq));
    backlog.batchAt(backlog.end - 1);
    backlog.clear();
  }
  expect(oldBytes() - before).toBeLessThan(1_000_000);
});

function oldBytes(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'old_space')?.space_used_size ?? NaN;
}
