import { defineConfig } from 'vitest/config';

const source = { conditions: ['source', 'module', 'import', 'default'] };

export default defineConfig({
  resolve: source,
  ssr: { resolve: source },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts', 'bench/src/**/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/src/**/*.test.ts'],
          exclude: ['e2e/src/engines/**'],
          globalSetup: ['e2e/src/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'engines',
          include: ['e2e/src/engines/**/*.test.ts'],
          globalSetup: ['e2e/src/engines/global-setup.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'shots',
          include: ['e2e/src/**/*.shots.ts'],
          globalSetup: ['e2e/src/global-setup.ts'],
          testTimeout: 120_000,
        },
      },
    ],
  },
});
