import { describe, expect, test } from 'vitest';
import { type Sample, growth, slowness } from './verdict.ts';

const quiet: Sample = { rooms: 0, timers: 1, sockets: 0, heapMiB: 11.3, loopP99Ms: 6, rssMiB: 66.5, fds: 21 };

describe('I10: between two quiet moments', () => {
  test('nothing more than before, and the slack of heap and allocator: flat', () => {
    expect(growth(quiet, quiet)).toEqual([]);
    expect(growth(quiet, { ...quiet, heapMiB: 13.2, rssMiB: 90, loopP99Ms: 346 })).toEqual([]);
    expect(growth({ ...quiet, fds: 23, timers: 3 }, quiet)).toEqual([]);
  });

  test.each(['rooms', 'timers', 'sockets', 'fds'] as const)(
    'a single one of its %s is kept: said',
    (what) => {
      const [complaint, ...more] = growth(quiet, { ...quiet, [what]: quiet[what] + 1 });
      expect([complaint, more]).toEqual([`${what} rose from ${quiet[what]} to ${quiet[what] + 1}`, []]);
    },
  );

  test.each([
    ['heapMiB', 0.11],
    ['rssMiB', 1.3],
  ] as const)('%s that grows a little in each of twenty parts: said', (what, little) => {
    const after = { ...quiet, [what]: quiet[what] + 20 * little };
    expect(growth(quiet, after)).toHaveLength(1);
  });
});

const samples = (...p99s: readonly number[]) => p99s.map((loopP99Ms) => ({ ...quiet, loopP99Ms }));

describe('I11: the event loop', () => {
  test('in a single sample other programs show: nothing is said', () => {
    expect(slowness(samples(6, 7, 346, 8, 12))).toEqual([]);
  });

  test('slow in an ordinary one: said', () => {
    expect(slowness(samples(6, 51, 346, 60, 12))).toHaveLength(1);
  });
});
