// One timer for many members: each has its turn once per round, a few at every tick, which keeps ticks short.

import type { Clock } from './clock.ts';

const TICK_MS = 1_000;

export type TimerWheelOptions<T> = {
  readonly clock: Clock;
  /** Whole seconds. */
  readonly roundMs: number;
  readonly onTurn: (member: T) => void;
  /** After the turns of each tick. */
  readonly onTick: () => void;
};

export class TimerWheel<T> implements Disposable {
  readonly #options: TimerWheelOptions<T>;
  readonly #spokes: readonly Set<T>[];
  readonly #spokeOf = new Map<T, Set<T>>();
  #at = 0;
  #next: Disposable;

  constructor(options: TimerWheelOptions<T>) {
    this.#options = options;
    this.#spokes = Array.from({ length: options.roundMs / TICK_MS }, () => new Set<T>());
    this.#next = this.#tickLater();
  }

  get size(): number {
    return this.#spokeOf.size;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#spokeOf.keys();
  }

  /** Its first turn comes within one round, the next ones a round apart. */
  add(member: T): void {
    const spoke = this.#spokes[this.#at];
    if (spoke === undefined) throw new Error('a wheel has one spoke per tick');
    this.#spokeOf.set(member, spoke.add(member));
  }

  delete(member: T): void {
    this.#spokeOf.get(member)?.delete(member);
    this.#spokeOf.delete(member);
  }

  [Symbol.dispose](): void {
    this.#next[Symbol.dispose]();
  }

  #tickLater(): Disposable {
    return this.#options.clock.after(TICK_MS, () => {
      this.#next = this.#tickLater();
      this.#at = (this.#at + 1) % this.#spokes.length;
      for (const member of this.#spokes[this.#at] ?? []) this.#options.onTurn(member);
      this.#options.onTick();
    });
  }
}
