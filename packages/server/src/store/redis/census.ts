// How many rooms there are: counted over all partitions when that is worth it, and this node's own added in between.

import type { Clock } from '../../clock.ts';

/** A count costs Redis as much as hundreds of messages. Below this share of the bound an old one is good enough. */
const EASY_SHARE = 0.9;
const COUNT_EVERY_MS = { easy: 10_000, tight: 1_000 } as const;

export class Census {
  readonly #clock: Clock;
  readonly #max: number;
  readonly #count: () => Promise<number>;
  #counted = { rooms: 0, at: -Infinity };
  /** Places given away since. */
  #given = 0;
  #counting: Promise<void> | undefined;

  constructor(clock: Clock, max: number, count: () => Promise<number>) {
    this.#clock = clock;
    this.#max = max;
    this.#count = count;
  }

  /** Whether one more room may be made; its place is taken then, so that those who ask together do not pass the bound. */
  async hasPlace(): Promise<boolean> {
    if (this.#isOld()) await (this.#counting ??= this.#countAnew());
    if (this.#rooms >= this.#max) return false;
    this.#given++;
    return true;
  }

  get #rooms(): number {
    return this.#counted.rooms + this.#given;
  }

  #isOld(): boolean {
    const isEasy = this.#rooms < this.#max * EASY_SHARE;
    return this.#clock.now() - this.#counted.at >= COUNT_EVERY_MS[isEasy ? 'easy' : 'tight'];
  }

  // Nobody is given a place meanwhile, and rooms that were on their way are in the count: calls keep their order.
  async #countAnew(): Promise<void> {
    try {
      const rooms = await this.#count();
      this.#counted = { rooms, at: this.#clock.now() };
      this.#given = 0;
    } finally {
      this.#counting = undefined;
    }
  }
}
