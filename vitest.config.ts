import { defineConfig } from 'vitest/config';

const source = { conditions: ['source', 'module', 'import', 'default'] };

// Limits are there for what hangs: no machine, however slow and busy, takes as long as that.
const HANGS = { testTimeout: 180_000, hookTimeout: 180_000, expect: { poll: { timeout: 120_000 } } };
const HANGS_IN_BROWSERS = { ...HANGS, testTimeout: 900_000, hookTimeout: 300_000 };

// What measures a machine needs it for itself.
const ALONE = ['e2e/src/bench.test.ts', 'e2e/src/exhaustion.test.ts', 'e2e/src/page-bench.test.ts'];

export default defineConfig({
  resolve: source,
  ssr: { resolve: source },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
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
