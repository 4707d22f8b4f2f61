// How many rooms there are. Counted over all partitions when it matters, guessed in between.

import type { Clock } from '../../clock.ts';

/** Below this share of the bound an old count is good enough. */
const EASY_SHARE = 0.9;
const COUNT_EVERY_MS = 10_000;

export class Census {
  readonly #clock: Clock;
  readonly #max: number;
  readonly #count: () => Promise<number>;
  #counted: { readonly rooms: number; readonly at: number } | undefined;
  #made = 0;

  constructor(clock: Clock, max: number, count: () => Promise<number>) {
    this.#clock = clock;
    this.#max = max;
    this.#count = count;
  }

  made(): void {
    this.#made++;
  }

  async isFull(): Promise<boolean> {
    if (this.#isEasy()) return false;
    this.#made = 0;
    const rooms = await this.#count();
    this.#counted = { rooms, at: this.#clock.now() };
    return rooms >= this.#max;
  }

  #isEasy(): boolean {
    const counted = this.#counted;
    if (counted === undefined || this.#clock.now() - counted.at > COUNT_EVERY_MS) return false;
    return counted.rooms + this.#made < this.#max * EASY_SHARE;
  }
}
