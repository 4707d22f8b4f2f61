// The right Node, and the packages of package-lock.json.

import { fingerprint, readStamp, writeStamp } from './stamps.mjs';
import { fail, run, say } from './command.mjs';

const OLDEST_NODE = '20.19';

/** Ends the command when this Node is too old. */
export function requireNode() {
  if (isAtLeast(process.versions.node, OLDEST_NODE)) return;
  fail(
    `needs Node ${OLDEST_NODE} or newer, but this is ${process.versions.node}. Get it from https://nodejs.org`,
  );
}

/** @param {string} version @param {string} oldest */
function isAtLeast(version, oldest) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split('.').map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

/** Installs the packages unless they were installed from this very lockfile. */
export function installPackages() {
  const lock = fingerprint(['package-lock.json']);
  if (readStamp('install') === lock) return;
  say('installing packages (once)…');
  if (npm(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']) !== 0)
    fail('npm could not install the packages; see its message above. Is the npm registry reachable?');
  writeStamp('install', lock);
}

/** @param {readonly string[]} args */
function npm(args) {
  const program = process.env.npm_execpath;
  return program
    ? run(process.execPath, [program, ...args])
    : run('npm', args, { shell: process.platform === 'win32' });
}
