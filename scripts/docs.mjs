// `npm run docs`: runs the commands of README.md and docs/ in a fresh clone of the last commit, with an empty home directory and
// only Node, git and a shell in the path. `-- --long` adds blocks marked `long`, with this shell's path.
// The first block makes the clone; words choose among the others: `npm run docs -- --long docs/testing.md:11`.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { blocksOf, documents, isCommands, readDocument, root } from './doc-blocks.mjs';

/** This repository's address in the documents. */
const ADDRESS = 'https://git.example/mayfly.git';
/** A server that isn't up by then hangs. */
const HANG_MS = 300_000;

const { values, positionals } = parseArgs({
  options: { long: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [clone, ...others] = documents()
  .flatMap((file) => blocksOf(file, readDocument(file)))
  .filter(isCommands);
const blocks = clone ? [clone, ...others.filter(isChosen)] : [];
const folder = mkdtempSync(join(tmpdir(), 'mayfly-docs-'));
const path = makePath(['node', 'npm', 'npx', 'git', 'sh']);

/** @type {number | undefined} */
let running;
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, giveUp);

let place = folder;
let failures = 0;
for (const block of blocks) {
  const outcome = await outcomeOf(block);
  if (outcome === 'failed') failures += 1;
  say(`${outcome}: ${block.file}:${block.line}`);
  if (place === folder) place = join(folder, 'mayfly');
}
rmSync(folder, { recursive: true, force: true });
say(failures === 0 ? 'all commands work.' : `${failures} blocks failed.`);
process.exit(failures === 0 ? 0 : 1);

/** @param {import('./doc-blocks.mjs').Block} block */
function isChosen({ file, line }) {
  return positionals.length === 0 || positionals.some((words) => `${file}:${line}`.startsWith(words));
}

/**
 * @param {import('./doc-blocks.mjs').Block} block
 * @returns {Promise<string>}
 */
async function outcomeOf({ file, line, how, text }) {
  if (how.startsWith('hand: ')) return `by hand (${how.slice('hand: '.length)})`;
  const isLong = how.startsWith('long ');
  if (isLong && !values.long) return 'left out, for `-- --long`';
  say(`${file}:${line}\n${text.trimEnd()}`);
  const child = spawn('sh', ['-euc', text], {
    cwd: place,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: environment(isLong ? (process.env['PATH'] ?? path) : path, await freePort()),
  });
  child.stdout.pipe(process.stdout, { end: false });
  running = child.pid;
  const closed = once(child, 'close').finally(() => (running = undefined));
  if (!how.endsWith('serve')) return (await closed)[0] === 0 ? 'works' : 'failed';
  const isUp = await serves(child, closed);
  const [code, signal] = await closed;
  // Shells end with 130 or the signal itself after Ctrl+C.
  return isUp && (code === 0 || code === 130 || signal === 'SIGINT') ? 'works' : 'failed';
}

/**
 * Waits until the server prints its address and checks that it answers there. Then stops it, as Ctrl+C does.
 * @param {import('node:child_process').ChildProcess} child
 * @param {Promise<unknown>} closed
 */
async function serves(child, closed) {
  const address = await Promise.race([addressIn(child), closed, hang()]);
  const answer = typeof address === 'string' ? await fetch(`${address}/readyz`) : undefined;
  // The group: npm, its shell and the server.
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGINT');
  return answer?.status === 200;
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<string>}
 */
function addressIn({ stdout }) {
  let said = '';
  return new Promise((resolve) => {
    stdout?.on('data', (chunk) => {
      said += String(chunk);
      const [, address] = /(https?:\/\/localhost:\d+\S*?)\/?\s/.exec(said) ?? [];
      if (address !== undefined) resolve(address);
    });
  });
}

// The block's processes have a group of their own, so a Ctrl+C here doesn't reach them.
function giveUp() {
  if (running !== undefined) process.kill(-running, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  process.exit(1);
}

function hang() {
  return new Promise((resolve) => setTimeout(resolve, HANG_MS).unref());
}

/**
 * @param {string} PATH
 * @param {number} port where a block names none
 */
function environment(PATH, port) {
  const home = join(folder, 'home');
  mkdirSync(home, { recursive: true });
  const { CHROMIUM_PATH = '', npm_config_registry = '' } = process.env;
  return {
    PATH,
    HOME: home,
    PORT: String(port),
    // Where this machine's browser and registry are.
    ...(CHROMIUM_PATH && { CHROMIUM_PATH }),
    ...(npm_config_registry && { npm_config_registry }),
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `url.${root}.insteadOf`,
    GIT_CONFIG_VALUE_0: ADDRESS,
  };
}

/** @param {readonly string[]} programs */
function makePath(programs) {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const program of programs) symlinkSync(findProgram(program), join(bin, program));
  return bin;
}

/** @param {string} program */
function findProgram(program) {
  const places = [dirname(process.execPath), ...(process.env['PATH'] ?? '').split(delimiter)];
  const found = places.map((directory) => join(directory, program)).find(isThere);
  if (found === undefined) throw new Error(`there is no ${program} in the path`);
  return found;
}

/** @param {string} file */
function isThere(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function freePort() {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  await new Promise((resolve) => holder.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** @param {string} text */
function say(text) {
  process.stdout.write(`\nmayfly docs: ${text}\n`);
}
