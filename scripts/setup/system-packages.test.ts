import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installQuietly } from './system-packages.mjs';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mayfly-install-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** An installer that fails once for each complaint, printing it to standard error. */
function installer(...complaints: readonly string[]) {
  const tries = join(directory, 'tries');
  writeFileSync(tries, '');
  const script = `
    const { appendFileSync, readFileSync } = require('node:fs');
    appendFileSync(${JSON.stringify(tries)}, '.');
    const complaint = ${JSON.stringify(complaints)}[readFileSync(${JSON.stringify(tries)}).length - 1];
    if (complaint) { process.stderr.write(complaint); process.exit(100); }
  `;
  return { command: [process.execPath, '-e', script], tries: () => readFileSync(tries).length };
}

const LOCKED = 'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt-get)';
const FAST = { waitMs: 3, everyMs: 1 };

test('it waits while another installer is running, then installs', () => {
  const { command, tries } = installer(LOCKED, LOCKED);
  expect(installQuietly(command, FAST)).toBe(true);
  expect(tries()).toBe(3);
});

test('it gives up after a while', () => {
  const { command, tries } = installer(...Array.from({ length: 99 }, () => LOCKED));
  expect(installQuietly(command, FAST)).toBe(false);
  expect(tries()).toBe(4);
});

test('any other failure is final', () => {
  const { command, tries } = installer('E: Unable to locate package');
  expect(installQuietly(command, FAST)).toBe(false);
  expect(tries()).toBe(1);
});
