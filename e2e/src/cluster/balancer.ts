// A way into a cluster for everything: each connection leads to a node that takes new ones. On request, the node that
// carries a lot of bytes departs in the middle of them.

import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { background } from '../../../packages/server/src/net/background.ts';
import type { Cluster, ClusterNode } from './cluster.ts';

/** `up`: from clients. */
export type Direction = 'up' | 'down';

/** As a crash, and as a deployment. */
export type Departure = 'kill' | 'stop';

type Strike = {
  readonly direction: Direction;
  readonly everyBytes: number;
  readonly left: Departure[];
};

/** Only what moves files comes in portions as large as this. */
const LARGE_BYTES = 8 * 1024;

export class Balancer implements AsyncDisposable {
  /** Departures so far. */
  struck = 0;
  /** Bytes of files so far, with what was lost on the way. */
  readonly carried = { up: 0, down: 0 };
  readonly #cluster: Cluster;
  readonly #listener: Server;
  readonly #sockets = new Set<Socket>();
  #strike: Strike | undefined;
  #passed = 0;
  #returning: Promise<void> = Promise.resolve();

  private constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#listener = createServer((near) => this.#join(near));
  }

  static async before(cluster: Cluster): Promise<Balancer> {
    const balancer = new Balancer(cluster);
    await once(balancer.#listener.listen(0, '127.0.0.1'), 'listening');
    return balancer;
  }

  get origin(): string {
    const { port } = this.#listener.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Whenever so many bytes have passed, the node that carries them departs, once all others are there. */
  strike(direction: Direction, everyBytes: number, departures: readonly Departure[]): void {
    this.#strike = { direction, everyBytes, left: [...departures] };
    this.#passed = 0;
  }

  /** Resolves when all that departed are there again. */
  returned(): Promise<void> {
    return this.#returning;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#returning;
    for (const socket of this.#sockets) socket.destroy();
    this.#listener.close();
    await once(this.#listener, 'close');
  }

  #join(near: Socket): void {
    const node = this.#cluster.pick();
    const far = connect(node.port, '127.0.0.1');
    this.#relay(near, far, 'up', node);
    this.#relay(far, near, 'down', node);
  }

  #relay(from: Socket, to: Socket, direction: Direction, node: ClusterNode): void {
    this.#sockets.add(from);
    from.on('error', () => {});
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    from.on('data', (bytes: Buffer) => {
      if (!this.#isDue(direction, bytes.length)) return pass(bytes, from, to);
      from.pause();
      // What a killed node was just carrying is lost with it.
      background(this.#passUnlessKilled(bytes, from, to, node), (error) =>
        from.destroy(error instanceof Error ? error : undefined),
      );
    });
  }

  async #passUnlessKilled(bytes: Buffer, from: Socket, to: Socket, node: ClusterNode): Promise<void> {
    if ((await this.#depart(node)) === 'kill') from.destroy();
    else pass(bytes, from.resume(), to);
  }

  #isDue(direction: Direction, length: number): boolean {
    if (length < LARGE_BYTES) return false;
    this.carried[direction] += length;
    if (this.#strike?.direction !== direction || this.#strike.left.length === 0) return false;
    this.#passed += length;
    if (this.#passed < this.#strike.everyBytes) return false;
    this.#passed = 0;
    return true;
  }

  async #depart(node: ClusterNode): Promise<Departure | undefined> {
    await this.#returning;
    const how = this.#strike?.left.shift();
    if (how === undefined) return undefined;
    this.struck += 1;
    this.#returning = leave(node, how);
    return how;
  }
}

function pass(bytes: Buffer, from: Socket, to: Socket): void {
  if (to.write(bytes)) return;
  from.pause();
  to.once('drain', () => from.resume());
}

async function leave(node: ClusterNode, how: Departure): Promise<void> {
  await node[how]();
  await node.startAgain();
}
