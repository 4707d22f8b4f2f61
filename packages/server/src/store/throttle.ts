// Telling that keeps its pace: at once after a while of silence, then not before a pause is over, and the last word always.

import type { Clock } from '../net/clock.ts';

export class Throttle implements Disposable {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #tell: () => void;
  #pause: Disposable | undefined;
  #isDue = false;

  /** `tell` says how things stand when it is called. */
  constructor(clock: Clock, everyMs: number, tell: () => void) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#tell = tell;
  }

  /** Something has changed. */
  due(): void {
    this.#isDue = true;
    if (this.#pause === undefined) this.#tellNow();
  }

  [Symbol.dispose](): void {
    this.#isDue = false;
    this.#pause?.[Symbol.dispose]();
  }

  #tellNow(): void {
    this.#isDue = false;
    this.#pause = this.#clock.after(this.#everyMs, () => this.#pauseIsOver());
    this.#tell();
  }

  #pauseIsOver(): void {
    this.#pause = undefined;
    if (this.#isDue) this.#tellNow();
  }
}
