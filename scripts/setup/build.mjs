// Builds server, SDK and page, and runs modules straight from their TypeScript source.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail, root, runPackage, say } from './command.mjs';
import { fingerprint, readStamp, writeStamp } from './stamps.mjs';

const SOURCES = [
  'package-lock.json',
  'tsconfig.base.json',
  ...['protocol', 'client', 'server', 'web'].map((name) => `packages/${name}`),
];
const RESULTS = [
  'packages/server/dist/main.js',
  'packages/client/dist/index.js',
  'packages/web/dist/index.html',
];

/** Builds server, SDK and page if a source has changed. */
export function build() {
  const sources = fingerprint(SOURCES);
  const isBuilt = RESULTS.every((file) => existsSync(join(root, file)));
  if (isBuilt && readStamp('build') === sources) return;
  say('building…');
  if (runPackage('typescript/bin/tsc', ['-b', 'packages/server', 'packages/client']) !== 0)
    fail("the server or the SDK doesn't compile; see above.");
  // Under a test runner NODE_ENV is "test", and Vite would build the page for development.
  const env = { ...process.env, NODE_ENV: 'production' };
  if (runPackage('vite/bin/vite.js', ['build', 'packages/web', '--logLevel', 'warn'], { env }) !== 0)
    fail("the page doesn't build; see above.");
  writeStamp('build', sources);
}

/**
 * The modules that commands run from source.
 * @typedef {{
 *   'e2e/src/cluster/command.ts': typeof import('../../e2e/src/cluster/command.ts'),
 *   'e2e/src/faults/drops.ts': typeof import('../../e2e/src/faults/drops.ts'),
 *   'e2e/src/faults/soak.ts': typeof import('../../e2e/src/faults/soak.ts'),
 *   'e2e/src/page-bench/command.ts': typeof import('../../e2e/src/page-bench/command.ts'),
 *   'e2e/src/simulation/command.ts': typeof import('../../e2e/src/simulation/command.ts'),
 *   'packages/client/src/testing/frame-vectors.ts': typeof import('../../packages/client/src/testing/frame-vectors.ts'),
 *   'packages/protocol/src/index.ts': typeof import('../../packages/protocol/src/index.ts'),
 *   'packages/server/src/store/redis/keyspace.ts': typeof import('../../packages/server/src/store/redis/keyspace.ts'),
 *   'packages/server/src/testing/random.ts': typeof import('../../packages/server/src/testing/random.ts'),
 * }} Sources
 */

/**
 * Imports a TypeScript module of this repository from its source.
 * @template {keyof Sources} File
 * @param {File} file
 * @returns {Promise<Sources[File]>}
 */
export async function importSource(file) {
  const { createServer } = await import('vite');
  const resolve = { conditions: ['source', 'module', 'import', 'default'] };
  const loader = await createServer({
    configFile: false,
    root,
    logLevel: 'error',
    appType: 'custom',
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    // Node 20 doesn't know `using`.
    oxc: { target: 'es2022' },
    resolve,
    ssr: { resolve },
  });
  const module = await loader.ssrLoadModule(`/${file}`);
  return /** @type {Sources[File]} */ (module);
}
