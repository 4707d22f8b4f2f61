// Installs what the system lacks, where that is allowed: as root, with the system's own installer.

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const BROWSER_INSTALLERS = [
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

function browserInstaller() {
  return BROWSER_INSTALLERS.find(({ program }) =>
    ['/usr/bin', '/sbin', '/usr/sbin'].some((dir) => isProgram(join(dir, program))),
  );
}

/** The command that installs Chromium here, for somebody who may; undefined on an unknown system. */
export function browserCommand() {
  return browserInstaller()?.commands.at(-1)?.join(' ');
}

/** Chromium. False where nothing may be installed, or it failed. */
export function installBrowser() {
  const found = browserInstaller();
  if (!found || !isRoot()) return false;
  say('installing Chromium for the browser tests (once)…');
  return found.commands.every((command) => installQuietly(command));
}

const SERVICE_POLICY = '/usr/sbin/policy-rc.d';

/** Packages of Debian. It starts what it installs, and again after every boot; neither is wanted here: whoever needs one starts it. */
export function installDebian(name, packages) {
  if (browserInstaller()?.program !== 'apt-get' || !isRoot()) return false;
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
 * Waits while another installer holds the system's lock. apt-get has an option for that (DPkg::Lock::Timeout), but it
 * leaves out the locks of the lists and of the archive.
 */
export function installQuietly(command, { waitMs = LOCK_MS, everyMs = LOCK_LOOK_EVERY_MS } = {}) {
  const [program, ...args] = command;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const options = { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', env };
  for (let waitedMs = 0; ; waitedMs += everyMs) {
    const { status, stderr } = spawnSync(program, args, options);
    if (status === 0) return true;
    const isLocked = /Could not get lock|unable to lock/i.test(stderr ?? '');
    if (!isLocked || waitedMs >= waitMs) {
      process.stderr.write(stderr ?? '');
      return false;
    }
    if (waitedMs === 0) say('another installer is at work; waiting for it…');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, everyMs);
  }
}

function isRoot() {
  return process.getuid?.() === 0;
}

export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export function say(text) {
  process.stdout.write(`mayfly: ${text}\n`);
}
