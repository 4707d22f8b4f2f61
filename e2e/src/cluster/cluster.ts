// Three real servers over a real Redis, each behind a line to it that can be broken; whoever connects lands on any that lives.

import { rm } from 'node:fs/promises';
import { type Transport, systemClock } from '@mayfly/client';
import { decodeServerControl } from '@mayfly/protocol';
import { adminPath } from '../../../packages/server/src/testing/admin.ts';
import type { SeededRandom } from '../../../packages/server/src/testing/random.ts';
import type { RedisProcess } from '../../../packages/server/src/testing/redis-server.ts';
import { wayTo } from '../faults/crowd.ts';
import { FaultProxy } from '../faults/fault-proxy.ts';
import { type ServerProcess, startServerProcess } from '../server-process.ts';

const NODES = 3;
/** Time for everybody to move, also on a machine that has other things to do. */
const SETTINGS = { DRAIN_SECONDS: '3', MAX_ROOMS: '100000', MAX_CONNECTIONS: '100000' };

/** Of a Redis Cluster a node finds the other primaries by itself, past the line. */
type Scheme = 'redis' | 'redis+cluster';

export class ClusterNode {
  /** Between this node and Redis. */
  readonly line: FaultProxy;
  /** The operator's (docs/abuse.md). */
  readonly adminSocket: string;
  /** New connections may land here: a balancer's view. */
  isReady = true;
  readonly #redisUrl: string;
  #server: ServerProcess;

  private constructor(line: FaultProxy, redisUrl: string, adminSocket: string, server: ServerProcess) {
    this.line = line;
    this.adminSocket = adminSocket;
    this.#redisUrl = redisUrl;
    this.#server = server;
  }

  static async start(redis: RedisProcess, seed: number, scheme: Scheme): Promise<ClusterNode> {
    const line = await FaultProxy.before(redis.port, systemClock, seed);
    const redisUrl = `${scheme}://127.0.0.1:${line.port}`;
    const adminSocket = adminPath();
    return new ClusterNode(line, redisUrl, adminSocket, await startNode(redisUrl, adminSocket));
  }

  get port(): number {
    return this.#server.port;
  }

  /** All that the process wrote. */
  get output(): string {
    return this.#server.output;
  }

  /** As a crash. */
  async kill(): Promise<void> {
    this.isReady = false;
    await this.#server[Symbol.asyncDispose]();
  }

  /** As a deployment. The exit code, null where a signal was the end. */
  async stop(): Promise<number | null> {
    this.isReady = false;
    const code = await this.#server.stop('SIGTERM');
    await this.#server[Symbol.asyncDispose]();
    return code;
  }

  async startAgain(): Promise<void> {
    this.#server = await startNode(this.#redisUrl, this.adminSocket);
    this.isReady = true;
  }

  async isServing(): Promise<boolean> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/healthz`).catch(() => undefined);
    return answer?.ok === true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
    await rm(this.adminSocket, { force: true });
    await this.line[Symbol.asyncDispose]();
  }
}

function startNode(redisUrl: string, adminSocket: string): Promise<ServerProcess> {
  return startServerProcess({ ...SETTINGS, REDIS_URL: redisUrl, ADMIN_SOCKET: adminSocket });
}

/** The node a connection is on. */
export type Home = { node: ClusterNode | undefined };

export class Cluster implements AsyncDisposable {
  readonly nodes: readonly ClusterNode[];
  readonly #random: SeededRandom;

  private constructor(nodes: readonly ClusterNode[], random: SeededRandom) {
    this.nodes = nodes;
    this.#random = random;
  }

  /** Over a Redis that is its starter's to end. */
  static async over(redis: RedisProcess, random: SeededRandom, scheme: Scheme = 'redis'): Promise<Cluster> {
    const nodes: ClusterNode[] = [];
    for (let seed = 1; seed <= NODES; seed += 1) nodes.push(await ClusterNode.start(redis, seed, scheme));
    return new Cluster(nodes, random);
  }

  /** Any that takes new connections. */
  pick(): ClusterNode {
    const [first, ...others] = this.nodes.filter(({ isReady }) => isReady);
    if (first === undefined) throw new Error('no node is left');
    return this.#random.pick([first, ...others]);
  }

  /** To another node each time; `home` is the one that welcomed last. */
  way(home: Home): Transport {
    return (events) => {
      const node = this.pick();
      return wayTo(node.port)({
        ...events,
        text: (frame) => {
          if (decodeServerControl(frame)?.type === 'welcome') home.node = node;
          events.text(frame);
        },
      });
    };
  }

  /** Those that do not answer, and what they wrote. */
  async casualties(): Promise<readonly string[]> {
    const serving = await Promise.all(this.nodes.map((node) => node.isServing()));
    return this.nodes.flatMap((node, place) =>
      serving[place] ? [] : [`node ${place + 1} does not answer: ${node.output}`],
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => node[Symbol.asyncDispose]()));
  }
}
