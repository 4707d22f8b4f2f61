// Repeats a call until Redis answers it: for work that must happen but that no caller waits for.

import { background } from '../../net/background.ts';
import type { Clock } from '../../net/clock.ts';
import { StoreUnavailable } from '../store-unavailable.ts';

const RETRY_AFTER_MS = 1_000;

export class Retry implements Disposable {
  readonly #clock: Clock;
  readonly #onTrouble: (error: unknown) => void;
  readonly #timers = new Set<Disposable>();
  #isOver = false;

  /** `onTrouble` receives errors of background work. */
  constructor(clock: Clock, onTrouble: (error: unknown) => void) {
    this.#clock = clock;
    this.#onTrouble = onTrouble;
  }

  now(): number {
    return this.#clock.now();
  }

  /** Throws anything but `StoreUnavailable`. Never resolves once disposed. */
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

  /** Ignores `StoreUnavailable`: an unreachable Redis is not a bug, and its health is watched elsewhere. */
  background(work: Promise<unknown>): void {
    background(work, (error) => {
      if (!(error instanceof StoreUnavailable)) this.#onTrouble(error);
    });
  }

  /** In the background, at that time or right away if it has passed. */
  at(time: number, act: () => Promise<unknown>): void {
    this.later(Math.max(0, time - this.now()), () => this.background(act()));
  }

  /** Runs `action` once, unless this or the returned timer is disposed first. */
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
      this.later(RETRY_AFTER_MS, resolve);
    });
  }

  #cancel(timer: Disposable): void {
    this.#timers.delete(timer);
    timer[Symbol.dispose]();
  }
}
