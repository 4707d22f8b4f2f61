// The programs beside the server: Redis, HAProxy, nginx, Caddy, Python. Found, or installed where that is allowed.

import { spawnSync } from 'node:child_process';
import { fail } from './command.mjs';
import { installDebian } from './system-packages.mjs';

const OLDEST_REDIS = 7;

/** A redis-server or valkey-server. Sets REDIS_SERVER_PATH, and REDIS_SERVER_OPTIONS to what only this one understands. */
export function requireRedis() {
  const found =
    findRedis() ??
    installed('Redis', ['redis-server'], findRedis) ??
    fail(
      `needs a redis-server of Redis ${OLDEST_REDIS}.0 or newer, or a valkey-server: sudo apt-get install -y redis-server (or set REDIS_SERVER_PATH), then run this again.`,
    );
  useRedis(found);
}

/** The same if there is one; installs nothing and asks for nothing. */
export function offerRedis() {
  const found = findRedis();
  if (found) useRedis(found);
}

// Valkey logs large commands from 8.1 on; other servers reject the options that turn that off.
const NO_COMMAND_LOGS = '--commandlog-request-larger-than -1 --commandlog-reply-larger-than -1';

/** @param {string} program */
function useRedis(program) {
  process.env.REDIS_SERVER_PATH = program;
  process.env.REDIS_SERVER_OPTIONS ??= hasCommandLogs(program) ? NO_COMMAND_LOGS : '';
}

/** @param {string} program */
function hasCommandLogs(program) {
  const [, major, minor] = /^Valkey .*\bv=(\d+)\.(\d+)/.exec(versionOf(program)) ?? [];
  return Number(major) > 8 || (Number(major) === 8 && Number(minor) >= 1);
}

/** @param {string} program */
function versionOf(program) {
  return spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout ?? '';
}

function findRedis() {
  const given = process.env.REDIS_SERVER_PATH;
  return (given ? [given] : ['redis-server', 'valkey-server']).find(isRedis);
}

/** @param {string} program */
function isRedis(program) {
  return Number(/\bv=(\d+)\./.exec(versionOf(program))?.[1]) >= OLDEST_REDIS;
}

/** HAProxy. */
export function requireHaproxy() {
  return (
    findHaproxy() ??
    installed('HAProxy', ['haproxy'], findHaproxy) ??
    fail('the cluster needs HAProxy 2.4 or newer: sudo apt-get install -y haproxy, then run it again.')
  );
}

function findHaproxy() {
  return ['haproxy', '/usr/sbin/haproxy'].find((program) => spawnSync(program, ['-v']).status === 0);
}

/**
 * One of the reverse proxies that `deploy/` has a configuration for. Throws, because it is called in a test.
 * @param {'nginx' | 'caddy'} name
 */
export function requireProxy(name) {
  const find = () => [name, `/usr/sbin/${name}`].find(isProxy);
  const found = find() ?? installed(name, [name], find);
  if (found) return found;
  throw new Error(`this test needs ${name}: sudo apt-get install -y ${name}, then run npm test again.`);
}

/** @param {string} program */
function isProxy(program) {
  return ['-v', 'version'].some((version) => spawnSync(program, [version]).status === 0);
}

const PYTHON_PACKAGES = ['python3', 'python3-websockets', 'python3-nacl'];

/** A Python that can run the foreign client of the tests. Throws, because it is called in a test. */
export function requirePython() {
  const found =
    findPython() ?? installed('Python packages for the foreign client', PYTHON_PACKAGES, findPython);
  if (found) return found;
  throw new Error(
    `the foreign client needs Python with websockets and PyNaCl: sudo apt-get install -y ${PYTHON_PACKAGES.join(' ')} (or set PYTHON_PATH), then run npm test again.`,
  );
}

function findPython() {
  const candidates = [process.env.PYTHON_PATH, '/usr/bin/python3', 'python3'];
  return candidates.find(
    (python) => python && spawnSync(python, ['-c', 'import websockets, nacl']).status === 0,
  );
}

/**
 * @param {string} name
 * @param {readonly string[]} packages
 * @param {() => string | undefined} find
 */
function installed(name, packages, find) {
  return installDebian(name, packages) ? find() : undefined;
}
