import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installQuietly } from './install.mjs';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mayfly-install-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** An installer that fails with these words on its standard error, as long as there are some. */
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

test('while another installer is at work it waits, and then installs', () => {
  const { command, tries } = installer(LOCKED, LOCKED);
  expect(installQuietly(command, FAST)).toBe(true);
  expect(tries()).toBe(3);
});

test('it does not wait for ever', () => {
  const { command, tries } = installer(...Array.from({ length: 99 }, () => LOCKED));
  expect(installQuietly(command, FAST)).toBe(false);
  expect(tries()).toBe(4);
});

test('what fails for another reason fails at once', () => {
  const { command, tries } = installer('E: Unable to locate package');
  expect(installQuietly(command, FAST)).toBe(false);
  expect(tries()).toBe(1);
});
