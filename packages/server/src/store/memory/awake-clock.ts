// A clock that also counts the time in which the machine slept. Its own stood still then, and timers with it.

import type { Clock } from '../../net/clock.ts';

/** When the time of day runs ahead by more at once, the machine slept. By less, somebody has set it. */
const SLEPT_MS = 60_000;
const LOOK_EVERY_MS = 10_000;

export type AwakeClockSetup = {
  readonly clock: Clock;
  /** The time of day, in milliseconds. */
  readonly wall: () => number;
  /** It has slept: what was waited for may be overdue. Not called from within `now`. */
  readonly onWake: () => void;
};

export class AwakeClock implements Clock, Disposable {
  readonly #setup: AwakeClockSetup;
  #slept = 0;
  #seen: { readonly now: number; readonly wall: number };
  #look: Disposable;
  #waking: Disposable | undefined;

  constructor(setup: AwakeClockSetup) {
    this.#setup = setup;
    this.#seen = { now: setup.clock.now(), wall: setup.wall() };
    this.#look = this.#lookLater();
  }

  now(): number {
    const now = this.#setup.clock.now();
    const wall = this.#setup.wall();
    const ahead = wall - this.#seen.wall - (now - this.#seen.now);
    this.#seen = { now, wall };
    if (ahead > SLEPT_MS) this.#wake(ahead);
    return now + this.#slept;
  }

  /** By the machine's own clock: asleep, it does not run. */
  after(ms: number, action: () => void): Disposable {
    return this.#setup.clock.after(ms, action);
  }

  [Symbol.dispose](): void {
    this.#look[Symbol.dispose]();
    this.#waking?.[Symbol.dispose]();
  }

  #wake(slept: number): void {
    this.#slept += slept;
    this.#waking?.[Symbol.dispose]();
    this.#waking = this.#setup.clock.after(0, this.#setup.onWake);
  }

  #lookLater(): Disposable {
    return this.#setup.clock.after(LOOK_EVERY_MS, () => {
      this.#look = this.#lookLater();
      this.now();
    });
  }
}
