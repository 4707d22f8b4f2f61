import { describe, expect, test, vi } from 'vitest';
import { COLLECT_EVERY_MS, MemoryGauge, memoryLimit, oldSpaceShare } from './memory.ts';

/** A simulated process. `garbage` is what a collection frees; freed pages stay resident. */
function open(limit = 1_000) {
  const process = {
    resident: 100,
    live: 0,
    garbage: 0,
    external: 0,
    heapLimit: 10_000,
    now: 0,
    collectMs: 10,
  };
  const collectGarbage = vi.fn<() => void>(() => {
    process.garbage = 0;
    process.now += process.collectMs;
  });
  const gauge = new MemoryGauge(
    {
      residentBytes: () => process.resident,
      usedBytes: () => process.live + process.garbage + process.external,
      heapShare: () => (process.live + process.garbage) / process.heapLimit,
      collectGarbage,
      now: () => process.now,
    },
    limit,
  );
  const readAfter = (ms: number) => {
    process.now += ms;
    return gauge.read();
  };
  return { process, collectGarbage, readAfter };
}

test('LIMIT-10: while the resident set grows, all of it counts', () => {
  const { process, readAfter } = open();
  expect(readAfter(1_000)).toBe(0.1);
  Object.assign(process, { resident: 600, live: 200, external: 250 });
  expect(readAfter(1_000)).toBe(0.6);
  // Memory outside V8.
  process.resident = 650;
  expect(readAfter(1_000)).toBe(0.65);
});

test('LIMIT-10: freed memory doesn’t count though it stays resident, and counts once it is reused', () => {
  const { process, readAfter } = open();
  Object.assign(process, { resident: 800, live: 300, external: 400 });
  readAfter(1_000);
  expect(readAfter(1_000)).toBe(0.8);
  process.external = 0;
  expect(readAfter(1_000)).toBe(0.4);
  Object.assign(process, { live: 50, resident: 801 });
  expect(readAfter(1_000)).toBe(0.151);
  Object.assign(process, { live: 250, external: 200 });
  expect(readAfter(1_000)).toBe(0.551);
  process.resident = 500;
  expect(readAfter(1_000)).toBe(0.5);
});

test('LIMIT-10: garbage is collected before a high share is reported', () => {
  const { process, collectGarbage, readAfter } = open();
  Object.assign(process, { resident: 500, live: 300, garbage: 100 });
  expect(readAfter(1_000)).toBe(0.5);
  Object.assign(process, { resident: 900, garbage: 500 });
  expect(readAfter(1_000)).toBe(0.5);
  expect(collectGarbage).toHaveBeenCalledTimes(1);
  expect(readAfter(1_000)).toBe(0.4);
  Object.assign(process, { resident: 950, live: 850 });
  expect(readAfter(COLLECT_EVERY_MS)).toBe(0.4);
  expect(readAfter(1_000)).toBe(0.95);
});

test('a slow collection is not repeated soon', () => {
  const { process, collectGarbage, readAfter } = open();
  Object.assign(process, { resident: 900, live: 800, collectMs: 200 });
  for (let second = 0; second < 60; second++) readAfter(1_000);
  expect(collectGarbage).toHaveBeenCalledTimes(3);
});

test('LIMIT-10: V8’s own limit counts if it is closer', () => {
  const { process, readAfter } = open();
  Object.assign(process, { live: 90, heapLimit: 100 });
  readAfter(1_000);
  expect(readAfter(1_000)).toBe(0.9);
});

test('the memory limit is that of the control group, if it has one', () => {
  expect(memoryLimit(512, 4_096)).toBe(512);
  expect(memoryLimit(0, 4_096)).toBe(4_096);
  expect(memoryLimit(undefined, 4_096)).toBe(4_096);
  expect(memoryLimit(2 ** 64, 4_096)).toBe(4_096);
});

describe('LIMIT-10: how full the heap is', () => {
  const MB = 2 ** 20;
  const spaces = [
    { space_name: 'new_space', space_used_size: 16 * MB },
    { space_name: 'old_space', space_used_size: 20 * MB },
    { space_name: 'new_large_object_space', space_used_size: 4 * MB },
    { space_name: 'code_space', space_used_size: 12 * MB },
  ];

  test.each<[string, readonly string[], number]>([
    ['by the limit that V8 tells', [], 0.5],
    ['by what was chosen, which V8 tells only with the young generation', ['--max-old-space-size=40'], 0.8],
    [
      'in either spelling, the last one',
      ['--max-old-space-size=10', '--inspect', '--max_old_space_size=40'],
      0.8,
    ],
    ['nothing was chosen', ['--max-old-space-size=0', '--max-semi-space-size=1'], 0.5],
  ])('%s', (_how, options, share) => {
    expect(oldSpaceShare(spaces, 64 * MB, options)).toBe(share);
  });
});
