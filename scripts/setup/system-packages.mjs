// Installs missing programs with the system's own installer, if we may: as root.

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { say } from './command.mjs';

const CHROMIUM_INSTALLERS = [
  {
    program: 'apt-get',
    commands: [
      ['apt-get', 'update'],
      ['apt-get', 'install', '-y', '--no-install-recommends', 'chromium', 'fonts-noto-color-emoji'],
    ],
  },
  { program: 'dnf', commands: [['dnf', 'install', '-y', 'chromium']] },
  { program: 'apk', commands: [['apk', 'add', 'chromium', 'font-noto-emoji']] },
  { program: 'pacman', commands: [['pacman', '-Sy', '--noconfirm', 'chromium']] },
];

function chromiumInstaller() {
  return CHROMIUM_INSTALLERS.find(({ program }) =>
    ['/usr/bin', '/sbin', '/usr/sbin'].some((dir) => isProgram(join(dir, program))),
  );
}

/** The command that installs Chromium here; undefined on an unknown system. */
export function chromiumCommand() {
  return chromiumInstaller()?.commands.at(-1)?.join(' ');
}

/** Installs Chromium. False if we may not, or it failed. */
export function installChromium() {
  const found = chromiumInstaller();
  if (!found || !isRoot()) return false;
  say('installing Chromium for the browser tests (once)…');
  return found.commands.every((command) => installQuietly(command));
}

const SERVICE_POLICY = '/usr/sbin/policy-rc.d';

/**
 * Installs Debian packages without starting them, now or at boot: the tests start what they need themselves.
 * @param {string} name as the terminal calls them
 * @param {readonly string[]} packages
 * @returns {boolean} false if we may not, or it failed
 */
export function installDebian(name, packages) {
  if (chromiumInstaller()?.program !== 'apt-get' || !isRoot()) return false;
  say(`installing ${name} (once)…`);
  const isOurs = !existsSync(SERVICE_POLICY);
  if (isOurs) writeFileSync(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...packages];
    return [['apt-get', 'update'], install].every((command) => installQuietly(command));
  } finally {
    if (isOurs) rmSync(SERVICE_POLICY);
    spawnSync('systemctl', ['disable', ...packages], { stdio: 'ignore' });
  }
}

const LOCK_MS = 120_000;
const LOCK_LOOK_EVERY_MS = 1_000;

/**
 * Runs an installer, waiting while another one holds the system's lock. apt-get's own option for that
 * (DPkg::Lock::Timeout) ignores the locks of the lists and of the archive.
 * @param {readonly string[]} command
 * @param {{ readonly waitMs?: number, readonly everyMs?: number }} [patience]
 * @returns {boolean}
 */
export function installQuietly(command, { waitMs = LOCK_MS, everyMs = LOCK_LOOK_EVERY_MS } = {}) {
  const [program = '', ...args] = command;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  /** @type {import('node:child_process').SpawnSyncOptionsWithStringEncoding} */
  const options = { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', env };
  for (let waitedMs = 0; ; waitedMs += everyMs) {
    const { status, stderr } = spawnSync(program, args, options);
    if (status === 0) return true;
    const isLocked = /Could not get lock|unable to lock/i.test(stderr ?? '');
    if (!isLocked || waitedMs >= waitMs) {
      process.stderr.write(stderr ?? '');
      return false;
    }
    if (waitedMs === 0) say('another installer is running; waiting for it…');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, everyMs);
  }
}

function isRoot() {
  return process.getuid?.() === 0;
}

/**
 * Whether this file can be run.
 * @param {string} path
 */
export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
