// Events that have to be erased at a certain time, the next one first. One timer, for the next of them.

import type { Clock } from '../../net/clock.ts';

type Timed = { readonly seq: number; readonly at: number };

/** Events that left the log are forgotten once there are this many more of them than of the others. */
const SLACK = 64;

export class TimedEvents implements Disposable {
  readonly #clock: Clock;
  readonly #onDue: (seq: number) => void;
  /** The next one last. */
  #timed: Timed[] = [];
  #timer: Disposable | undefined;

  constructor(clock: Clock, onDue: (seq: number) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** `oldest`: events before it have left the log. */
  add(seq: number, afterMs: number, oldest: number): void {
    if (this.#timed.length > 2 * (seq - oldest) + SLACK)
      this.#timed = this.#timed.filter((timed) => timed.seq >= oldest);
    const at = this.#clock.now() + afterMs;
    this.#timed.splice(this.#timed.findLastIndex((timed) => timed.at > at) + 1, 0, { seq, at });
    if (this.#timed.at(-1)?.seq === seq) this.#wait();
  }

  /** Reports what is due, however late the timer is. */
  check(): void {
    if (!this.#isDue()) return;
    for (let next = this.#timed.at(-1); next !== undefined && this.#isDue(); next = this.#timed.at(-1)) {
      this.#timed.pop();
      this.#onDue(next.seq);
    }
    this.#wait();
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timed.length = 0;
  }

  #isDue(): boolean {
    const next = this.#timed.at(-1);
    return next !== undefined && next.at <= this.#clock.now();
  }

  // The machine's timers stand still while it sleeps, so what was due meanwhile is found by `check`.
  #wait(): void {
    this.#timer?.[Symbol.dispose]();
    const next = this.#timed.at(-1);
    this.#timer = next && this.#clock.after(Math.max(0, next.at - this.#clock.now()), () => this.#awaited());
  }

  #awaited(): void {
    if (this.#isDue()) this.check();
    else this.#wait();
  }
}
