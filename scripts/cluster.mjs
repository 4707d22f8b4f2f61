// `npm run cluster`: a Redis that keeps nothing on a disk, three nodes and a load balancer, on this machine. PORT and HOST
// are the balancer's; all other settings go to the nodes. A node that dies is started again, so kill some. Ctrl+C ends all.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  build,
  fail,
  installPackages,
  requireHaproxy,
  requireNode,
  requireRedis,
  root,
} from './bootstrap.mjs';

const NODES = 3;
const RESTART_MS = 1_000;

const { HOST: host = '0.0.0.0', PORT: port = '5000', ...environment } = process.env;

requireNode();
await requireAddress();
installPackages();
requireRedis();
const haproxy = requireHaproxy();
build();

const directory = mkdtempSync(join(tmpdir(), 'mayfly-cluster-'));
let isStopping = false;

const [redisPort, ...nodePorts] = await freePorts(1 + NODES);
const redis = startRedis(redisPort);
const nodes = nodePorts.map((nodePort, index) => keepNode(`node ${index + 1}`, nodePort));
let balancer;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop(0));
if ((await firstOf(nodes.map(({ ready }) => ready))) && !isStopping) {
  balancer = startBalancer();
  await answers(`http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}/readyz`);
  greet();
}

// HAProxy would share a port with another HAProxy, and each would get some of the people.
async function requireAddress() {
  const wanted = Number(port);
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > 65_535)
    fail(`PORT is ${JSON.stringify(port)}, but must be a whole number from 1 to 65535.`);
  const holder = createServer().listen(wanted, host);
  try {
    await once(holder, 'listening');
  } catch (error) {
    fail(
      error.code === 'EADDRINUSE'
        ? `Port ${port} is in use. Stop what uses it, or choose another: PORT=${wanted === 65_535 ? 5000 : wanted + 1} npm run cluster`
        : `Cannot listen on port ${port} of ${host} (${error.code}). Choose others with HOST and PORT.`,
    );
  }
  await new Promise((resolve) => holder.close(resolve));
}

// A group of their own: Ctrl+C in a terminal reaches this process alone, and the nodes can say goodbye in order.
function start(name, program, args, options = {}) {
  const child = spawn(program, args, {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    ...options,
  });
  child.stderr.on('data', (chunk) => process.stderr.write(prefixed(name, chunk)));
  child.on('error', (error) => say(`${name} cannot be started: ${error.code}`));
  return child;
}

function startRedis(redisPort) {
  const { REDIS_SERVER_PATH, REDIS_SERVER_OPTIONS } = process.env;
  const more = REDIS_SERVER_OPTIONS.split(' ').filter(Boolean);
  const args = [
    '--include',
    join(root, 'deploy/redis.conf'),
    ...more,
    '--bind',
    '127.0.0.1',
    '--maxmemory',
    '1gb',
  ];
  return dependOn(
    'Redis',
    start('Redis', REDIS_SERVER_PATH, [...args, '--port', redisPort, '--dir', directory]),
  );
}

function startBalancer() {
  const places = nodePorts.map((nodePort, index) => [`NODE_${index + 1}`, `127.0.0.1:${nodePort}`]);
  const env = { ...environment, ...Object.fromEntries(places), ADDRESS: `${host}:${port}` };
  const args = ['-db', '-f', join(root, 'deploy/haproxy.cfg')];
  return dependOn('the balancer', start('balancer', haproxy, args, { env }));
}

// Without it there is nothing to show.
function dependOn(name, child) {
  child.stdout.resume();
  child.once('close', () => {
    if (isStopping) return;
    say(`${name} has ended, so all ends.`);
    void stop(1);
  });
  return child;
}

/** `ready` resolves with true at the first greeting, with false when it never came. */
function keepNode(name, nodePort) {
  let ready;
  const node = { child: undefined, ready: new Promise((resolve) => (ready = resolve)) };
  let hasRun = false;
  const run = () => {
    const env = {
      ...environment,
      HOST: '127.0.0.1',
      PORT: nodePort,
      TRUST_PROXY: '1',
      REDIS_URL: `redis://127.0.0.1:${redisPort}`,
    };
    node.child = start(name, process.execPath, [join(root, 'packages/server/dist/main.js')], { env });
    node.child.stdout.once('data', () => {
      if (hasRun) say(`${name} is back, pid ${node.child.pid}.`);
      hasRun = true;
      ready(true);
    });
    node.child.once('close', (code, signal) => {
      if (isStopping) return;
      if (!hasRun) {
        ready(false);
        void stop(1);
        return;
      }
      say(`${name} has ended (${signal ?? code}); it comes back in a second.`);
      setTimeout(() => isStopping || run(), RESTART_MS);
    });
  };
  run();
  return node;
}

async function stop(code) {
  if (isStopping) return;
  isStopping = true;
  say('stopping…');
  await Promise.all(nodes.map(({ child }) => end(child)));
  for (const child of [balancer, redis]) await end(child);
  rmSync(directory, { recursive: true, force: true });
  process.exit(code);
}

async function end(child) {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  await closed;
}

async function firstOf(promises) {
  const outcomes = await Promise.all(promises);
  return outcomes.every(Boolean);
}

async function answers(url) {
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok || isStopping) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function greet() {
  const everywhere = host === '0.0.0.0' || host === '::';
  const names = everywhere ? ['localhost', ...lanAddresses()] : [host];
  const pids = nodes.map(({ child }, index) => `node ${index + 1}: pid ${child.pid}`).join(', ');
  say(
    [
      'a cluster is running:',
      ...names.map((name) => `    http://${name}:${port}`),
      `${pids}. Kill one (kill -9) or stop one (kill) while you talk: it comes back, and nobody loses a word.`,
      'Ctrl+C ends all.',
    ].join('\n'),
  );
}

function lanAddresses() {
  return Object.values(networkInterfaces())
    .flat()
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}

// All are held until each has one, so that they differ.
async function freePorts(count) {
  const holders = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(holders.map((holder) => once(holder, 'listening')));
  const ports = holders.map((holder) => String(holder.address().port));
  await Promise.all(holders.map((holder) => new Promise((resolve) => holder.close(resolve))));
  return ports;
}

function prefixed(name, chunk) {
  return chunk
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `${name}: ${line}\n`)
    .join('');
}

function say(text) {
  process.stdout.write(`mayfly: ${text}\n`);
}
