import { describe, expect, test } from 'vitest';
import { HTTP_CONNECTIONS, OWN_FILES, filesFor, openFilesIn, capacityFor } from './capacity.ts';

describe('LIMIT-3: capacity', () => {
  test.each([
    ['files are enough', 10_000, filesFor(10_000), 10_000, 1_000],
    ['the limit is unknown', 10_000, undefined, 10_000, 1_000],
    ['one file is missing', 10_000, filesFor(10_000) - 1, 9_999, 1_000],
    ['a common limit', 10_000, 1_024, 720, 240],
    ['a small one', 10_000, 256, 144, 48],
    ['few connections are wanted', 100, 1_024, 100, 860],
    ['hardly any files', 10_000, 8, 3, 1],
  ])('%s', (_case, maxConnections, openFilesMax, webSockets, http) => {
    expect(capacityFor(maxConnections, openFilesMax)).toEqual({ webSockets, http });
  });

  test('fits any limit, and leaves some of both', () => {
    for (let openFilesMax = 1; openFilesMax < 12_000; openFilesMax += 7) {
      const { webSockets, http } = capacityFor(10_000, openFilesMax);
      expect(Math.min(webSockets, http)).toBeGreaterThan(0);
      if (openFilesMax > 2 * OWN_FILES)
        expect(webSockets + http + OWN_FILES).toBeLessThanOrEqual(openFilesMax);
      expect(http).toBeLessThanOrEqual(HTTP_CONNECTIONS);
    }
  });
});

test.each<[string, unknown, number | undefined]>([
  ['a number', { userLimits: { open_files: { soft: 1_024, hard: 4_096 } } }, 1_024],
  ['any number', { userLimits: { open_files: { soft: 'unlimited', hard: 'unlimited' } } }, undefined],
  ['nothing (Windows)', { header: {} }, undefined],
  ['nothing at all', undefined, undefined],
])('a report that says %s', (_what, report, openFilesMax) => {
  expect(openFilesIn(report)).toBe(openFilesMax);
});

test('the report of this process has it, if there is such a limit', () => {
  expect(openFilesIn(process.report.getReport()) ?? 1).toBeGreaterThan(0);
});
