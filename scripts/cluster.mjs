// `npm run cluster`: a Redis that persists nothing, three nodes and a load balancer, on this machine. PORT and HOST are the
// balancer's; all other settings go to the nodes. Nodes that die are restarted, so kill some. Ctrl+C stops everything.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './setup/build.mjs';
import { fail, root, say } from './setup/command.mjs';
import { installPackages, requireNode } from './setup/packages.mjs';
import { requireHaproxy, requireRedis } from './setup/programs.mjs';

/** @typedef {ReturnType<typeof start>} Child */
/** @typedef {{ child: Child, readonly ready: Promise<boolean> }} Node */

const NODES = 3;
const RESTART_MS = 1_000;
const PROBE_EVERY_MS = 50;

const { HOST: host = '0.0.0.0', PORT: port = '5000', ...environment } = process.env;
const isEverywhere = host === '0.0.0.0' || host === '::';

requireNode();
await requireAddress();
installPackages();
requireRedis();
const haproxy = requireHaproxy();
build();

const directory = mkdtempSync(join(tmpdir(), 'mayfly-cluster-'));
let isStopping = false;

const [redisPort = '', ...nodePorts] = await freePorts(1 + NODES);
const redis = startRedis();
const nodes = nodePorts.map((nodePort, index) => keepNode(`node ${index + 1}`, nodePort));
/** @type {Child | undefined} */
let balancer;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop(0));
const areReady = await Promise.all(nodes.map(({ ready }) => ready));
if (areReady.every(Boolean) && !isStopping) {
  balancer = startBalancer();
  await untilReady(`http://${isEverywhere ? '127.0.0.1' : urlHost(host)}:${port}/readyz`);
  greet();
}

// HAProxy would share a port with another HAProxy, and each would get some of the connections.
async function requireAddress() {
  const wanted = Number(port);
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > 65_535)
    fail(`PORT is ${JSON.stringify(port)}, but must be a whole number from 1 to 65535.`);
  const holder = createServer().listen(wanted, host);
  try {
    await once(holder, 'listening');
  } catch (error) {
    fail(
      codeOf(error) === 'EADDRINUSE'
        ? `Port ${port} is in use. Stop the other program, or choose another port: PORT=${wanted === 65_535 ? 5000 : wanted + 1} npm run cluster`
        : `Cannot listen on port ${port} of ${host} (${codeOf(error)}). Choose others with HOST and PORT.`,
    );
  }
  await new Promise((resolve) => holder.close(resolve));
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

/**
 * Detached, so Ctrl+C in a terminal reaches only this process, which stops the others in order.
 * @param {string} name
 * @param {string} program
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
function start(name, program, args, env = process.env) {
  const child = spawn(program, args, {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env,
  });
  child.stderr.on('data', (chunk) => process.stderr.write(prefixed(name, String(chunk))));
  child.on('error', (error) => say(`${name} cannot be started: ${codeOf(error)}`));
  return child;
}

function startRedis() {
  const { REDIS_SERVER_PATH = 'redis-server', REDIS_SERVER_OPTIONS = '' } = process.env;
  const limits = ['--bind', '127.0.0.1', '--maxmemory', '1gb', '--port', redisPort, '--dir', directory];
  const options = REDIS_SERVER_OPTIONS.split(' ').filter(Boolean);
  const args = ['--include', join(root, 'deploy/redis.conf'), ...options, ...limits];
  return required('Redis', start('Redis', REDIS_SERVER_PATH, args));
}

function startBalancer() {
  const addresses = nodePorts.map((nodePort, index) => [`NODE_${index + 1}`, `127.0.0.1:${nodePort}`]);
  const env = { ...environment, ...Object.fromEntries(addresses), ADDRESS: `${host}:${port}` };
  return required(
    'the balancer',
    start('balancer', haproxy, ['-db', '-f', join(root, 'deploy/haproxy.cfg')], env),
  );
}

/**
 * When this child ends, everything ends.
 * @param {string} name
 * @param {Child} child
 */
function required(name, child) {
  child.stdout.resume();
  child.once('close', () => {
    if (isStopping) return;
    say(`${name} has exited, so everything stops.`);
    void stop(1);
  });
  return child;
}

/**
 * Starts a node, and again whenever it exits. If it never gets to its greeting, everything stops.
 * @param {string} name
 * @param {string} nodePort
 * @returns {Node}
 */
function keepNode(name, nodePort) {
  const child = startNode(name, nodePort);
  const node = { child, ready: greeted(child) };
  void node.ready.then((isReady) => (isReady ? restartOnExit(name, nodePort, node) : stop(1)));
  return node;
}

/**
 * @param {string} name
 * @param {string} nodePort
 */
function startNode(name, nodePort) {
  return start(name, process.execPath, [join(root, 'packages/server/dist/main.js')], {
    ...environment,
    HOST: '127.0.0.1',
    PORT: nodePort,
    TRUST_PROXY: '1',
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
  });
}

/**
 * True once the node has printed its greeting, false if it exits first.
 * @param {Child} child
 * @returns {Promise<boolean>}
 */
function greeted(child) {
  return new Promise((resolve) => {
    child.stdout.once('data', () => resolve(true));
    child.once('close', () => resolve(false));
  });
}

/**
 * @param {string} name
 * @param {string} nodePort
 * @param {Node} node
 */
function restartOnExit(name, nodePort, node) {
  node.child.once('close', (code, signal) => {
    if (isStopping) return;
    say(`${name} has exited (${signal ?? code}); it will be back in a second.`);
    setTimeout(() => void restart(name, nodePort, node), RESTART_MS);
  });
}

/**
 * @param {string} name
 * @param {string} nodePort
 * @param {Node} node
 */
async function restart(name, nodePort, node) {
  if (isStopping) return;
  node.child = startNode(name, nodePort);
  restartOnExit(name, nodePort, node);
  if (await greeted(node.child)) say(`${name} is back, pid ${node.child.pid}.`);
}

/** @param {number} code */
async function stop(code) {
  if (isStopping) return;
  isStopping = true;
  say('stopping…');
  await Promise.all(nodes.map(({ child }) => end(child)));
  for (const child of [balancer, redis]) await end(child);
  rmSync(directory, { recursive: true, force: true });
  process.exit(code);
}

/** @param {Child | undefined} child */
async function end(child) {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  await closed;
}

/** @param {string} url */
async function untilReady(url) {
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok || isStopping) return;
    await new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS));
  }
}

function greet() {
  const names = isEverywhere ? ['localhost', ...lanAddresses()] : [urlHost(host)];
  const pids = nodes.map(({ child }, index) => `node ${index + 1}: pid ${child.pid}`).join(', ');
  say(
    [
      'a cluster is running:',
      ...names.map((name) => `    http://${name}:${port}`),
      `${pids}. Kill one (kill -9) or stop one (kill) while you talk: it comes back, and no message is lost.`,
      'Ctrl+C stops everything.',
    ].join('\n'),
  );
}

/** @param {string} name */
function urlHost(name) {
  return name.includes(':') ? `[${name}]` : name;
}

function lanAddresses() {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}

/**
 * Holds all of them until each has one, so they differ.
 * @param {number} count
 */
async function freePorts(count) {
  const holders = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(holders.map((holder) => once(holder, 'listening')));
  const ports = holders.map((holder) => portOf(holder.address()));
  await Promise.all(holders.map((holder) => new Promise((resolve) => holder.close(resolve))));
  return ports;
}

/** @param {ReturnType<import('node:net').Server['address']>} address */
function portOf(address) {
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return String(address.port);
}

/**
 * @param {string} name
 * @param {string} text
 */
function prefixed(name, text) {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `${name}: ${line}\n`)
    .join('');
}
