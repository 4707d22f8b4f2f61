// Asks again until Redis has answered: for what must happen, whenever that is possible again.

import type { Clock } from '../../clock.ts';
import { StoreUnavailable } from '../store-unavailable.ts';

const ASK_AGAIN_MS = 1_000;

export class Insistence implements Disposable {
  readonly #clock: Clock;
  readonly #pauses = new Set<Disposable>();
  #isOver = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Never resolves once disposed of. Throws what is not `StoreUnavailable`. */
  async insist<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        await this.#pause();
      }
    }
  }

  /** `action` once, unless this is disposed of before. */
  later(ms: number, action: () => void): Disposable {
    const timer = this.#clock.after(ms, () => {
      this.#pauses.delete(timer);
      action();
    });
    this.#pauses.add(timer);
    if (this.#isOver) this.#cancel(timer);
    return { [Symbol.dispose]: () => this.#cancel(timer) };
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    for (const pause of this.#pauses) this.#cancel(pause);
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => void this.later(ASK_AGAIN_MS, resolve));
  }

  #cancel(timer: Disposable): void {
    this.#pauses.delete(timer);
    timer[Symbol.dispose]();
  }
}
