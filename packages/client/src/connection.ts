// One connection that comes back: connects, notices silence, waits, retries. What is said over it is the room's.

import {
  type ClientControl,
  type ServerControl,
  type ServerSealed,
  comebackAfter,
  decodeServerControl,
  decodeServerSealed,
  encodeClientControl,
} from '@mayfly/protocol';
import type { Clock } from './clock.ts';
import { fraction } from './fraction.ts';
import type { RandomBytes } from './crypto/random.ts';
import type { Transport, Wire } from './transport.ts';

export type ConnectionState =
  | { readonly state: 'idle' }
  /** From opening the wire until the room says `established`. */
  | {
      readonly state: 'connecting';
      readonly wire: Wire;
      readonly tries: number;
      readonly deadline: Disposable;
    }
  | { readonly state: 'live'; readonly wire: Wire; readonly tries: number; readonly since: number }
  | {
      readonly state: 'waiting';
      readonly tries: number;
      readonly retryInMs: number;
      readonly retry: Disposable;
    }
  | { readonly state: 'ended' };

export type ConnectionEvents = {
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
  #goaway: Disposable | undefined;

  constructor(world: ConnectionWorld, events: ConnectionEvents) {
    this.#world = world;
    this.#events = events;
  }

  get state(): ConnectionState {
    return this.#state;
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

  /** The room is in. */
  established(): void {
    if (this.#state.state !== 'connecting') return;
    const { wire, tries, deadline } = this.#state;
    deadline[Symbol.dispose]();
    this.#state = { state: 'live', wire, tries, since: this.#world.clock.now() };
    this.#listenForSilence();
    this.#events.changed();
  }

  /** Drops the wire and comes back after a pause: for a wire that cannot be believed any more. */
  restart(): void {
    const state = this.#state;
    if (state.state !== 'connecting' && state.state !== 'live') return;
    const now = this.#world.clock.now();
    const steady = state.state === 'live' && now - state.since >= PATIENCE.steady;
    this.#drop();
    this.#wait(steady ? 0 : state.tries);
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

  #connect(tries: number): void {
    const { transport, clock } = this.#world;
    const wire = transport({
      text: (frame) => this.#heardText(wire, frame),
      binary: (frame) => this.#heardBinary(wire, frame),
      closed: (code) => this.#closed(wire, code),
    });
    const deadline = clock.after(PATIENCE.connect, () => this.restart());
    this.#state = { state: 'connecting', wire, tries, deadline };
    this.#events.changed();
  }

  #wait(tries: number): void {
    const retryInMs = retryDelay(tries, fraction(this.#world.random));
    const retry = this.#world.clock.after(retryInMs, () => this.#connect(tries + 1));
    this.#state = { state: 'waiting', tries: tries + 1, retryInMs, retry };
    this.#events.lost();
    this.#events.changed();
  }

  // Leaves no timer and no wire behind, whatever the state was.
  #drop(): void {
    const state = this.#state;
    this.#watch?.[Symbol.dispose]();
    this.#goaway?.[Symbol.dispose]();
    if (state.state === 'connecting') state.deadline[Symbol.dispose]();
    if (state.state === 'waiting') state.retry[Symbol.dispose]();
    if ('wire' in state) state.wire.close();
  }

  #isCurrent(wire: Wire): boolean {
    return 'wire' in this.#state && this.#state.wire === wire;
  }

  #heardText(wire: Wire, text: string): void {
    if (!this.#isCurrent(wire)) return;
    this.#listenForSilence();
    const frame = decodeServerControl(text);
    if (frame === undefined || frame.type === 'pong') return;
    if (frame.type === 'goaway') this.#moveWithin(frame.withinMs);
    else this.#events.control(frame);
  }

  #heardBinary(wire: Wire, bytes: Uint8Array): void {
    if (!this.#isCurrent(wire)) return;
    this.#listenForSilence();
    const frame = decodeServerSealed(bytes);
    if (frame !== undefined) this.#events.sealed(frame);
  }

  #closed(wire: Wire, code: number): void {
    if (!this.#isCurrent(wire)) return;
    if (comebackAfter(code) === 'backoff') {
      this.restart();
      return;
    }
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

  // The server is about to stop: everybody picks a moment of their own, so that it empties evenly.
  #moveWithin(withinMs: number): void {
    this.#goaway?.[Symbol.dispose]();
    this.#goaway = this.#world.clock.after(fraction(this.#world.random) * withinMs, () => {
      if (this.#state.state !== 'live') return;
      this.#drop();
      this.#events.lost();
      this.#connect(0);
    });
  }
}
