// One timer for many: everybody's turn comes once a round, a few at each tick, so that no tick is long.

import type { Clock } from './clock.ts';

const TICK_MS = 1_000;

export type WheelSetup<T> = {
  readonly clock: Clock;
  /** A round, in whole seconds. */
  readonly roundMs: number;
  readonly onTurn: (member: T) => void;
  /** After the turns of each tick. */
  readonly onTick: () => void;
};

export class Wheel<T> implements Disposable {
  readonly #setup: WheelSetup<T>;
  readonly #spokes: readonly Set<T>[];
  readonly #spokeOf = new Map<T, Set<T>>();
  #at = 0;
  #next: Disposable;

  constructor(setup: WheelSetup<T>) {
    this.#setup = setup;
    this.#spokes = Array.from({ length: setup.roundMs / TICK_MS }, () => new Set<T>());
    this.#next = this.#tickLater();
  }

  get size(): number {
    return this.#spokeOf.size;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#spokeOf.keys();
  }

  /** Its first turn comes within a round, its next ones a round apart. */
  add(member: T): void {
    const spoke = this.#spokes[this.#at];
    if (spoke === undefined) throw new Error('a wheel has a spoke for each tick of a round');
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
    return this.#setup.clock.after(TICK_MS, () => {
      this.#next = this.#tickLater();
      this.#at = (this.#at + 1) % this.#spokes.length;
      for (const member of this.#spokes[this.#at] ?? []) this.#setup.onTurn(member);
      this.#setup.onTick();
    });
  }
}
