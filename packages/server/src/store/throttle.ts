// Leading-and-trailing throttle.

import type { Clock } from '../net/clock.ts';

export class Throttle implements Disposable {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #action: () => void;
  #pause: Disposable | undefined;
  #isDue = false;

  /** `action` reads the state when it runs, so one run covers every change before it. */
  constructor(clock: Clock, everyMs: number, action: () => void) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#action = action;
  }

  /** Something changed. */
  due(): void {
    this.#isDue = true;
    if (this.#pause === undefined) this.#run();
  }

  [Symbol.dispose](): void {
    this.#isDue = false;
    this.#pause?.[Symbol.dispose]();
  }

  #run(): void {
    this.#isDue = false;
    this.#pause = this.#clock.after(this.#everyMs, () => this.#pauseIsOver());
    this.#action();
  }

  #pauseIsOver(): void {
    this.#pause = undefined;
    if (this.#isDue) this.#run();
  }
}
