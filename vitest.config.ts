import { defineConfig } from 'vitest/config';

const source = { conditions: ['source', 'module', 'import', 'default'] };

// Limits are there for what hangs: no machine, however slow and busy, takes as long as that.
const HANGS = { testTimeout: 180_000, hookTimeout: 180_000, expect: { poll: { timeout: 120_000 } } };
const HANGS_IN_BROWSERS = { ...HANGS, testTimeout: 900_000, hookTimeout: 300_000 };

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
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          ...HANGS_IN_BROWSERS,
          name: 'engines',
          include: ['e2e/src/engines/**/*.test.ts'],
          globalSetup: ['e2e/src/engines/global-setup.ts'],
          fileParallelism: false,
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
