// A connection that comes back: connects, notices silence, waits, retries, and moves to another server before its own stops.
// What the frames mean is up to the room.

import {
  CLOSE,
  type ClientControl,
  type Greeting,
  type Live,
  type Refused,
  type ServerSealed,
  TURNED_BACK,
  comebackAfter,
  decodeServerControl,
  decodeServerSealed,
  encodeClientControl,
  isGreeting,
  isLive,
  oneOf,
} from '@mayfly/protocol';
import type { Clock } from '../clock.ts';
import { fraction } from '../fraction.ts';
import type { RandomBytes } from '../crypto/random.ts';
import type { PutOff } from '../room-updates.ts';
import type { Transport, Wire } from './transport.ts';

/** A wire that is open, but not in the room yet. */
type Attempt = {
  readonly wire: Wire;
  readonly tries: number;
  readonly deadline: Disposable;
};

export type ConnectionState =
  | { readonly state: 'idle' }
  /** From opening the wire until `established` is called. */
  | ({ readonly state: 'connecting' } & Attempt)
  | {
      readonly state: 'live';
      readonly wire: Wire;
      readonly tries: number;
      readonly since: number;
      /** The server of `wire` stops soon: this one takes over once it is in the room. */
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
  /** From a wire that is not in the room yet; `answer` replies to it. */
  greeting(frame: Greeting): void;
  live(frame: Live): void;
  sealed(frame: ServerSealed): void;
  /** Now connecting, live or waiting. */
  changed(): void;
  /** The wire is gone and will be replaced. What was in transit may be lost. */
  lost(): void;
  /** The server closed with a code that rules out coming back; the state is `ended`. */
  over(code: number): void;
};

export type ConnectionDeps = {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: RandomBytes;
};

/** In milliseconds. */
export const PATIENCE = {
  /** From opening the wire to the end of the join. Tor is slow. */
  connect: 20_000,
  /** Ping after this much silence. */
  silence: 25_000,
  pong: 3_000,
  firstRetry: 2_000,
  retryStep: 500,
  retryMax: 30_000,
  /** Being live for less counts as one more failed try. */
  steady: 10_000,
  /** Between two moves, however often a server says `goaway`. */
  move: 10_000,
} as const;

/** Full jitter: clients that lost the same server come back spread out. */
export function retryDelay(tries: number, fractionOfOne: number): number {
  const ceiling =
    tries === 0 ? PATIENCE.firstRetry : Math.min(PATIENCE.retryMax, PATIENCE.retryStep * 2 ** tries);
  return Math.floor(fractionOfOne * ceiling);
}

export class Connection {
  readonly #deps: ConnectionDeps;
  readonly #events: ConnectionEvents;
  #state: ConnectionState = { state: 'idle' };
  // The only timer of a live wire: the next ping, or the pong's deadline.
  #watch: Disposable | undefined;
  // The server's last refusal about the wire as a whole: why it closes, and for how long (rules LIMIT-5 and JOIN-6).
  #refused: Refused | undefined;
  // Set from the server's goaway until the next wire opens.
  #move: { readonly timer: Disposable; readonly tries: number } | undefined;
  #movedAt = Number.NEGATIVE_INFINITY;
  // The newest wire that was challenged: it gets one answer.
  #challenged: Wire | undefined;

  constructor(deps: ConnectionDeps, events: ConnectionEvents) {
    this.#deps = deps;
    this.#events = events;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** A wire is open, but not in the room yet. */
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

  /** Replies to the wire that greeted us. */
  answer(frame: ClientControl): void {
    this.#attempt?.wire.send(encodeClientControl(frame));
  }

  /** The wire that greeted us is in the room. A wire that was live before is dropped only now. */
  established(): void {
    const attempt = this.#attempt;
    if (attempt === undefined) return;
    const moved = this.#state.state === 'live';
    this.#stopTimers();
    attempt.deadline[Symbol.dispose]();
    if (this.#state.state === 'live') this.#state.wire.close();
    const { wire, tries } = attempt;
    this.#state = { state: 'live', wire, tries, since: this.#deps.clock.now() };
    this.#listenForSilence();
    if (!moved) this.#events.changed();
  }

  /** The greeting can't be trusted. */
  reject(): void {
    if (this.#state.state === 'live') this.#giveUpNext();
    else this.restart();
  }

  /** Drops the wire and comes back after a pause, or at once if the next one is open already. */
  restart(putOff?: PutOff): void {
    const state = this.#state;
    if (state.state !== 'connecting' && state.state !== 'live') return;
    if (state.state === 'live' && state.next !== undefined) {
      this.#goOnWith(state.next, state.wire);
      return;
    }
    const now = this.#deps.clock.now();
    const steady = state.state === 'live' && now - state.since >= PATIENCE.steady;
    this.#drop();
    this.#wait(steady ? 0 : state.tries, putOff);
  }

  /** The network may be back, or the page woke up: skip the pause, and ping a wire that looks alive. */
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
    const { transport, clock } = this.#deps;
    this.#refused = undefined;
    const wire = transport({
      text: (frame) => this.#receiveText(wire, frame),
      binary: (frame) => this.#receiveBinary(wire, frame),
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
    const retry = this.#deps.clock.after(retryInMs, () => this.#connect(tries + 1));
    this.#state = { state: 'waiting', tries: tries + 1, retryInMs, ...(putOff && { putOff }), retry };
    this.#events.lost();
    this.#events.changed();
  }

  // The old wire broke before the next one was ready.
  #goOnWith(next: Attempt, old: Wire): void {
    this.#stopTimers();
    old.close();
    this.#state = { state: 'connecting', ...next };
    this.#events.lost();
    this.#events.changed();
  }

  // Leaves no timer and no wire behind, in any state.
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

  #receiveText(wire: Wire, text: string): void {
    const frame = decodeServerControl(text);
    if (frame?.type === 'refused' && frame.n === undefined && frame.c === undefined) this.#refused = frame;
    if (this.#isLive(wire)) {
      this.#listenForSilence();
      if (frame?.type === 'goaway') this.#leaveWithin(frame.withinMs);
      else if (frame !== undefined && isLive(frame)) this.#events.live(frame);
    } else if (wire === this.#attempt?.wire && frame !== undefined && isGreeting(frame)) {
      this.#greet(wire, frame);
    }
  }

  // While another wire is in the room, being turned back only means staying there.
  #greet(wire: Wire, frame: Greeting): void {
    const again = frame.type === 'challenge' && this.#challenged === wire;
    if (frame.type === 'challenge') this.#challenged = wire;
    if (this.#state.state === 'live' && turnsBack(frame)) this.#giveUpNext();
    else if (!again) this.#events.greeting(frame);
  }

  #receiveBinary(wire: Wire, bytes: Uint8Array): void {
    const isLive = this.#isLive(wire);
    if (isLive) this.#listenForSilence();
    const frame = decodeServerSealed(bytes);
    // Slices come before the welcome that they open.
    const isEarly = frame?.type === 'rotation' && wire === this.#attempt?.wire;
    if (frame !== undefined && (isLive || isEarly)) this.#events.sealed(frame);
  }

  #closed(wire: Wire, code: number): void {
    const state = this.#state;
    const next = state.state === 'live' ? state.next : undefined;
    if (wire === next?.wire) {
      this.#giveUpNext();
      if (comebackAfter(code) === 'backoff') this.#moveAfter(this.#pauseAfter(next.tries), next.tries + 1);
    } else if ('wire' in state && state.wire === wire) {
      // Our own next wire replaced this one; its welcome is still in transit.
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
    this.#watch = this.#deps.clock.after(PATIENCE.silence, () => this.#ping(state.wire));
  }

  #ping(wire: Wire): void {
    this.say({ type: 'ping' });
    this.#awaitPong(wire, wire.bufferedBytes);
  }

  // A slow uplink that still drains isn't dead: the ping may be queued after messages.
  #awaitPong(wire: Wire, buffered: number): void {
    this.#watch?.[Symbol.dispose]();
    this.#watch = this.#deps.clock.after(PATIENCE.pong, () => {
      if (wire.bufferedBytes < buffered) this.#awaitPong(wire, wire.bufferedBytes);
      else this.restart();
    });
  }

  // The server is about to stop. Each client picks a random moment, so it empties evenly. A move under way isn't hurried,
  // and the next one waits.
  #leaveWithin(ms: number): void {
    if (this.#move !== undefined && this.#move.tries > 0) return;
    const rest = this.#movedAt + PATIENCE.move - this.#deps.clock.now();
    this.#moveAfter(Math.max(fraction(this.#deps.random) * ms, Math.min(rest, PATIENCE.move)), 0);
  }

  #moveAfter(ms: number, tries: number): void {
    this.#stopMove();
    this.#move = { timer: this.#deps.clock.after(ms, () => this.#moveNow(tries)), tries };
  }

  #moveNow(tries: number): void {
    this.#move = undefined;
    if (this.#state.state !== 'live' || this.#state.next !== undefined) return;
    if (tries === 0) this.#movedAt = this.#deps.clock.now();
    this.#state = { ...this.#state, next: this.#open(tries) };
  }

  #pauseAfter(tries: number): number {
    return retryDelay(tries, fraction(this.#deps.random));
  }

  #giveUpNext(): void {
    if (this.#state.state !== 'live') return;
    const { state, wire, tries, since, next } = this.#state;
    next?.deadline[Symbol.dispose]();
    next?.wire.close();
    this.#state = { state, wire, tries, since };
  }
}

/** A wire that never answers counts as broken. */
const NO_ANSWER = 1006;

function turnsBack({ type }: Greeting): boolean {
  return oneOf(type, TURNED_BACK) !== undefined;
}
