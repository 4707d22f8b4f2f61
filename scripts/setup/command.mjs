// What every command uses: the repository's root, plain sentences in the terminal, other programs.
// Everything in this folder runs before anything is installed: plain JavaScript, `node:` modules only.

import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** @param {string} text */
export function say(text) {
  process.stdout.write(`mayfly: ${text}\n`);
}

/**
 * Ends the command with one line that says what to do.
 * @param {string} line
 * @returns {never}
 */
export function fail(line) {
  process.stderr.write(`mayfly: ${line}\n`);
  process.exit(1);
}

/**
 * Runs a program in the repository and returns its exit code.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 * @returns {number}
 */
export function run(program, args, options = {}) {
  return spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options }).status ?? 1;
}

/**
 * Runs an installed package's program with this Node, and returns its exit code.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 * @returns {number}
 */
export function runPackage(program, args, options = {}) {
  return run(process.execPath, [programPath(program), ...args], options);
}

/**
 * Where an installed package's program is.
 * @param {string} program e.g. `vite/bin/vite.js`
 * @returns {string}
 */
export function programPath(program) {
  return join(root, 'node_modules', program);
}

/**
 * The number that follows a flag, such as `--seed 7`; anything else ends the command.
 * @param {string} flag
 * @param {string} text
 * @param {{ readonly min?: number }} [bounds]
 * @returns {number}
 */
export function wholeNumber(flag, text, { min = 0 } = {}) {
  const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min
    ? value
    : fail(`--${flag} takes a whole number from ${min}, not ${JSON.stringify(text)}.`);
}
