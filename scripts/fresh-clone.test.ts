import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../packages/server/src/testing/free-port.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COMMANDS = [...read('package.json').matchAll(/"node (scripts\/[\w-]+\.mjs)"/g)].map(
  ([, script = '']) => script,
);
const INSTALLING = COMMANDS.filter((script) => read(script).includes('installPackages();'));

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

let clone = '';
let port = '';
beforeAll(async () => {
  port = String(await freePort());
  clone = mkdtempSync(join(tmpdir(), 'mayfly-clone-'));
  for (const name of ['scripts', 'package.json', 'package-lock.json', 'tsconfig.base.json'])
    cpSync(join(ROOT, name), join(clone, name), { recursive: true });
  writeFileSync(join(clone, 'npm.cjs'), 'process.exit(1)');
});
afterAll(() => rmSync(clone, { recursive: true }));

/** Runs a command where no package is installed and npm fails. */
function runIn(directory: string, script: string) {
  const env = { ...process.env, npm_execpath: join(directory, 'npm.cjs'), PORT: port, NODE_PATH: '' };
  return spawnSync(process.execPath, [join(directory, script)], { env, encoding: 'utf8' });
}

test.each(INSTALLING)('%s gets as far as npm in a fresh clone', (script) => {
  const { status, stdout, stderr } = runIn(clone, script);
  expect(stdout).toContain('mayfly: installing packages (once)…');
  expect(stderr).toBe(
    'mayfly: npm could not install the packages; see its message above. Is the npm registry reachable?\n',
  );
  expect(status).toBe(1);
});

test('these are nearly all', () => {
  expect(INSTALLING).toContain('scripts/start.mjs');
  expect(INSTALLING.length).toBeGreaterThan(10);
});
