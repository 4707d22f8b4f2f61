// A clock that includes the time the machine slept, when its own clock and timers stood still.

import type { Clock } from '../../net/clock.ts';

/** If the time of day jumps ahead by more, the machine slept. A smaller jump is a clock adjustment. */
const SLEPT_MS = 60_000;
const LOOK_EVERY_MS = 10_000;

export type AwakeClockOptions = {
  readonly clock: Clock;
  /** The time of day, in milliseconds. */
  readonly wall: () => number;
  /** The machine has slept, so timers may be overdue. Not called from within `now`. */
  readonly onWake: () => void;
};

export class AwakeClock implements Clock, Disposable {
  readonly #options: AwakeClockOptions;
  #slept = 0;
  #seen: { readonly now: number; readonly wall: number };
  #look: Disposable;
  #waking: Disposable | undefined;

  constructor(options: AwakeClockOptions) {
    this.#options = options;
    this.#seen = { now: options.clock.now(), wall: options.wall() };
    this.#look = this.#lookLater();
  }

  now(): number {
    const now = this.#options.clock.now();
    const wall = this.#options.wall();
    const ahead = wall - this.#seen.wall - (now - this.#seen.now);
    this.#seen = { now, wall };
    if (ahead > SLEPT_MS) this.#wake(ahead);
    return now + this.#slept;
  }

  /** By the machine's own clock, which stops during sleep. */
  after(ms: number, action: () => void): Disposable {
    return this.#options.clock.after(ms, action);
  }

  [Symbol.dispose](): void {
    this.#look[Symbol.dispose]();
    this.#waking?.[Symbol.dispose]();
  }

  #wake(slept: number): void {
    this.#slept += slept;
    this.#waking?.[Symbol.dispose]();
    this.#waking = this.#options.clock.after(0, this.#options.onWake);
  }

  #lookLater(): Disposable {
    return this.#options.clock.after(LOOK_EVERY_MS, () => {
      this.#look = this.#lookLater();
      this.now();
    });
  }
}
