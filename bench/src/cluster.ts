// Mayfly's nodes with the Redis that holds their rooms: started together, measured together. Members join at the nodes
// in turn.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Contender, visit } from './contenders.ts';
import type { Round } from './load.ts';
import { makeRoom, newKey } from './mayfly-rooms.ts';
import {
  type Measured,
  MeasuredProcess,
  cpuSecondsOf,
  kernelSecondsOf,
  untilAtRest,
} from './measured-process.ts';

/** Mayfly's Redis settings, as shipped in deploy/. */
const CONFIGURATION = fileURLToPath(new URL('../../deploy/redis.conf', import.meta.url));
/** Extra options for the Redis of this machine, found by the bootstrap. */
const OPTIONS = (process.env['REDIS_SERVER_OPTIONS'] ?? '').split(' ').filter((word) => word !== '');
/** Longer than the pause between two pings of a node: what they cost must not look like work. */
const REST_MS = 400;

/** Of a round on a cluster. */
export function nodesSeconds({ cpuByProcess }: Pick<Round, 'cpuByProcess'>): number {
  return cpuByProcess.slice(0, -1).reduce((sum, seconds) => sum + seconds, 0);
}

export function redisSeconds({ cpuByProcess }: Pick<Round, 'cpuByProcess'>): number {
  return cpuByProcess.at(-1) ?? Number.NaN;
}

export class Cluster implements Measured, AsyncDisposable {
  readonly contender: Contender;
  readonly nodes: readonly MeasuredProcess[];
  readonly redis: MeasuredRedis;

  private constructor(contender: Contender, nodes: readonly MeasuredProcess[], redis: MeasuredRedis) {
    this.contender = { ...contender, openRoom: (port) => openAtAll(port, nodes) };
    this.nodes = nodes;
    this.redis = redis;
  }

  /** Rejects with `NoRedis` where there is none. */
  static async start(contender: Contender, size: number): Promise<Cluster> {
    const redis = await MeasuredRedis.start();
    const nodes: MeasuredProcess[] = [];
    try {
      const environment = { ...contender.program.environment, REDIS_URL: redis.url };
      while (nodes.length < size) {
        nodes.push(await MeasuredProcess.start({ ...contender.program, environment }));
      }
      return new Cluster(contender, nodes, redis);
    } catch (error) {
      await disposeAll([...nodes, redis]);
      throw error;
    }
  }

  /** One of its nodes; the others are found by whoever joins. */
  get entrance(): MeasuredProcess {
    const [first] = this.nodes;
    if (first === undefined) throw new Error('a cluster without nodes');
    return first;
  }

  /** Of each node, and last of Redis: see `redisSeconds`. */
  cpuByProcess(): readonly number[] {
    return [...this.nodes.map((node) => node.cpuSeconds()), this.redis.cpuSeconds()];
  }

  kernelSeconds(): number {
    return [...this.nodes, this.redis].reduce((sum, process) => sum + process.kernelSeconds(), 0);
  }

  rest(): Promise<void> {
    return untilAtRest(() => this.cpuByProcess().reduce((sum, seconds) => sum + seconds, 0), REST_MS);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return disposeAll([...this.nodes, this.redis]);
  }
}

async function disposeAll(all: readonly AsyncDisposable[]): Promise<void> {
  for (const one of all) await one[Symbol.asyncDispose]();
}

let roomsOpened = 0;

// The first member of each room goes to another node than that of the last room, which spreads small rooms evenly.
async function openAtAll(port: number, nodes: readonly MeasuredProcess[]) {
  const room = await makeRoom(port);
  let turn = roomsOpened++;
  return () => visit(nodes[turn++ % nodes.length]?.port ?? port, room, newKey());
}

export class NoRedis extends Error {}

export class MeasuredRedis implements AsyncDisposable {
  readonly #port: number;
  readonly #child: ChildProcess;
  readonly #directory: string;
  readonly #line: Socket;

  private constructor(port: number, child: ChildProcess, directory: string, line: Socket) {
    this.#port = port;
    this.#child = child;
    this.#directory = directory;
    this.#line = line;
  }

  static async start(): Promise<MeasuredRedis> {
    const directory = await mkdtemp(join(tmpdir(), 'mayfly-bench-'));
    const port = await freePort();
    const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory];
    const words = [CONFIGURATION, ...OPTIONS, ...own];
    const child = spawn(process.env['REDIS_SERVER_PATH'] ?? 'redis-server', words, {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      await untilReady(child);
      const line = connect({ port, host: '127.0.0.1' });
      await once(line, 'connect');
      return new MeasuredRedis(port, child, directory, line);
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  cpuSeconds(): number {
    return cpuSecondsOf(this.#child.pid);
  }

  kernelSeconds(): number {
    return kernelSecondsOf(this.#child.pid);
  }

  async memoryBytes(): Promise<number> {
    return Number(/^used_memory:(\d+)/m.exec(await this.#ask('INFO memory'))?.[1]);
  }

  async keys(): Promise<number> {
    return Number(/^db0:keys=(\d+)/m.exec(await this.#ask('INFO keyspace'))?.[1] ?? 0);
  }

  /** Of all nodes together: a channel counts once for each node that hears it. */
  async subscriptions(): Promise<number> {
    const clients = await this.#ask('CLIENT LIST');
    return [...clients.matchAll(/ ssub=(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  }

  /** So far: how many, and the time that Redis was in them. */
  async functionCalls(): Promise<{ readonly calls: number; readonly microseconds: number }> {
    const found = /^cmdstat_fcall:calls=(\d+),usec=(\d+)/m.exec(await this.#ask('INFO commandstats'));
    return { calls: Number(found?.[1] ?? 0), microseconds: Number(found?.[2] ?? 0) };
  }

  // Answers of these commands are one string, which says its length first.
  async #ask(command: string): Promise<string> {
    this.#line.write(`${command}\r\n`);
    let answer = Buffer.alloc(0);
    for (;;) {
      const [chunk] = (await once(this.#line, 'data')) as [Buffer];
      answer = Buffer.concat([answer, chunk]);
      const head = /^\$(\d+)\r\n/.exec(answer.subarray(0, 20).toString('latin1'));
      if (head === null) throw new Error(`Redis does not answer ${command}`);
      const end = head[0].length + Number(head[1]);
      if (answer.length >= end) return answer.subarray(head[0].length, end).toString();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#line.destroy();
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
    await rm(this.#directory, { recursive: true, force: true });
  }
}

function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Ready to accept connections')) resolve();
    });
    child.once('error', () => reject(new NoRedis('no redis-server here')));
    child.once('exit', () => reject(new Error(`Redis ended: ${output}`)));
  });
}

async function freePort(): Promise<number> {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  holder.close();
  await once(holder, 'close');
  return port;
}
