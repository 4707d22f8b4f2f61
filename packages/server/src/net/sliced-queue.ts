// Costly work that comes in bursts, done a few milliseconds at a time: a herd at the door delays nobody inside.

import type { Clock, EndOfTurn } from './clock.ts';

/** Work begun in one turn of the event loop. What a join costs beside its proof comes on top, about as much again. */
export const TURN_MS = 5;

export class Turnstile {
  readonly #clock: Clock;
  readonly #endOfTurn: EndOfTurn;
  readonly #waiting: (() => void)[] = [];
  #spentMs = 0;
  #turnEnds = false;

  constructor(clock: Clock, endOfTurn: EndOfTurn = setImmediate) {
    this.#clock = clock;
    this.#endOfTurn = endOfTurn;
  }

  /** What `work` returns: it is done at once, or when it is its turn. First come, first served. */
  pass<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => {
        try {
          resolve(work());
        } catch (error) {
          reject(error);
        }
      });
      this.#letThrough();
    });
  }

  #letThrough(): void {
    while (this.#spentMs < TURN_MS) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      const began = this.#clock.now();
      next();
      this.#spentMs += this.#clock.now() - began;
    }
    if (this.#turnEnds || this.#spentMs === 0) return;
    this.#turnEnds = true;
    this.#endOfTurn(() => this.#nextTurn());
  }

  #nextTurn(): void {
    this.#turnEnds = false;
    this.#spentMs = 0;
    this.#letThrough();
  }
}
