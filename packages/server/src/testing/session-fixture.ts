// Sessions with a store in memory and sockets that the test controls.

import {
  type CloseReason,
  type Join,
  type ServerControl,
  type ServerSealed,
  decodeServerControl,
  decodeServerSealed,
  encodeClientControl,
  encodeClientSealed,
  encodeMessageEvent,
  joinTranscript,
} from '@mayfly/protocol';
import { expect, vi } from 'vitest';
import { FanOut } from '../delivery/fan-out.ts';
import { Hub } from '../delivery/hub.ts';
import type { Socket } from '../delivery/subscriber.ts';
import { Session, type SessionDeps, type SessionEvents } from '../session/session.ts';
import { SlicedQueue } from '../net/sliced-queue.ts';
import { MemoryStore } from '../store/memory/memory-store.ts';
import type { RoomListener, StoreNotice, RoomStore } from '../store/room-store.ts';
import { TestClock, settled } from './clock.ts';
import { decodeFrames } from './frames.ts';
import { UNLIMITED } from './guard.ts';
import { SeededRandom } from './random.ts';
import {
  type CharterChoices,
  Signer,
  envelope,
  makeCharter,
  makeJoin,
  roomId,
  sealedProfile,
} from './signer.ts';

export const ROOM = roomId('Room11');
export const OWNER = new Signer('owner');
export const LIFE_MS = 60_000;
export const LIMITS = { members: 3, historyMessages: 50, historyBytes: 100_000 };

/** A socket that the test controls. */
class TestSocket implements Socket {
  bufferedBytes = 0;
  readonly sent: (string | Uint8Array)[] = [];
  /** As written to the network. */
  readonly written: Uint8Array[] = [];
  closed: CloseReason | undefined;
  write(encoded: Uint8Array): void {
    expect(this.closed, 'a frame after the close').toBeUndefined();
    this.written.push(encoded);
    if (this.takesNothing) this.bufferedBytes += encoded.length;
    this.sent.push(...decodeFrames(encoded));
  }
  /** Someone waits for the drain. */
  drainAwaited = false;
  takesNothing = false;
  notifyWhenDrained(): void {
    this.drainAwaited = true;
  }
  close(why: CloseReason): void {
    this.closed = why;
  }

  /** What arrived since the last call, by name: a type, or the seq of an event. */
  received(): readonly string[] {
    return this.sent.splice(0).map((frame) => {
      if (typeof frame === 'string') return decodeServerControl(frame)?.type ?? 'unreadable';
      const sealed = decodeServerSealed(frame);
      return sealed === undefined ? 'unreadable' : 'seq' in sealed ? `${sealed.seq}` : sealed.type;
    });
  }

  sealed(): readonly ServerSealed[] {
    return this.sent.flatMap((frame) => (typeof frame === 'string' ? [] : (decodeServerSealed(frame) ?? [])));
  }

  last<T extends ServerControl['type']>(type: T): Extract<ServerControl, { type: T }> {
    const frames = this.sent.flatMap((frame) =>
      typeof frame === 'string' ? (decodeServerControl(frame) ?? []) : [],
    );
    const found = frames.findLast(
      (frame): frame is Extract<ServerControl, { type: T }> => frame.type === type,
    );
    if (found === undefined) throw new Error(`no ${type} was sent`);
    return found;
  }
}

export type Connection = {
  readonly socket: TestSocket;
  readonly session: Session;
  readonly nonce: Uint8Array;
  /** The network takes everything that waits. */
  drain(): void;
};

/** One room and its sessions, in memory unless a test brings another store. */
export class SessionFixture {
  readonly clock: TestClock;
  readonly random = new SeededRandom(11).bytes;
  readonly store: RoomStore;
  readonly hub: Hub;
  readonly proofQueue: SlicedQueue;
  readonly events = {
    joined: vi.fn<SessionEvents['joined']>(),
    turnedBack: vi.fn<SessionEvents['turnedBack']>(),
    trouble: vi.fn<SessionEvents['trouble']>(),
  };

  /** `made`: a store of the test's own, and its clock. */
  constructor(listedMax?: number, made: Partial<Pick<SessionFixture, 'clock' | 'store'>> = {}) {
    this.clock = made.clock ?? new TestClock();
    this.proofQueue = new SlicedQueue(this.clock);
    this.store =
      made.store ??
      new MemoryStore({
        clock: this.clock,
        random: this.random,
        limits: { maxRooms: 5, maxMembers: LIMITS.members, ...LIMITS },
        ...(listedMax !== undefined && { listedMax }),
      });
    this.hub = new Hub(this.store, new FanOut(this.clock));
  }

  async open(lifeMs = LIFE_MS, charter: CharterChoices = {}): Promise<this> {
    await this.store.create(ROOM, { ownerPk: OWNER.pk, lifeMs, history: 'all' });
    await this.store.open(ROOM, makeCharter(ROOM, OWNER, charter));
    return this;
  }

  connect(more: Partial<SessionDeps> = {}): Connection {
    const socket = new TestSocket();
    const { clock, random, store, hub, proofQueue, events } = this;
    const deps = {
      clock,
      random,
      store,
      hub,
      proofQueue,
      events,
      limits: LIMITS,
      budget: UNLIMITED,
      lifeMaxMs: 10 * LIFE_MS,
      ...more,
    };
    const session = new Session(socket, deps);
    const { nonce } = socket.last('challenge');
    socket.sent.length = 0;
    const drain = () => {
      socket.bufferedBytes = 0;
      if (socket.drainAwaited) session.drained();
    };
    return { socket, session, nonce, drain };
  }

  async join(name: string, more: Partial<Join> = {}, deps: Partial<SessionDeps> = {}): Promise<Connection> {
    const connection = this.connect(deps);
    connection.session.receive(joinFrame(name, connection.nonce, more));
    await settled();
    return connection;
  }

  /** As `join`, and discards the answer. */
  async enter(name: string, more: Partial<Join> = {}, deps: Partial<SessionDeps> = {}): Promise<Connection> {
    const connection = await this.join(name, more, deps);
    expect(connection.socket.received()).toContain('welcome');
    return connection;
  }
}

const signers = new Map<string, Signer>();
export function signer(name: string): Signer {
  const known = signers.get(name) ?? new Signer(name);
  signers.set(name, known);
  return known;
}

/** A join by the person of this name; as the owner it has the owner's signature. */
export function joinFrame(name: string, nonce: Uint8Array, more: Partial<Join> = {}): string {
  const { id = ROOM, as } = more;
  const member = signer(name);
  const keySig = as === 'owner' && OWNER.sign('owner', joinTranscript(id, nonce, member.pk));
  return encodeClientControl(makeJoin(id, nonce, member, { ...(keySig && { keySig }), ...more }));
}

export const sendFrame = (n: number, bytes = envelope(n)) =>
  encodeClientSealed({ type: 'send', n, envelope: bytes });
export const bigFrame = (n: number) => sendFrame(n, envelope(n, { bucket: 6 }));
export const profileFrame = encodeClientSealed({ type: 'profile', sealed: sealedProfile(1) });

/** Sends frames and waits for everything they cause. */
export async function send(
  { session }: Connection,
  ...frames: readonly (string | Uint8Array)[]
): Promise<void> {
  for (const frame of frames) session.receive(frame);
  await settled();
}

export const eventNotice = (logId: string, seq: number): StoreNotice => ({
  type: 'event',
  logId,
  event: { seq, frame: encodeMessageEvent(seq, envelope(seq)) },
});

/** Lets a test send a room notices that the store never would. */
export function tapNotices(store: RoomStore): (...notices: readonly StoreNotice[]) => void {
  const listeners: RoomListener[] = [];
  const real = store.follow.bind(store);
  vi.spyOn(store, 'follow').mockImplementation((room, listener) => {
    listeners.push(listener);
    return real(room, listener);
  });
  return (...notices) => {
    for (const listener of listeners) for (const item of notices) listener(item);
  };
}

/** Holds the next join back twice: before it reaches the store, and before its answer arrives. */
export function gate(store: RoomStore): { ask(): void; deliver(): void } {
  const [asked, delivered] = [new Signal(), new Signal()];
  const real = store.join.bind(store);
  vi.spyOn(store, 'join').mockImplementationOnce(async (room, request) => {
    await asked.given;
    const answer = await real(room, request);
    await delivered.given;
    return answer;
  });
  return { ask: () => asked.give(), deliver: () => delivered.give() };
}

class Signal {
  #give: (() => void) | undefined;
  readonly given = new Promise<void>((resolve) => {
    this.#give = resolve;
  });
  give(): void {
    this.#give?.();
  }
}
