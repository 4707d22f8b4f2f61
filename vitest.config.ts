import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const source = { conditions: ['source', 'module', 'import', 'default'] };

// Limits are there for what hangs: no machine, however slow and busy, takes as long as that.
const HANGS = { testTimeout: 180_000, hookTimeout: 180_000, expect: { poll: { timeout: 120_000 } } };
const HANGS_IN_BROWSERS = { ...HANGS, testTimeout: 900_000, hookTimeout: 300_000 };

// What measures a machine needs it for itself.
const ALONE = ['e2e/src/bench.test.ts', 'e2e/src/exhaustion.test.ts', 'e2e/src/page-bench.test.ts'];

// These take longest, and their size doesn't show it. One that begins last would run alone at the end.
const LONGEST = [
  'e2e/src/screens.test.ts',
  'e2e/src/cluster/cluster.test.ts',
  'e2e/src/leaving.test.ts',
  'e2e/src/comeback.test.ts',
  'e2e/src/bad-input.test.ts',
  'e2e/src/behind-proxies.test.ts',
  'e2e/src/privacy-redis.test.ts',
  'e2e/src/address.test.ts',
  'e2e/src/panic.test.ts',
  'e2e/src/big-file.test.ts',
  'packages/server/src/store/redis/redis-store.test.ts',
  'packages/client/src/log/receiver-views.test.ts',
  'packages/server/src/store/redis/slot-move.test.ts',
  'packages/server/src/store/redis/redis-failover.test.ts',
  'packages/server/src/testing/redis-server.test.ts',
];

const missing = LONGEST.filter((file) => !existsSync(new URL(file, import.meta.url)));
if (missing.length > 0) throw new Error(`vitest.config.ts names files that are gone: ${missing.join(', ')}`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const bySize = await BaseSequencer.prototype.sort.call(this, files);
    return bySize.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = LONGEST.findIndex((file) => moduleId.endsWith(`/${file}`));
  return place < 0 ? LONGEST.length : place;
}

export default defineConfig({
  resolve: source,
  ssr: { resolve: source },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          ...HANGS,
          name: 'unit',
          maxWorkers: '100%',
          include: [
            'packages/*/src/**/*.test.{ts,tsx}',
            '{scripts,deploy}/**/*.test.ts',
            'bench/src/**/*.test.ts',
          ],
        },
      },
      {
        extends: true,
        test: {
          ...HANGS_IN_BROWSERS,
          name: 'e2e',
          include: ['e2e/src/**/*.test.ts'],
          exclude: ['e2e/src/engines/**', ...ALONE],
          globalSetup: ['e2e/src/global-setup.ts'],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          ...HANGS_IN_BROWSERS,
          name: 'alone',
          include: ALONE,
          globalSetup: ['e2e/src/global-setup.ts'],
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          ...HANGS_IN_BROWSERS,
          name: 'engines',
          include: ['e2e/src/engines/**/*.test.ts'],
          globalSetup: ['e2e/src/engines/global-setup.ts'],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          ...HANGS_IN_BROWSERS,
          name: 'shots',
          include: ['e2e/src/**/*.shots.ts'],
          globalSetup: ['e2e/src/global-setup.ts'],
        },
      },
    ],
  },
});
