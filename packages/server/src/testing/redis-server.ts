// Real Redis processes for tests: alone, with a replica, under a Sentinel, as a cluster. Each ends with its test.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CERTIFICATE, PRIVATE_KEY } from './certificate.ts';
import { freePort } from './free-port.ts';
import { LineLost, RedisLine, type Reply } from './redis-line.ts';

/** redis.conf by name. One that takes several words, such as `rename-command`, has a list. */
export type RedisSettings = { readonly [name: string]: string | readonly string[] };

/** The settings Mayfly requires, as operators get them. */
const CONFIGURATION = fileURLToPath(new URL('../../../../deploy/redis.conf', import.meta.url));

/** Options that only some servers know; the bootstrap of `npm test` finds out. */
const OPTIONS = (process.env['REDIS_SERVER_OPTIONS'] ?? '').split(' ').filter((word) => word !== '');

const SENTINEL_NAME = 'mayfly';

export class RedisProcess implements AsyncDisposable {
  readonly port: number;
  /** Its working directory: whatever it writes to disk is in here. */
  readonly directory: string;
  readonly #args: readonly string[];
  #child: ChildProcess;
  #line: RedisLine | undefined;

  constructor(port: number, directory: string, args: readonly string[], child: ChildProcess) {
    this.port = port;
    this.directory = directory;
    this.#args = args;
    this.#child = child;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get url(): string {
    return `redis://${this.address}`;
  }

  /** Sends one command over its own connection, which stays open and reconnects after a loss. */
  ask(...words: readonly (string | number | Uint8Array)[]): Promise<Reply> {
    if (this.#line === undefined || this.#line.isLost) this.#line = new RedisLine(this.port);
    return this.#line.ask(...words);
  }

  async info(section: string): Promise<ReadonlyMap<string, string>> {
    const lines = String(await this.ask('INFO', section)).split('\r\n');
    return new Map(
      lines.filter((line) => line.includes(':')).map((line) => splitAt(line, line.indexOf(':'))),
    );
  }

  /** It stops answering, but its connections stay open. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    this.#line?.[Symbol.dispose]();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }

  /** Like a crash with a supervisor: same port and settings, empty memory. */
  async restart(): Promise<void> {
    await this.kill();
    const started = await spawnRedis(this.#args, this.directory);
    if (!started.ok) throw new Error(started.output);
    this.#child = started.child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    // A killed server may still be writing its last file.
    await rm(this.directory, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** A primary alone. `settings` come on top of what Mayfly asks of a Redis. */
export function startRedis(settings: RedisSettings = {}): Promise<RedisProcess> {
  return launch(async (port, directory) => toArgs(port, directory, settings));
}

/** A primary that also speaks TLS, with a self-signed certificate for localhost. */
export async function startTlsRedis(): Promise<{ readonly redis: RedisProcess; readonly tlsPort: number }> {
  const tlsPort = await freePort();
  const redis = await launch(async (port, directory) => {
    const files = { 'tls-cert-file': CERTIFICATE, 'tls-key-file': PRIVATE_KEY };
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
    return toArgs(port, directory, {
      ...Object.fromEntries(Object.keys(files).map((name) => [name, join(directory, name)])),
      'tls-port': String(tlsPort),
      'tls-auth-clients': 'no',
    });
  });
  return { redis, tlsPort };
}

/** Ready once it holds what its primary holds. */
export async function startReplicaOf(
  primary: RedisProcess,
  settings: RedisSettings = {},
): Promise<RedisProcess> {
  const replica = await startRedis({ ...settings, replicaof: ['127.0.0.1', String(primary.port)] });
  await until(async () => (await replica.info('replication')).get('master_link_status') === 'up');
  return replica;
}

// What has been started so far, until a group of them is complete. Node 20 has no AsyncDisposableStack.
class Processes implements AsyncDisposable {
  #all: RedisProcess[] = [];

  add(process: RedisProcess): RedisProcess {
    this.#all.push(process);
    return process;
  }

  move(): Processes {
    const moved = new Processes();
    moved.#all = this.#all;
    this.#all = [];
    return moved;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((process) => process[Symbol.asyncDispose]()));
  }
}

export type SentinelGroup = AsyncDisposable & {
  readonly primary: RedisProcess;
  readonly replica: RedisProcess;
  readonly sentinel: RedisProcess;
  /** As the setting REDIS_URL takes it. */
  readonly url: string;
};

/** One primary, one replica, and one Sentinel that calls them `mayfly` and fails over after a second of silence. */
export async function startSentinel(): Promise<SentinelGroup> {
  await using parts = new Processes();
  const primary = parts.add(await startRedis());
  const replica = parts.add(await startReplicaOf(primary));
  const sentinel = parts.add(
    await launch(async (port, directory) => {
      const file = join(directory, 'sentinel.conf');
      await writeFile(file, sentinelFile(port, directory, primary.port));
      return [file, '--sentinel'];
    }),
  );
  await until(async () => {
    const found = await sentinel.ask('SENTINEL', 'REPLICAS', SENTINEL_NAME);
    return Array.isArray(found) && found.some((words) => Array.isArray(words) && words.includes('ok'));
  });
  const all = parts.move();
  const url = `redis+sentinel://${sentinel.address}/${SENTINEL_NAME}`;
  return { primary, replica, sentinel, url, [Symbol.asyncDispose]: () => all[Symbol.asyncDispose]() };
}

function sentinelFile(port: number, directory: string, primary: number): string {
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${directory}`,
    `sentinel monitor ${SENTINEL_NAME} 127.0.0.1 ${primary} 1`,
    `sentinel down-after-milliseconds ${SENTINEL_NAME} 1000`,
    `sentinel failover-timeout ${SENTINEL_NAME} 5000`,
    '',
  ].join('\n');
}

export type RedisCluster = AsyncDisposable & {
  readonly primaries: readonly RedisProcess[];
  /** The nth is of the nth primary. */
  readonly replicas: readonly RedisProcess[];
  /** As the setting REDIS_URL takes it. */
  readonly url: string;
};

const SLOTS = 16_384;

/** Ready once every node sees all slots served and, where replicas are asked for, their copies are whole. */
export async function startRedisCluster(
  primaryCount: number,
  { withReplicas = false } = {},
): Promise<RedisCluster> {
  const size = withReplicas ? 2 * primaryCount : primaryCount;
  await using parts = new Processes();
  const members: Member[] = [];
  for (let index = 0; index < size; index += 1) members.push(await startMember(parts));
  const primaries = members.slice(0, primaryCount).map(({ redis }) => redis);
  const replicas = members.slice(primaryCount).map(({ redis }) => redis);

  await assignSlots(primaries);
  await introduce(members);
  for (const { redis } of members) await until(() => knows(redis, size));
  await Promise.all(replicas.map((replica, index) => follow(replica, primaries[index])));
  for (const { redis } of members) await until(() => servesAll(redis, primaryCount));
  const all = parts.move();
  const url = `redis+cluster://${primaries.map(({ address }) => address).join(',')}`;
  return { primaries, replicas, url, [Symbol.asyncDispose]: () => all[Symbol.asyncDispose]() };
}

type Member = { readonly redis: RedisProcess; readonly busPort: number };

async function startMember(parts: Processes): Promise<Member> {
  const busPort = await freePort();
  const redis = await startRedis({
    'cluster-enabled': 'yes',
    'cluster-port': String(busPort),
    'cluster-node-timeout': '2000',
  });
  return { redis: parts.add(redis), busPort };
}

// Distinct epochs from the start avoid collisions.
async function assignSlots(primaries: readonly RedisProcess[]): Promise<void> {
  const start = (index: number) => Math.floor((index * SLOTS) / primaries.length);
  for (const [index, redis] of primaries.entries()) {
    await redis.ask('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    await redis.ask('CLUSTER', 'ADDSLOTSRANGE', start(index), start(index + 1) - 1);
  }
}

async function introduce(members: readonly Member[]): Promise<void> {
  for (const { redis } of members) {
    for (const other of members) {
      if (other.redis !== redis) {
        await redis.ask('CLUSTER', 'MEET', '127.0.0.1', other.redis.port, other.busPort);
      }
    }
  }
}

async function follow(replica: RedisProcess, primary: RedisProcess | undefined): Promise<void> {
  const id = String(await primary?.ask('CLUSTER', 'MYID'));
  await until(async () => String(await replica.ask('CLUSTER', 'NODES')).includes(id));
  await replica.ask('CLUSTER', 'REPLICATE', id);
  await until(async () => (await replica.info('replication')).get('master_link_status') === 'up');
}

async function knows(redis: RedisProcess, size: number): Promise<boolean> {
  const nodes = String(await redis.ask('CLUSTER', 'NODES'));
  return nodes.trim().split('\n').length === size && !nodes.includes('handshake');
}

async function servesAll(redis: RedisProcess, primaryCount: number): Promise<boolean> {
  const state = String(await redis.ask('CLUSTER', 'INFO'));
  return state.includes('cluster_state:ok') && state.includes(`cluster_size:${primaryCount}`);
}

type Started =
  | { readonly ok: true; readonly child: ChildProcess }
  | { readonly ok: false; readonly output: string };

// Another process may take a port between asking for it and listening.
async function launch(
  prepare: (port: number, directory: string) => Promise<readonly string[]>,
): Promise<RedisProcess> {
  for (;;) {
    const port = await freePort();
    const directory = await mkdtemp(join(tmpdir(), 'mayfly-redis-'));
    const args = await prepare(port, directory);
    const started = await spawnRedis(args, directory);
    if (started.ok) return new RedisProcess(port, directory, args, started.child);
    await rm(directory, { recursive: true, force: true });
    if (!started.output.includes('already in use')) throw new Error(started.output);
  }
}

const READY = /Ready to accept connections|Sentinel ID is/;

function spawnRedis(args: readonly string[], directory: string): Promise<Started> {
  const child = spawn(process.env['REDIS_SERVER_PATH'] ?? 'redis-server', args, {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      if (READY.test(output)) return;
      output += chunk.toString();
      if (READY.test(output)) resolve({ ok: true, child });
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', reject);
    child.once('close', () => resolve({ ok: false, output }));
  });
}

// Included, and not as its configuration file: a Sentinel makes Redis write that anew.
function toArgs(port: number, directory: string, settings: RedisSettings): readonly string[] {
  const own = { port: String(port), bind: '127.0.0.1', dir: directory };
  const words = Object.entries({ include: CONFIGURATION, maxmemory: '1gb', ...settings, ...own }).flatMap(
    ([name, value]) => [`--${name}`, ...[value].flat()],
  );
  return [...OPTIONS, ...words];
}

function splitAt(line: string, at: number): [string, string] {
  return [line.slice(0, at), line.slice(at + 1)];
}

/** Polls until it is true: another process doesn't notify us, and may disconnect. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo().catch(isStillAway))) await new Promise((resolve) => setTimeout(resolve, 10));
}

function isStillAway(error: unknown): false {
  if (error instanceof LineLost) return false;
  throw error;
}
