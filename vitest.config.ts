import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const source = { conditions: ['source', 'module', 'import', 'default'] };

// Limits are there for what hangs: no machine, however slow and busy, takes as long as that.
const HANGS = { testTimeout: 180_000, hookTimeout: 180_000, expect: { poll: { timeout: 120_000 } } };
const HANGS_IN_BROWSERS = { ...HANGS, testTimeout: 900_000, hookTimeout: 300_000 };

// Each file waits now and then: for a browser, for Redis, for the end of a room. With one more of them than cores, no core
// waits with it. A browser takes hundreds of megabytes.
const SIDE_BY_SIDE = Math.min(availableParallelism() + 1, 8);

// These take longest, and their size doesn't show it. One that begins last would run by itself at the end.
const LONGEST = [
  'e2e/src/screens.test.ts',
  'e2e/src/bench.test.ts',
  'e2e/src/leaving.test.ts',
  'e2e/src/comeback.test.ts',
  'e2e/src/bad-input.test.ts',
  'e2e/src/cluster/cluster.test.ts',
  'e2e/src/rich-text.test.ts',
  'e2e/src/reading.test.ts',
  'e2e/src/page-bench.test.ts',
  'e2e/src/engines/firefox.test.ts',
  'e2e/src/reload.test.ts',
  'e2e/src/message-actions.test.ts',
  'e2e/src/exhaustion.test.ts',
  'e2e/src/privacy-redis.test.ts',
  'packages/server/src/store/redis/redis-store.test.ts',
  'e2e/src/composing.test.ts',
  'e2e/src/conversation.test.ts',
  'e2e/src/engines/webkit.test.ts',
  'e2e/src/frozen.test.ts',
  'e2e/src/behind-proxies.test.ts',
  'e2e/src/nodes.test.ts',
  'e2e/src/big-file.test.ts',
  'packages/server/src/store/redis/slot-move.test.ts',
  'e2e/src/panic.test.ts',
  'packages/client/src/log/receiver-views.test.ts',
  'packages/server/src/store/redis/redis-failover.test.ts',
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
    maxWorkers: SIDE_BY_SIDE,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          ...HANGS,
          name: 'unit',
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
          exclude: ['e2e/src/engines/**'],
          globalSetup: ['e2e/src/global-setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          ...HANGS_IN_BROWSERS,
          name: 'engines',
          include: ['e2e/src/engines/**/*.test.ts'],
          globalSetup: ['e2e/src/engines/global-setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          ...HANGS_IN_BROWSERS,
          name: 'shots',
          include: ['e2e/src/**/*.shots.ts'],
          globalSetup: ['e2e/src/global-setup.ts'],
          maxWorkers: 1,
        },
      },
    ],
  },
});
