// Asks again until Redis has answered: for what must happen as soon as that is possible, though nobody waits for it.

import { background } from '../../net/background.ts';
import type { Clock } from '../../net/clock.ts';
import { StoreUnavailable } from '../store-unavailable.ts';

const ASK_AGAIN_MS = 1_000;

export class Retry implements Disposable {
  readonly #clock: Clock;
  readonly #onTrouble: (error: unknown) => void;
  readonly #timers = new Set<Disposable>();
  #isOver = false;

  /** `onTrouble` hears of errors in what is done in the background. */
  constructor(clock: Clock, onTrouble: (error: unknown) => void) {
    this.#clock = clock;
    this.#onTrouble = onTrouble;
  }

  now(): number {
    return this.#clock.now();
  }

  /** Never resolves once disposed of. Throws what is not `StoreUnavailable`. */
  async untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        await this.#pause();
      }
    }
  }

  /** Nobody waits for this. A Redis that cannot be asked is no trouble of ours: it is asked when it is back. */
  background(work: Promise<unknown>): void {
    background(work, (error) => {
      if (!(error instanceof StoreUnavailable)) this.#onTrouble(error);
    });
  }

  /** In the background, when that time has come or right away. */
  at(time: number, act: () => Promise<unknown>): void {
    this.later(Math.max(0, time - this.now()), () => this.background(act()));
  }

  /** `action` once, unless this or the answer is disposed of before. */
  later(ms: number, action: () => void): Disposable {
    const timer = this.#clock.after(ms, () => {
      this.#timers.delete(timer);
      action();
    });
    this.#timers.add(timer);
    if (this.#isOver) this.#cancel(timer);
    return { [Symbol.dispose]: () => this.#cancel(timer) };
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    for (const timer of this.#timers) this.#cancel(timer);
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.later(ASK_AGAIN_MS, resolve);
    });
  }

  #cancel(timer: Disposable): void {
    this.#timers.delete(timer);
    timer[Symbol.dispose]();
  }
}
