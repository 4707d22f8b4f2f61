// One connection that comes back: connects, notices silence, waits, retries, and moves to another server before its own
// stops. What is said over it is the room's.

import {
  CLOSE,
  type ClientControl,
  type Refused,
  type ServerControl,
  type ServerSealed,
  type TurnedBack,
  comebackAfter,
  decodeServerControl,
  decodeServerSealed,
  encodeClientControl,
} from '@mayfly/protocol';
import type { Clock } from '../clock.ts';
import { fraction } from '../fraction.ts';
import type { RandomBytes } from '../crypto/random.ts';
import type { PutOff } from '../room-updates.ts';
import type { Transport, Wire } from './transport.ts';

/** A wire that was opened; the room is not in yet. */
type Attempt = {
  readonly wire: Wire;
  readonly tries: number;
  readonly deadline: Disposable;
};

export type ConnectionState =
  | { readonly state: 'idle' }
  /** From opening the wire until the room says `established`. */
  | ({ readonly state: 'connecting' } & Attempt)
  | {
      readonly state: 'live';
      readonly wire: Wire;
      readonly tries: number;
      readonly since: number;
      /** The server of `wire` stops soon: this one takes over as soon as the room is in there. */
      readonly next?: Attempt;
    }
  | {
      readonly state: 'waiting';
      readonly tries: number;
      readonly retryInMs: number;
      readonly putOff?: PutOff;
      readonly retry: Disposable;
    }
  | { readonly state: 'ended' };

export type ConnectionEvents = {
  /** Heard on a wire where the room is not in yet; `answer` speaks there. */
  greeting(frame: ServerControl): void;
  control(frame: ServerControl): void;
  sealed(frame: ServerSealed): void;
  /** Connecting, live or waiting now. */
  changed(): void;
  /** The wire is gone, and will be replaced: whatever was on its way may not have arrived. */
  lost(): void;
  /** The server closed with a code after which nobody comes back; the state is `ended`. */
  over(code: number): void;
};

export type ConnectionWorld = {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: RandomBytes;
};

/** How long to wait for what, in milliseconds. */
export const PATIENCE = {
  /** From opening the wire to the end of the join; Tor is slow. */
  connect: 20_000,
  /** Nothing heard for this long: ask. */
  silence: 25_000,
  pong: 3_000,
  firstRetry: 2_000,
  retryStep: 500,
  retryMax: 30_000,
  /** Live for less than this counts as one more failed try. */
  steady: 10_000,
  /** From one move to the next, however often a server says `goaway`. */
  move: 10_000,
} as const;

/** Full jitter: a herd of clients that lost one server comes back spread out. */
export function retryDelay(tries: number, fractionOfOne: number): number {
  const ceiling =
    tries === 0 ? PATIENCE.firstRetry : Math.min(PATIENCE.retryMax, PATIENCE.retryStep * 2 ** tries);
  return Math.floor(fractionOfOne * ceiling);
}

export class Connection {
  readonly #world: ConnectionWorld;
  readonly #events: ConnectionEvents;
  #state: ConnectionState = { state: 'idle' };
  // The one timer of a live wire: the next ping, or the pong's deadline.
  #watch: Disposable | undefined;
  // What the server said last about the wire as a whole: why it closes, and for how long (rules LIMIT-5 and JOIN-6).
  #refused: Refused | undefined;
  // Set while the server is about to stop, until the next wire is opened.
  #move: { readonly timer: Disposable; readonly tries: number } | undefined;
  #movedAt = Number.NEGATIVE_INFINITY;
  // The newest wire whose challenge was heard: it gets one answer.
  #challenged: Wire | undefined;

  constructor(world: ConnectionWorld, events: ConnectionEvents) {
    this.#world = world;
    this.#events = events;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** A wire is open on which the room is not in yet. */
  get joining(): boolean {
    return this.#attempt !== undefined;
  }

  get bufferedBytes(): number {
    return 'wire' in this.#state ? this.#state.wire.bufferedBytes : 0;
  }

  start(): void {
    if (this.#state.state === 'idle') this.#connect(0);
  }

  send(frame: Uint8Array): void {
    if ('wire' in this.#state) this.#state.wire.send(frame);
  }

  say(frame: ClientControl): void {
    if ('wire' in this.#state) this.#state.wire.send(encodeClientControl(frame));
  }

  /** To the wire that greeted us. */
  answer(frame: ClientControl): void {
    this.#attempt?.wire.send(encodeClientControl(frame));
  }

  /** The room is in, by the wire that greeted us; one that was live before is dropped now and not earlier. */
  established(): void {
    const attempt = this.#attempt;
    if (attempt === undefined) return;
    const moved = this.#state.state === 'live';
    this.#stopTimers();
    attempt.deadline[Symbol.dispose]();
    if (this.#state.state === 'live') this.#state.wire.close();
    const { wire, tries } = attempt;
    this.#state = { state: 'live', wire, tries, since: this.#world.clock.now() };
    this.#listenForSilence();
    if (!moved) this.#events.changed();
  }

  /** What greeted us cannot be believed. */
  reject(): void {
    if (this.#state.state === 'live') this.#giveUpNext();
    else this.restart();
  }

  /** Drops the wire and comes back after a pause, or at once where the next one is open already. */
  restart(putOff?: PutOff): void {
    const state = this.#state;
    if (state.state !== 'connecting' && state.state !== 'live') return;
    if (state.state === 'live' && state.next !== undefined) {
      this.#goOnWith(state.next, state.wire);
      return;
    }
    const now = this.#world.clock.now();
    const steady = state.state === 'live' && now - state.since >= PATIENCE.steady;
    this.#drop();
    this.#wait(steady ? 0 : state.tries, putOff);
  }

  /** The network may be back, or the page woke up: do not sit out the pause; doubt a wire that looks alive. */
  wake(): void {
    const state = this.#state;
    if (state.state === 'waiting') {
      state.retry[Symbol.dispose]();
      this.#connect(state.tries);
    } else if (state.state === 'live') {
      this.#ping(state.wire);
    }
  }

  end(): void {
    this.#drop();
    this.#state = { state: 'ended' };
  }

  get #attempt(): Attempt | undefined {
    if (this.#state.state === 'connecting') return this.#state;
    return this.#state.state === 'live' ? this.#state.next : undefined;
  }

  #open(tries: number): Attempt {
    const { transport, clock } = this.#world;
    this.#refused = undefined;
    const wire = transport({
      text: (frame) => this.#heardText(wire, frame),
      binary: (frame) => this.#heardBinary(wire, frame),
      closed: (code) => this.#closed(wire, code),
    });
    const deadline = clock.after(PATIENCE.connect, () => this.#closed(wire, NO_ANSWER));
    return { wire, tries, deadline };
  }

  #connect(tries: number): void {
    this.#state = { state: 'connecting', ...this.#open(tries) };
    this.#events.changed();
  }

  #wait(tries: number, putOff?: PutOff): void {
    const asked = putOff === undefined ? 0 : (this.#refused?.retryAfterMs ?? 0);
    const retryInMs = asked + this.#pauseAfter(tries);
    const retry = this.#world.clock.after(retryInMs, () => this.#connect(tries + 1));
    this.#state = { state: 'waiting', tries: tries + 1, retryInMs, ...(putOff && { putOff }), retry };
    this.#events.lost();
    this.#events.changed();
  }

  // The old wire did not last until the next one was ready.
  #goOnWith(next: Attempt, old: Wire): void {
    this.#stopTimers();
    old.close();
    this.#state = { state: 'connecting', ...next };
    this.#events.lost();
    this.#events.changed();
  }

  // Leaves no timer and no wire behind, whatever the state was.
  #drop(): void {
    const state = this.#state;
    this.#stopTimers();
    this.#attempt?.deadline[Symbol.dispose]();
    this.#attempt?.wire.close();
    if (state.state === 'waiting') state.retry[Symbol.dispose]();
    if (state.state === 'live') state.wire.close();
  }

  #stopTimers(): void {
    this.#watch?.[Symbol.dispose]();
    this.#stopMove();
  }

  #stopMove(): void {
    this.#move?.timer[Symbol.dispose]();
    this.#move = undefined;
  }

  #isLive(wire: Wire): boolean {
    return this.#state.state === 'live' && this.#state.wire === wire;
  }

  #heardText(wire: Wire, text: string): void {
    const frame = decodeServerControl(text);
    if (frame?.type === 'refused' && frame.n === undefined) this.#refused = frame;
    if (this.#isLive(wire)) {
      this.#listenForSilence();
      if (frame?.type === 'goaway') this.#leaveWithin(frame.withinMs);
      else if (frame !== undefined && frame.type !== 'pong') this.#events.control(frame);
    } else if (wire === this.#attempt?.wire && frame !== undefined) {
      this.#greeted(wire, frame);
    }
  }

  // As long as we are in elsewhere, being turned back means no more than staying there.
  #greeted(wire: Wire, frame: ServerControl): void {
    const again = frame.type === 'challenge' && this.#challenged === wire;
    if (frame.type === 'challenge') this.#challenged = wire;
    if (this.#state.state === 'live' && TURNS_BACK.has(frame.type)) this.#giveUpNext();
    else if (!again) this.#events.greeting(frame);
  }

  #heardBinary(wire: Wire, bytes: Uint8Array): void {
    if (!this.#isLive(wire)) return;
    this.#listenForSilence();
    const frame = decodeServerSealed(bytes);
    if (frame !== undefined) this.#events.sealed(frame);
  }

  #closed(wire: Wire, code: number): void {
    const state = this.#state;
    const next = state.state === 'live' ? state.next : undefined;
    if (wire === next?.wire) {
      this.#giveUpNext();
      if (comebackAfter(code) === 'backoff') this.#moveAfter(this.#pauseAfter(next.tries), next.tries + 1);
    } else if ('wire' in state && state.wire === wire) {
      // Replaced by our own next wire, whose welcome is still on its way.
      const byOurselves = code === CLOSE.replaced.code && next !== undefined;
      if (byOurselves || comebackAfter(code) === 'backoff') this.restart(this.#putOffBy(code));
      else this.#over(code);
    }
  }

  #putOffBy(code: number): PutOff | undefined {
    if (code === CLOSE.tooFast.code) return 'too_fast';
    if (code !== CLOSE.busy.code) return undefined;
    const refused = this.#refused?.code;
    if (refused === 'unavailable' || refused === 'server_full') return refused;
    return refused === 'rate' ? 'too_fast' : 'busy';
  }

  #over(code: number): void {
    this.end();
    this.#events.over(code);
  }

  #listenForSilence(): void {
    const state = this.#state;
    if (state.state !== 'live') return;
    this.#watch?.[Symbol.dispose]();
    this.#watch = this.#world.clock.after(PATIENCE.silence, () => this.#ping(state.wire));
  }

  #ping(wire: Wire): void {
    this.say({ type: 'ping' });
    this.#awaitPong(wire, wire.bufferedBytes);
  }

  // A slow uplink that still drains is not dead: the ping may be queued behind messages.
  #awaitPong(wire: Wire, buffered: number): void {
    this.#watch?.[Symbol.dispose]();
    this.#watch = this.#world.clock.after(PATIENCE.pong, () => {
      if (wire.bufferedBytes < buffered) this.#awaitPong(wire, wire.bufferedBytes);
      else this.restart();
    });
  }

  // The server is about to stop: everybody picks a moment of their own, so that it empties evenly. A move that is under
  // way is not hurried, and the next one waits its time.
  #leaveWithin(ms: number): void {
    if (this.#move !== undefined && this.#move.tries > 0) return;
    const rest = this.#movedAt + PATIENCE.move - this.#world.clock.now();
    this.#moveAfter(Math.max(fraction(this.#world.random) * ms, Math.min(rest, PATIENCE.move)), 0);
  }

  #moveAfter(ms: number, tries: number): void {
    this.#stopMove();
    this.#move = { timer: this.#world.clock.after(ms, () => this.#moveNow(tries)), tries };
  }

  #moveNow(tries: number): void {
    this.#move = undefined;
    if (this.#state.state !== 'live' || this.#state.next !== undefined) return;
    if (tries === 0) this.#movedAt = this.#world.clock.now();
    this.#state = { ...this.#state, next: this.#open(tries) };
  }

  #pauseAfter(tries: number): number {
    return retryDelay(tries, fraction(this.#world.random));
  }

  #giveUpNext(): void {
    if (this.#state.state !== 'live') return;
    const { state, wire, tries, since, next } = this.#state;
    next?.deadline[Symbol.dispose]();
    next?.wire.close();
    this.#state = { state, wire, tries, since };
  }
}

/** What a wire that never answers is given up with: as one that broke. */
const NO_ANSWER = 1006;

const TURNS_BACK: ReadonlySet<string> = new Set<TurnedBack>([
  'denied',
  'wrong_passphrase',
  'closed',
  'full',
  'not_admitted',
]);
