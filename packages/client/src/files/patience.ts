// Waiting that can be cut short: pauses between tries, and requests that take too long.

import type { Clock } from '../clock.ts';
import type { RandomBytes } from '../crypto/random.ts';
import { fraction } from '../fraction.ts';

const RETRY_STEP_MS = 500;
const RETRY_MAX_MS = 30_000;

/** Full jitter, as between connections. */
export function retryDelay(tries: number, random: RandomBytes): number {
  return Math.floor(fraction(random) * Math.min(RETRY_MAX_MS, RETRY_STEP_MS * 2 ** tries));
}

/** Resolves after the time, or when it is aborted. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      timer[Symbol.dispose]();
      signal.removeEventListener('abort', stop);
      resolve();
    };
    const timer = clock.after(ms, stop);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });
}

/** Aborts when one of them does. */
export class EitherSignal implements Disposable {
  readonly #controller = new AbortController();
  readonly #signals: readonly AbortSignal[];
  readonly #stop = () => this.#controller.abort();

  constructor(...signals: readonly AbortSignal[]) {
    this.#signals = signals;
    if (signals.some(({ aborted }) => aborted)) this.#stop();
    for (const signal of signals) signal.addEventListener('abort', this.#stop);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    for (const signal of this.#signals) signal.removeEventListener('abort', this.#stop);
  }
}

/** Aborts when `outer` does, and when nothing happens for too long. */
export class Deadline implements Disposable {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal;
  readonly #stop = () => this.#controller.abort();
  #timer: Disposable | undefined;

  constructor(clock: Clock, ms: number, outer: AbortSignal) {
    this.#clock = clock;
    this.#ms = ms;
    this.#outer = outer;
    if (outer.aborted) this.#stop();
    outer.addEventListener('abort', this.#stop, { once: true });
    this.restart();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something happened. */
  restart(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#clock.after(this.#ms, this.#stop);
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#outer.removeEventListener('abort', this.#stop);
  }
}
