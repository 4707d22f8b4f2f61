// A gateway on its own listener, with a store in memory, one open room and a test clock.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Gateway } from '../socket/gateway.ts';
import { createEvents } from '../observe/events.ts';
import { FanOut } from '../delivery/fan-out.ts';
import { Hub } from '../delivery/hub.ts';
import { SlicedQueue } from '../net/sliced-queue.ts';
import { MemoryStore } from '../store/memory/memory-store.ts';
import { TestClock } from './clock.ts';
import { OPEN_RULES, calmGuard } from './guard.ts';
import { SeededRandom } from './random.ts';
import { Signer, makeCharter, roomId } from './signer.ts';

const OWNER = new Signer('owner');
const LIMITS = { members: 99, historyMessages: 99, historyBytes: 9_999_999 };

type Choices = { readonly lifeMs?: number; readonly maxUnjoined?: number; readonly socketsOfOne?: number };

export class BareGateway implements AsyncDisposable {
  readonly room = roomId('7Kq2mD');
  readonly clock = new TestClock();
  readonly store: MemoryStore;
  readonly listener = createServer();
  readonly gateway: Gateway;
  readonly #lifeMs: number;
  server = { address: '127.0.0.1', port: 0 };

  constructor({ lifeMs = 600_000, maxUnjoined = 100, socketsOfOne = Infinity }: Choices = {}) {
    const { clock } = this;
    const random = new SeededRandom(7).bytes;
    const store = new MemoryStore({ clock, random, limits: { ...LIMITS, maxRooms: 9, maxMembers: 99 } });
    const [hub, proofQueue] = [new Hub(store, new FanOut(clock)), new SlicedQueue(clock)];
    this.#lifeMs = lifeMs;
    this.store = store;
    this.gateway = new Gateway(this.listener, {
      rules: OPEN_RULES,
      basePath: '/',
      guard: calmGuard(random, { sockets: socketsOfOne }),
      maxConnections: 100,
      maxUnjoined,
      session: { store, hub, proofQueue, clock, random, limits: LIMITS, lifeMaxMs: 3_600_000 },
      events: createEvents('silent', () => {}).events,
      draining: () => false,
      onUpgraded: () => {},
    });
  }

  async open(): Promise<this> {
    await this.store.create(this.room, { ownerPk: OWNER.pk, lifeMs: this.#lifeMs, history: 'all' });
    await this.store.open(this.room, makeCharter(this.room, OWNER));
    await once(this.listener.listen(0, '127.0.0.1'), 'listening');
    this.server = { address: '127.0.0.1', port: (this.listener.address() as AddressInfo).port };
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway[Symbol.asyncDispose]();
    await this.store[Symbol.asyncDispose]();
    this.listener.close();
  }
}
