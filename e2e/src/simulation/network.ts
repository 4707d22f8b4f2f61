// A network in memory between SDK transports and server sessions: in order, late, slow, cut at any moment, or silent.

import type { Transport, Wire, WireEvents } from '@mayfly/client';
import { CLOSE } from '@mayfly/protocol';
import { BATCH_BYTES_MAX } from '../../../packages/server/src/delivery/backlog.ts';
import { LAG_BYTES_MAX, type Socket } from '../../../packages/server/src/delivery/subscriber.ts';
import type { Session } from '../../../packages/server/src/session/session.ts';
import { decodeFrames } from '../../../packages/server/src/testing/frames.ts';
import type { SeededRandom } from '../../../packages/server/src/testing/random.ts';
import type { FakeTime } from './fake-time.ts';

/** How a break looks from either end. */
export type Break =
  /** Both ends hear of it. */
  | 'reset'
  /** The client knows at once (another network, a closed lid), the server after missed pings. */
  | 'client_gone'
  /** Silently: frames vanish, and both ends find out by their own pings. */
  | 'silent';

export const BREAKS = ['reset', 'client_gone', 'silent'] as const;

export type Weather = {
  readonly delayMs: { readonly min: number; readonly spread: number };
  /** Towards the client. */
  readonly bytesPerSecond?: number;
};

/** After two missed pings the server lets go (rule WS-3). */
const SERVER_PATIENCE_MS = 50_000;
const ABNORMAL = 1006;
/** Beyond that, a slow reader is only an index in the room's backlog. */
const UNSENT_MAX = LAG_BYTES_MAX + BATCH_BYTES_MAX;

export class SimulatedNetwork {
  readonly #time: FakeTime;
  readonly #random: SeededRandom;
  readonly #accept: (socket: Socket) => Session;
  readonly #wires = new Set<SimulatedWire>();
  /** How many wires were opened, and how many were broken by the weather. */
  opened = 0;
  broken = 0;
  /** The most bytes that ever waited for one reader. */
  mostUnsent = 0;

  constructor(time: FakeTime, random: SeededRandom, accept: (socket: Socket) => Session) {
    this.#time = time;
    this.#random = random;
    this.#accept = accept;
  }

  get size(): number {
    return this.#wires.size;
  }

  /** How many bytes too many were piled up for one reader. */
  get piledUp(): number {
    return Math.max(0, this.mostUnsent - UNSENT_MAX);
  }

  transport(weather: () => Weather, opened: (wire: SimulatedWire) => void = () => {}): Transport {
    return (events) => {
      const delay = () => {
        const { min, spread } = weather().delayMs;
        return min + this.#random.below(spread + 1);
      };
      const wire = new SimulatedWire(this.#time, delay, weather, events, {
        accept: this.#accept,
        gone: () => this.#wires.delete(wire),
        broken: () => (this.broken += 1),
        unsent: (bytes) => (this.mostUnsent = Math.max(this.mostUnsent, bytes)),
      });
      this.opened += 1;
      this.#wires.add(wire);
      opened(wire);
      return wire;
    };
  }
}

type Ends = {
  readonly accept: (socket: Socket) => Session;
  readonly gone: () => void;
  readonly broken: () => void;
  readonly unsent: (bytes: number) => void;
};

/** One connection. The client holds it as its wire; the server's end is a session with a socket. */
export class SimulatedWire implements Wire {
  readonly bufferedBytes = 0;
  readonly #time: FakeTime;
  readonly #delay: () => number;
  readonly #weather: () => Weather;
  readonly #events: WireEvents;
  readonly #ends: Ends;
  #session: Session | undefined;
  #clientListens = true;
  #serverListens = true;
  // Frames never overtake one another: each arrives after the one before.
  #lastUp = 0;
  #lastDown = 0;
  #carries = true;
  #unsent = 0;
  #drainAwaited = false;

  constructor(time: FakeTime, delay: () => number, weather: () => Weather, events: WireEvents, ends: Ends) {
    this.#time = time;
    this.#delay = delay;
    this.#weather = weather;
    this.#events = events;
    this.#ends = ends;
    this.#up(() => this.#open());
  }

  /** The weather has not broken it. */
  get isWhole(): boolean {
    return this.#carries;
  }

  send(frame: string | Uint8Array): void {
    if (this.#session === undefined) return;
    const bytes = typeof frame === 'string' ? frame : Uint8Array.from(frame);
    this.#up(() => this.#session?.receive(bytes));
  }

  close(): void {
    this.#clientListens = false;
    this.#up(() => this.#serverHearsEnd());
  }

  break(how: Break): void {
    if (!this.#carries) return;
    this.#carries = false;
    this.#ends.broken();
    const late = how === 'reset' ? this.#delay() : SERVER_PATIENCE_MS;
    this.#time.after(late, () => this.#serverHearsEnd());
    if (how !== 'silent') this.#time.after(this.#delay(), () => this.#clientHearsEnd(ABNORMAL));
  }

  #open(): void {
    const unsent = () => this.#unsent;
    this.#session = this.#ends.accept({
      get bufferedBytes() {
        return unsent();
      },
      write: (framed) => {
        for (const frame of decodeFrames(framed)) this.#down(frame);
      },
      notifyWhenDrained: () => {
        this.#drainAwaited = true;
        this.#time.after(0, () => this.#tellDrained());
      },
      close: (why) => this.#closedByServer(CLOSE[why].code),
    });
  }

  #up(arrive: () => void): void {
    this.#lastUp = Math.max(this.#lastUp, this.#time.now() + this.#delay());
    this.#time.after(this.#lastUp - this.#time.now(), () => {
      if (this.#carries && this.#serverListens) arrive();
    });
  }

  #down(bytes: string | Uint8Array): void {
    const { bytesPerSecond } = this.#weather();
    const travel = bytesPerSecond === undefined ? 0 : (bytes.length / bytesPerSecond) * 1_000;
    const now = this.#time.now();
    this.#lastDown = Math.max(this.#lastDown, now + this.#delay()) + travel;
    this.#unsent += bytes.length;
    this.#ends.unsent(this.#unsent);
    this.#time.after(this.#lastDown - now, () => {
      this.#unsent -= bytes.length;
      this.#tellDrained();
      if (!this.#carries || !this.#clientListens) return;
      if (typeof bytes === 'string') this.#events.text(bytes);
      else this.#events.binary(bytes);
    });
  }

  #tellDrained(): void {
    if (!this.#drainAwaited || this.#unsent > 0) return;
    this.#drainAwaited = false;
    this.#session?.drained();
  }

  #closedByServer(code: number): void {
    this.#serverListens = false;
    this.#ends.gone();
    const now = this.#time.now();
    this.#time.after(Math.max(this.#lastDown, now + this.#delay()) - now, () => {
      if (this.#carries) this.#clientHearsEnd(code);
    });
  }

  #serverHearsEnd(): void {
    this.#ends.gone();
    if (!this.#serverListens) return;
    this.#serverListens = false;
    this.#session?.detached();
  }

  #clientHearsEnd(code: number): void {
    if (!this.#clientListens) return;
    this.#clientListens = false;
    this.#events.closed(code);
  }
}
