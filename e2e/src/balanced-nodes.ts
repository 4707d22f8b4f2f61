// Nodes on one Redis behind the HAProxy that deploy/ describes, and control over it: the test decides where the next connection goes.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../packages/server/src/testing/free-port.ts';
import type { RedisProcess } from '../../packages/server/src/testing/redis-server.ts';
import { requireHaproxy } from '../../scripts/setup/programs.mjs';
import { type ServerProcess, startServerProcess } from './server-process.ts';

const CONFIGURATION = fileURLToPath(new URL('../../deploy/haproxy.cfg', import.meta.url));
/** As many as deploy/haproxy.cfg names. */
const NODES = ['node1', 'node2', 'node3'] as const;

export type NodeName = (typeof NODES)[number];

export class BalancedNodes implements AsyncDisposable {
  /** The balancer's. */
  readonly port: number;
  readonly nodes: Readonly<Record<NodeName, ServerProcess>>;
  readonly #balancer: ChildProcess;
  readonly #directory: string;

  private constructor(
    port: number,
    nodes: Readonly<Record<NodeName, ServerProcess>>,
    balancer: ChildProcess,
    directory: string,
  ) {
    this.port = port;
    this.nodes = nodes;
    this.#balancer = balancer;
    this.#directory = directory;
  }

  static async start(redis: RedisProcess): Promise<BalancedNodes> {
    const settings = { REDIS_URL: redis.url, HOST: '127.0.0.1', TRUST_PROXY: '1' };
    const nodes = {
      node1: await startServerProcess(settings),
      node2: await startServerProcess(settings),
      node3: await startServerProcess(settings),
    };
    const port = await freePort();
    const directory = await mkdtemp(join(tmpdir(), 'mayfly-balancer-'));
    const hand = join(directory, 'hand.cfg');
    await writeFile(hand, `global\n    stats socket ${join(directory, 'socket')} level admin\n`);
    const haproxy = requireHaproxy() ?? '';
    const balancer = spawn(haproxy, ['-db', '-f', CONFIGURATION, '-f', hand], {
      env: {
        ...process.env,
        ADDRESS: `127.0.0.1:${port}`,
        NODE_1: `127.0.0.1:${nodes.node1.port}`,
        NODE_2: `127.0.0.1:${nodes.node2.port}`,
        NODE_3: `127.0.0.1:${nodes.node3.port}`,
      },
      stdio: 'ignore',
    });
    const balanced = new BalancedNodes(port, nodes, balancer, directory);
    while (!(await balanced.#isReady())) await sleep(20);
    return balanced;
  }

  /** Whoever comes from now on goes to these, as long as they are well. */
  async open(...open: readonly NodeName[]): Promise<void> {
    const rest = NODES.filter((name) => !open.includes(name));
    // In this order: people's pages go on loading parts, and without a node that takes requests they would get a 503.
    for (const name of open) await this.#tell(`set server nodes/${name} state ready`);
    for (const name of rest) await this.#tell(`set server nodes/${name} state drain`);
  }

  /** How many sockets each node has, and requests that it is answering. */
  async sockets(): Promise<Readonly<Record<string, number>>> {
    const rows = (await this.#tell('show stat nodes 4 -1')).split('\n').map((line) => line.split(','));
    const column = rows[0]?.indexOf('scur') ?? -1;
    return Object.fromEntries(
      rows.flatMap((row) => (row[0] === 'nodes' ? [[row[1] ?? '', Number(row[column])]] : [])),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#balancer, 'close');
    this.#balancer.kill('SIGKILL');
    await closed;
    await Promise.all(NODES.map((name) => this.nodes[name][Symbol.asyncDispose]()));
    await rm(this.#directory, { recursive: true });
  }

  async #isReady(): Promise<boolean> {
    if (this.#balancer.exitCode !== null) throw new Error(`HAProxy ended with ${this.#balancer.exitCode}`);
    const answer = await fetch(`http://127.0.0.1:${this.port}/readyz`).catch(() => undefined);
    return answer?.ok === true;
  }

  async #tell(order: string): Promise<string> {
    const socket = connect(join(this.#directory, 'socket'));
    socket.end(`${order}\n`);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    return answer;
  }
}
