// One connection's conversation: greeting, joining, live, closed. One frame at a time, each decoded once.

import {
  CHALLENGE_BYTES,
  CONTROL_BYTES_MAX,
  type ClientControl,
  type ClientSealed,
  type CloseReason,
  DENIED_AFTER_MS,
  FIRST_FRAME_MS,
  type Join,
  KEEP_EVERY_MS,
  type Look,
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
import { background } from '../net/background.ts';
import type { Clock, RandomBytes } from '../net/clock.ts';
import { PAUSE_MS } from '../guard/limits.ts';
import type { ConnectionBudget } from '../guard/connection-budget.ts';
import { verifyJoin, verifyLook } from '../auth/proof.ts';
import type { Joined, MemberSession, Placed, RoomStore } from '../store/room-store.ts';
import { StoreUnavailable } from '../store/store-unavailable.ts';
import type { Hub } from '../delivery/hub.ts';
import { type Frame, encodeFrame } from '../delivery/frame.ts';
import { type Guest, LAG_BYTES_MAX, type Notice, type Seat, type Socket } from '../delivery/subscriber.ts';
import type { Turnstile } from '../net/sliced-queue.ts';

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
  /** Where proofs wait while many come at once. */
  readonly turnstile: Turnstile;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Told in every welcome. */
  readonly limits: RoomLimits;
  readonly events: SessionEvents;
  /** What this connection may still say. */
  readonly budget: ConnectionBudget;
};

/** Frames and bytes a session lets wait while one is worked on (rule FRAME-5). */
export const WAITING_MAX = { frames: 64, bytes: 512 * 1024 } as const;

/** Who asks on with more bytes unread than events alone can pile up does not read the answers. */
export const UNREAD_BYTES_MAX = LAG_BYTES_MAX + 16 * 1024;

type NotNow = { readonly code: RefusedCode; readonly retryAfterMs: number };

/** What a member may ask for. */
type Order = Exclude<ClientControl, Join | Look> | ClientSealed;

type State =
  | { readonly at: 'greeting'; readonly nonce: Uint8Array; readonly timeout: Disposable }
  | { readonly at: 'joining'; readonly held: Notice[]; readonly denial: Pause }
  | Live
  | { readonly at: 'closed' };

type Live = {
  readonly at: 'live';
  readonly room: RoomId;
  readonly member: MemberSession;
  /** Through which it hears all that happens, and speaks. */
  readonly seat: Seat;
  mayKeepAt: number;
};

export class Session implements Guest {
  readonly #socket: Socket;
  readonly #world: Surroundings;
  readonly #waiting: Frame[] = [];
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
  receive(frame: Frame): void {
    if (!this.mayHear(frame.length)) return;
    this.#waiting.push(frame);
    this.#waitingBytes += frame.length;
    if (this.#working) {
      const tooMany = this.#waiting.length > WAITING_MAX.frames || this.#waitingBytes > WAITING_MAX.bytes;
      if (tooMany) this.#sendAway(FLOOD, 'tooFast');
      return;
    }
    background(this.#work(), (error) => this.#world.events.trouble(error));
  }

  /** Every frame counts, pings and pongs of the WebSocket itself among them; a flood ends the session (rule LIMIT-5). */
  mayHear(bytes: number): boolean {
    if (this.#state.at === 'closed') return false;
    if (this.#world.budget.frame(bytes)) return true;
    this.#sendAway(FLOOD, 'tooFast');
    return false;
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

  /** This server stops: a client has so much time to be let in elsewhere. */
  goaway(withinMs: number): void {
    if (this.#state.at !== 'closed') this.#say({ type: 'goaway', withinMs });
  }

  /** The socket has taken all that was written to it. */
  drained(): void {
    if (this.#state.at === 'live') this.#state.seat.catchUp();
  }

  notice(told: Notice): void {
    if (this.#state.at === 'joining') this.#state.held.push(told);
    if (this.#state.at === 'live') this.#heed(told, this.#state);
  }

  #release(state: State): void {
    if (state.at === 'greeting') state.timeout[Symbol.dispose]();
    if (state.at === 'joining') state.denial[Symbol.dispose]();
    if (state.at === 'live') {
      state.seat[Symbol.dispose]();
      this.#detach(state.room, state.member);
    }
  }

  #detach(room: RoomId, member: MemberSession): void {
    background(this.#world.store.detach(room, member), (error) => this.#world.events.trouble(error));
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

  #next(): Frame | undefined {
    const frame = this.#waiting.shift();
    this.#waitingBytes -= frame?.length ?? 0;
    return frame;
  }

  async #take(frame: Frame): Promise<void> {
    const state = this.#state;
    if (state.at === 'greeting') await this.#greeted(frame, state.nonce, state.timeout);
    if (state.at === 'live') await this.#obey(frame, state);
  }

  async #greeted(frame: Frame, nonce: Uint8Array, timeout: Disposable): Promise<void> {
    if (isTooBig(frame)) return this.close('tooBig');
    const first = typeof frame === 'string' ? decodeClientControl(frame) : undefined;
    if (first?.type !== 'join' && first?.type !== 'look') return this.close('badFrame');
    timeout[Symbol.dispose]();
    const slowed = this.#world.budget.mayJoin(first.type === 'look' ? 'key' : first.as);
    if (slowed !== undefined) return this.#sendAway(slowed, 'busy');
    try {
      await (first.type === 'look' ? this.#look(first, nonce) : this.#join(first, nonce));
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      if (this.#state.at !== 'closed') this.#sendAway(error, 'busy');
    }
  }

  // Listen, then join, then drain: what happens while the store answers is held, and nothing is missed.
  async #join(join: Join, nonce: Uint8Array): Promise<void> {
    const { clock, store, hub } = this.#world;
    const denial = startPause(clock, DENIED_AFTER_MS);
    const joining: State = { at: 'joining', held: [], denial };
    this.#state = joining;

    const keys = await store.keys(join.id);
    const proven = await this.#world.turnstile.pass(() => verifyJoin(join, nonce, keys));
    if (this.#state !== joining) return;
    if (!proven || keys === undefined) return this.#deny(join.as, denial);

    const seat = hub.enter(join.id, this, this.#socket);
    const { idPk, as, position } = join;
    const verifiedWith = { accessPk: keys.accessPk, epoch: keys.epoch };
    const request = { idPk, as, verifiedWith, ...(position && { position }) };
    const answer = await store.join(join.id, request).catch((error: unknown) => {
      seat[Symbol.dispose]();
      throw error;
    });
    if (answer.outcome !== 'joined') {
      seat[Symbol.dispose]();
      return answer.outcome === 'full' ? this.#turnBack('full') : this.#deny(join.as, denial);
    }
    if (this.#state !== joining) {
      seat[Symbol.dispose]();
      return this.#detach(join.id, answer.session);
    }
    denial[Symbol.dispose]();
    this.#enter(join.id, seat, answer, joining.held);
  }

  // From the lobby: nothing is entered, and nothing changes (rules LOOK-1 to LOOK-3).
  async #look(look: Look, nonce: Uint8Array): Promise<void> {
    const { clock, store, turnstile } = this.#world;
    const denial = startPause(clock, DENIED_AFTER_MS);
    const looking: State = { at: 'joining', held: [], denial };
    this.#state = looking;

    const keys = await store.keys(look.id);
    const proven = await turnstile.pass(() => verifyLook(look, nonce, keys));
    const sight = proven && keys !== undefined ? await store.look(look.id, keys) : undefined;
    if (this.#state !== looking) return;
    if (sight === undefined) return this.#deny('key', denial);
    this.#say(sight);
    this.close('left');
  }

  async #deny(as: Join['as'], denial: Pause): Promise<void> {
    this.#world.budget.joinFailed(as);
    await denial.over;
    this.#turnBack('denied');
  }

  #turnBack(as: 'denied' | 'full'): void {
    if (this.#state.at === 'closed') return;
    this.#world.events.turnedBack(as);
    this.#say({ type: as });
    this.close(as);
  }

  #enter(room: RoomId, seat: Seat, joined: Joined, held: readonly Notice[]): void {
    this.#state = { at: 'live', room, member: joined.session, seat, mayKeepAt: 0 };
    this.#world.events.joined();
    // The room may have ended in this very moment, and its bytes with it: then there is only that to say.
    const ended = held.find((told) => told.type === 'ended');
    for (const told of ended === undefined ? held : [ended]) this.notice(told);
    if (this.#state.at === 'live') this.#sayWelcome(seat, joined);
  }

  #sayWelcome(seat: Seat, joined: Joined): void {
    const { logId, missed, seq, presence } = joined;
    const first = missed[0]?.seq ?? seq + 1;
    if (first + missed.length !== seq + 1 || missed.some((event, i) => event.seq !== first + i)) {
      throw new Error('the store answered a join with a hole in the log');
    }
    seat.begin({ logId, seq, presenceVersion: presence.version }, [
      encodeServerControl(welcome(joined, first, this.#world.limits)),
      encodeServerControl(presence),
      ...joined.profiles,
      ...missed.map((event) => event.frame),
    ]);
  }

  #heed(told: Notice, { member, seat }: Live): void {
    switch (told.type) {
      case 'replaced':
        if (isOlder(member, told.session)) this.close('replaced');
        return;
      case 'ended':
        seat.conclude(told.frame);
        return this.close('ended');
      case 'hole':
        return this.close('serverError');
    }
  }

  async #obey(frame: Frame, live: Live): Promise<void> {
    if (this.#socket.bufferedBytes > UNREAD_BYTES_MAX) return this.close('tooSlow');
    if (isTooBig(frame)) return this.close('tooBig');
    const order = typeof frame === 'string' ? decodeClientControl(frame) : decodeClientSealed(frame);
    if (order === undefined || order.type === 'join' || order.type === 'look') return this.close('badFrame');
    try {
      await this.#carryOut(order, live);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      const n = order.type === 'send' ? order.n : undefined;
      if (this.#state === live) this.#refuse(error.code, error.retryAfterMs, n);
    }
  }

  async #carryOut(order: Order, live: Live): Promise<void> {
    switch (order.type) {
      case 'send':
        return this.#append(order, live);
      case 'profile':
        return this.#publishProfile(order.sealed, live);
      case 'keep':
        return this.#keep(live);
      case 'ping':
        return this.#say({ type: 'pong' });
      case 'leave':
        await this.#world.store.leave(live.room, live.member);
        return this.close('left');
    }
  }

  async #append({ n, erase, envelope }: Send, live: Live): Promise<void> {
    if (erase !== undefined) return this.#refuse('not_allowed', 0, n);
    const slowed = this.#world.budget.send(live.room, envelope.length);
    if (slowed !== undefined) return this.#refuse(slowed.code, slowed.retryAfterMs, n);
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

  async #publishProfile(sealed: Uint8Array, live: Live): Promise<void> {
    const slowed = this.#world.budget.profile();
    if (slowed !== undefined) return this.#refuse(slowed.code, slowed.retryAfterMs);
    const untold = await this.#world.store.publishProfile(live.room, live.member, sealed);
    if (untold !== undefined && this.#state === live) live.seat.say(untold);
  }

  async #keep(live: Live): Promise<void> {
    const now = this.#world.clock.now();
    if (now < live.mayKeepAt) return this.#refuse('rate', Math.ceil(live.mayKeepAt - now));
    await this.#world.store.renew(live.room, live.member);
    live.mayKeepAt = now + KEEP_EVERY_MS;
  }

  // The close says that coming back is fine, the frame before it when.
  #sendAway({ code, retryAfterMs }: NotNow, why: 'busy' | 'tooFast'): void {
    this.#refuse(code, retryAfterMs);
    this.close(why);
  }

  #refuse(code: RefusedCode, retryAfterMs: number, n?: number): void {
    this.#say({ type: 'refused', code, retryAfterMs, ...(n !== undefined && { n }) });
  }

  #say(control: ServerControl): void {
    const text = encodeServerControl(control);
    if (this.#state.at === 'live') this.#state.seat.say(text);
    else this.#socket.write(encodeFrame(text));
  }
}

const SERVER_FULL_RETRY_MS = 5_000;
const FLOOD: NotNow = { code: 'rate', retryAfterMs: PAUSE_MS.flood };

// Binary frames have bounds of their own, by kind.
function isTooBig(frame: Frame): boolean {
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
