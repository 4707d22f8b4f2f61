// The server's core as one simulated node: store, hub and sessions in fake time, the way in by a fetch of its own.

import {
  type HistoryPolicy,
  type RoomId,
  decodeCommandWithBlob,
  decodeCreateRoom,
  parseRoomId,
} from '@mayfly/protocol';
import { verifyCharter } from '../../../packages/server/src/auth/proof.ts';
import { FanOut } from '../../../packages/server/src/delivery/fan-out.ts';
import { Hub } from '../../../packages/server/src/delivery/hub.ts';
import { SlicedQueue } from '../../../packages/server/src/net/sliced-queue.ts';
import type { Socket } from '../../../packages/server/src/delivery/subscriber.ts';
import { Session, type SessionDeps } from '../../../packages/server/src/session/session.ts';
import { MemoryStore } from '../../../packages/server/src/store/memory/memory-store.ts';
import type {
  RoomStore,
  StoreLimits,
  VerifiedCharter,
} from '../../../packages/server/src/store/room-store.ts';
import { UNLIMITED } from '../../../packages/server/src/testing/guard.ts';
import { SeededRandom } from '../../../packages/server/src/testing/random.ts';
import type { FakeTime } from './fake-time.ts';
import { SlowStore } from './slow-store.ts';

export type NodeOptions = {
  readonly time: FakeTime;
  readonly seed: number;
  readonly historyMessages: number;
  /** Larger rooms announce counts only. */
  readonly listedMax?: number;
  /** Where challenges come from, when they must repeat. */
  readonly random?: (length: number) => Uint8Array;
};

export class SimulatedNode implements AsyncDisposable {
  readonly #store: RoomStore;
  readonly #hub: Hub;
  readonly #deps: SessionDeps;
  readonly #random: SeededRandom;
  /** What no session may ever report: the server's own faults. */
  readonly troubles: unknown[] = [];

  constructor({ time, seed, historyMessages, listedMax, random }: NodeOptions) {
    this.#random = new SeededRandom(seed);
    const limits: StoreLimits = { maxRooms: 10, maxMembers: 50, historyMessages, historyBytes: 1_000_000 };
    const bytes = random ?? this.#random.bytes;
    this.#store = new SlowStore(
      new MemoryStore({
        clock: time,
        random: this.#random.bytes,
        limits,
        ...(listedMax !== undefined && { listedMax }),
      }),
      time,
      new SeededRandom(seed + 1),
    );
    this.#hub = new Hub(this.#store, new FanOut(time, (round) => time.after(0, round)));
    this.#deps = {
      store: this.#store,
      hub: this.#hub,
      proofQueue: new SlicedQueue(time, (round) => time.after(0, round)),
      clock: time,
      random: bytes,
      limits: { members: limits.maxMembers, historyMessages, historyBytes: limits.historyBytes },
      budget: UNLIMITED,
      lifeMaxMs: 86_400_000,
      events: {
        joined: () => {},
        turnedBack: () => {},
        trouble: (error) => void this.troubles.push(error),
      },
    };
  }

  readonly accept = (socket: Socket): Session => new Session(socket, this.#deps);

  async open(id: RoomId, charter: VerifiedCharter, lifeMs: number, history: HistoryPolicy): Promise<void> {
    await this.#store.create(id, { ownerPk: charter.command.signerPk, lifeMs, history });
    await this.#store.open(id, charter);
  }

  /** The two requests that make a room (rules API-1 and API-2), without the network between. */
  readonly fetch: typeof globalThis.fetch = async (url, init) => {
    const path = new URL(url instanceof Request ? url.url : url).pathname;
    const body = init?.body;
    return typeof body === 'string' ? this.#reserve(body) : this.#charter(path, body);
  };

  /** What is left of rooms; both are 0 when all is over. */
  async leftovers(): Promise<{ readonly hub: number; readonly store: number }> {
    return { hub: this.#hub.size, store: await this.#store.size() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store[Symbol.asyncDispose]();
  }

  async #reserve(body: string): Promise<Response> {
    const wanted = decodeCreateRoom(body);
    const id = parseRoomId(`Sim${this.#random.below(9) + 1}`);
    if (wanted === undefined || id === undefined) return new Response('{}', { status: 400 });
    const { ownerPk, life, history } = wanted;
    await this.#store.create(id, { ownerPk, lifeMs: life * 1_000, history });
    return Response.json({ id }, { status: 201 });
  }

  async #charter(path: string, body: unknown): Promise<Response> {
    const id = parseRoomId(path.split('/')[3] ?? '');
    const charter = body instanceof Uint8Array ? decodeCommandWithBlob(body) : undefined;
    if (id === undefined || charter === undefined) return new Response('{}', { status: 400 });
    const verified = verifyCharter(id, charter.command.signerPk, charter);
    if (verified === undefined || (await this.#store.open(id, verified)) !== 'opened') {
      return new Response('{}', { status: 403 });
    }
    return new Response(null, { status: 204 });
  }
}
