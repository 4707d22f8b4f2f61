// One connection's conversation: greeting, joining, live, closed. One frame at a time, each decoded once.

import {
  CHALLENGE_BYTES,
  CONTROL_BYTES_MAX,
  type CloseReason,
  DENIED_AFTER_MS,
  FIRST_FRAME_MS,
  type Join,
  KEEP_EVERY_MS,
  type RefusedCode,
  type RoomId,
  type RoomLimits,
  type Send,
  type ServerControl,
  type TurnedBack,
  type Welcome,
  decodeClientControl,
  decodeClientSealed,
  encodeServerControl,
  equalBytes,
} from '@mayfly/protocol';
import type { Clock, RandomBytes } from '../clock.ts';
import { verifyJoin } from '../proof.ts';
import type { Joined, MemberSession, Placed, RoomStore } from '../store/room-store.ts';
import type { Hub } from './hub.ts';
import type { Guest, Told } from './room.ts';

/** One WebSocket, as its session sees it. Nothing here throws, and nothing reports back but `bufferedBytes`. */
export interface Socket {
  /** Accepted by `send` and not yet by the network. */
  readonly bufferedBytes: number;
  send(frame: string | Uint8Array): void;
  close(why: CloseReason): void;
}

/** What a session tells about itself: enough to count, nothing that names anybody. */
export interface SessionEvents {
  joined(): void;
  turnedBack(as: TurnedBack): void;
  /** Our own fault or a lost dependency; the connection is closed with `serverError`. */
  trouble(error: unknown): void;
}

export type Surroundings = {
  readonly store: RoomStore;
  readonly hub: Hub;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Told in every welcome. */
  readonly limits: RoomLimits;
  readonly events: SessionEvents;
};

/** Frames and bytes a session lets wait while one is worked on (rule FRAME-5). */
export const WAITING_MAX = { frames: 64, bytes: 512 * 1024 } as const;

/** Unsent bytes beyond which a session no longer keeps up; what came with its welcome is not counted. */
export const LAG_BYTES_MAX = 1024 * 1024;

type State =
  | { readonly at: 'greeting'; readonly nonce: Uint8Array; readonly timeout: Disposable }
  | { readonly at: 'joining'; readonly held: Told[]; readonly denial: Pause }
  | Live
  | { readonly at: 'closed' };

type Live = {
  readonly at: 'live';
  readonly room: RoomId;
  readonly member: MemberSession;
  /** The session's place in the hub. */
  readonly seat: Disposable;
  readonly logId: string;
  /** The newest event that was sent. */
  seq: number;
  presenceVersion: number;
  /** Bytes of the welcome that may still be unsent. */
  burst: number;
  mayKeepAt: number;
};

export class Session implements Guest {
  readonly #socket: Socket;
  readonly #world: Surroundings;
  readonly #waiting: (string | Uint8Array)[] = [];
  #waitingBytes = 0;
  #working = false;
  #state: State;

  constructor(socket: Socket, world: Surroundings) {
    this.#socket = socket;
    this.#world = world;
    const nonce = world.random(CHALLENGE_BYTES);
    const timeout = world.clock.after(FIRST_FRAME_MS, () => this.close('silent'));
    this.#state = { at: 'greeting', nonce, timeout };
    this.#say({ type: 'challenge', nonce });
  }

  /** A frame came. Text and binary are told apart by their type. */
  receive(frame: string | Uint8Array): void {
    if (this.#state.at === 'closed') return;
    this.#waiting.push(frame);
    this.#waitingBytes += frame.length;
    if (this.#working) {
      const tooMany = this.#waiting.length > WAITING_MAX.frames || this.#waitingBytes > WAITING_MAX.bytes;
      if (tooMany) this.close('tooFast');
      return;
    }
    void this.#work();
  }

  /** The connection is gone. */
  detached(): void {
    const state = this.#state;
    this.#state = { at: 'closed' };
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
    this.#release(state);
  }

  close(why: CloseReason): void {
    if (this.#state.at === 'closed') return;
    this.detached();
    this.#socket.close(why);
  }

  hear(told: Told): void {
    if (this.#state.at === 'joining') this.#state.held.push(told);
    if (this.#state.at === 'live') this.#pass(told, this.#state);
  }

  #release(state: State): void {
    if (state.at === 'greeting') state.timeout[Symbol.dispose]();
    if (state.at === 'joining') state.denial[Symbol.dispose]();
    if (state.at === 'live') {
      state.seat[Symbol.dispose]();
      void this.#detach(state.room, state.member);
    }
  }

  async #detach(room: RoomId, member: MemberSession): Promise<void> {
    try {
      await this.#world.store.detach(room, member);
    } catch (error) {
      this.#world.events.trouble(error);
    }
  }

  // Frames are worked on strictly one after another: two at once would let a later `n` overtake an earlier one.
  async #work(): Promise<void> {
    this.#working = true;
    try {
      for (let frame = this.#next(); frame !== undefined; frame = this.#next()) await this.#take(frame);
    } catch (error) {
      this.#world.events.trouble(error);
      this.close('serverError');
    } finally {
      this.#working = false;
    }
  }

  #next(): string | Uint8Array | undefined {
    const frame = this.#waiting.shift();
    this.#waitingBytes -= frame?.length ?? 0;
    return frame;
  }

  async #take(frame: string | Uint8Array): Promise<void> {
    const state = this.#state;
    if (state.at === 'greeting') await this.#greeted(frame, state.nonce, state.timeout);
    if (state.at === 'live') await this.#obey(frame, state);
  }

  async #greeted(frame: string | Uint8Array, nonce: Uint8Array, timeout: Disposable): Promise<void> {
    if (isTooBig(frame)) return this.close('tooBig');
    const join = typeof frame === 'string' ? decodeClientControl(frame) : undefined;
    if (join?.type !== 'join') return this.close('badFrame');
    timeout[Symbol.dispose]();
    await this.#join(join, nonce);
  }

  // Listen, then join, then drain: what happens while the store answers is held, and nothing is missed.
  async #join(join: Join, nonce: Uint8Array): Promise<void> {
    const { clock, store, hub } = this.#world;
    const denial = startPause(clock, DENIED_AFTER_MS);
    const joining: State = { at: 'joining', held: [], denial };
    this.#state = joining;

    const keys = await store.keys(join.id);
    const proven = verifyJoin(join, nonce, keys);
    if (this.#state !== joining) return;
    if (!proven || keys === undefined) return this.#deny(denial);

    const seat = hub.enter(join.id, this);
    const { idPk, as, position } = join;
    const verifiedWith = { accessPk: keys.accessPk, epoch: keys.epoch };
    const request = { idPk, as, verifiedWith, ...(position && { position }) };
    const answer = await store.join(join.id, request).catch((error: unknown) => {
      seat[Symbol.dispose]();
      throw error;
    });
    if (answer.outcome !== 'joined') {
      seat[Symbol.dispose]();
      return answer.outcome === 'full' ? this.#turnBack('full') : this.#deny(denial);
    }
    if (this.#state !== joining) {
      seat[Symbol.dispose]();
      return this.#detach(join.id, answer.session);
    }
    denial[Symbol.dispose]();
    this.#enter(join.id, seat, answer, joining.held);
  }

  async #deny(denial: Pause): Promise<void> {
    await denial.over;
    this.#turnBack('denied');
  }

  #turnBack(as: 'denied' | 'full'): void {
    if (this.#state.at === 'closed') return;
    this.#world.events.turnedBack(as);
    this.#say({ type: as });
    this.close(as);
  }

  #enter(room: RoomId, seat: Disposable, joined: Joined, held: readonly Told[]): void {
    const live: Live = {
      at: 'live',
      room,
      member: joined.session,
      seat,
      logId: joined.logId,
      seq: joined.seq,
      presenceVersion: joined.presence.version,
      burst: 0,
      mayKeepAt: 0,
    };
    this.#state = live;
    this.#world.events.joined();
    // The room may have ended in this very moment, and its bytes with it: then there is only that to say.
    const ended = held.find((told) => told.type === 'ended');
    if (ended !== undefined) return this.hear(ended);
    live.burst = this.#sayWelcome(joined);
    for (const told of held) this.hear(told);
  }

  #sayWelcome(joined: Joined): number {
    const { missed, seq } = joined;
    const first = missed[0]?.seq ?? seq + 1;
    if (first + missed.length !== seq + 1 || missed.some((event, i) => event.seq !== first + i)) {
      throw new Error('the store answered a join with a hole in the log');
    }
    const frames = [
      encodeServerControl(welcome(joined, first, this.#world.limits)),
      encodeServerControl(joined.presence),
      ...joined.profiles,
      ...missed.map((event) => event.frame),
    ];
    for (const frame of frames) this.#socket.send(frame);
    return frames.reduce((bytes, frame) => bytes + frame.length, 0);
  }

  #pass(told: Told, live: Live): void {
    if (!this.#keepsUp(live)) return this.close('tooSlow');
    switch (told.type) {
      case 'event':
        return this.#passEvent(told, live);
      case 'presence':
        if (told.version <= live.presenceVersion) return;
        live.presenceVersion = told.version;
        return this.#socket.send(told.frame);
      case 'profile':
      case 'life':
        return this.#socket.send(told.frame);
      case 'replaced':
        if (isOlder(live.member, told.session)) this.close('replaced');
        return;
      case 'ended':
        this.#socket.send(told.frame);
        return this.close('ended');
    }
  }

  // A hole is never hidden: the connection ends, and resume repairs it.
  #passEvent(told: Told & { readonly type: 'event' }, live: Live): void {
    if (told.logId === live.logId && told.seq <= live.seq) return;
    if (told.logId !== live.logId || told.seq !== live.seq + 1) return this.close('serverError');
    live.seq = told.seq;
    this.#socket.send(told.frame);
  }

  #keepsUp(live: Live): boolean {
    const { bufferedBytes } = this.#socket;
    if (bufferedBytes <= LAG_BYTES_MAX) live.burst = 0;
    return bufferedBytes <= LAG_BYTES_MAX + live.burst;
  }

  async #obey(frame: string | Uint8Array, live: Live): Promise<void> {
    if (!this.#keepsUp(live)) return this.close('tooSlow');
    if (isTooBig(frame)) return this.close('tooBig');
    const order = typeof frame === 'string' ? decodeClientControl(frame) : decodeClientSealed(frame);
    const { store } = this.#world;
    switch (order?.type) {
      case 'send':
        return this.#append(order, live);
      case 'profile':
        return store.publishProfile(live.room, live.member, order.sealed);
      case 'keep':
        return this.#keep(live);
      case 'ping':
        return this.#say({ type: 'pong' });
      case 'leave':
        await store.leave(live.room, live.member);
        return this.close('left');
      case 'join':
      case undefined:
        return this.close('badFrame');
    }
  }

  async #append({ n, erase, envelope }: Send, live: Live): Promise<void> {
    if (erase !== undefined) return this.#refuse('not_allowed', 0, n);
    const placed = await this.#world.store.append(live.room, live.member, n, envelope);
    if (this.#state === live) this.#afterAppend(placed, n);
  }

  // Nothing is said about success: the sender hears its own event like everybody else.
  #afterAppend(placed: Placed, n: number): void {
    switch (placed.outcome) {
      case 'placed':
      case 'repeated':
        return;
      case 'refused':
        return this.#refuse(placed.code, placed.code === 'server_full' ? SERVER_FULL_RETRY_MS : 0, n);
      case 'replaced':
        return this.close('replaced');
      case 'gone':
        this.#say({ type: 'ended', reason: 'expired' });
        return this.close('ended');
    }
  }

  async #keep(live: Live): Promise<void> {
    const now = this.#world.clock.now();
    if (now < live.mayKeepAt) return this.#refuse('rate', Math.ceil(live.mayKeepAt - now));
    live.mayKeepAt = now + KEEP_EVERY_MS;
    await this.#world.store.renew(live.room, live.member);
  }

  #refuse(code: RefusedCode, retryAfterMs: number, n?: number): void {
    this.#say({ type: 'refused', code, retryAfterMs, ...(n !== undefined && { n }) });
  }

  #say(frame: ServerControl): void {
    this.#socket.send(encodeServerControl(frame));
  }
}

const SERVER_FULL_RETRY_MS = 5_000;

// Binary frames have bounds of their own, by kind.
function isTooBig(frame: string | Uint8Array): boolean {
  return typeof frame === 'string' && Buffer.byteLength(frame) > CONTROL_BYTES_MAX;
}

function isOlder(mine: MemberSession, newest: MemberSession): boolean {
  return equalBytes(mine.slot, newest.slot) && mine.generation < newest.generation;
}

function welcome(joined: Joined, first: number, limits: RoomLimits): Welcome {
  const { logId, seq, mode, reason, epoch, c, charter, blob, lastN, closed, slow, history } = joined;
  return {
    type: 'welcome',
    slot: joined.session.slot,
    logId,
    seq,
    first,
    mode,
    ...(reason && { reason }),
    epoch,
    c,
    charter,
    blob,
    lastN,
    closed,
    slow,
    history,
    count: joined.presence.count,
    limits,
    lifeMs: joined.lifeMs,
    expiresInMs: joined.expiresInMs,
  };
}

/** A stretch of time that starts before the work it hides. Disposed of, it is never over. */
type Pause = Disposable & { readonly over: Promise<void> };

function startPause(clock: Clock, ms: number): Pause {
  let timer: Disposable | undefined;
  const over = new Promise<void>((resolve) => {
    timer = clock.after(ms, resolve);
  });
  return { over, [Symbol.dispose]: () => timer?.[Symbol.dispose]() };
}
