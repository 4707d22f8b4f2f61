// A clock that the test moves.

import type { Clock } from '../net/clock.ts';

type Timer = { readonly at: number; readonly action: () => void };

export class TestClock implements Clock {
  #now = 1_000.25;
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  after(ms: number, action: () => void): Disposable {
    const timer = { at: this.#now + ms, action };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /** When the next timer is due; undefined when none waits. */
  get nextAt(): number | undefined {
    return this.#next(Infinity)?.at;
  }

  /** Time passes, and each timer runs when it is due. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.action();
    }
    this.#now = end;
  }

  /** Time passes without timers running, as in a busy or stopped process. */
  jump(ms: number): void {
    this.#now += ms;
  }

  #next(end: number): Timer | undefined {
    const due = [...this.#timers].filter((timer) => timer.at <= end);
    return due.toSorted((a, b) => a.at - b.at)[0];
  }
}

/** Resolves when everything that waits for no timer is done and written to the sockets. */
export async function settled(): Promise<void> {
  // The results of one turn are written at its end.
  for (let turns = 0; turns < 2; turns++) await new Promise((resolve) => void setImmediate(resolve));
}
