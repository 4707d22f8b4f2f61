// Costly work that arrives in bursts, done a few milliseconds at a time, so a rush of joins delays no live connection.

import type { Clock, EndOfTurn } from './clock.ts';

/** Time for work started in one turn of the event loop. A join costs about as much again besides its proof. */
export const TURN_MS = 5;

export class SlicedQueue {
  readonly #clock: Clock;
  readonly #endOfTurn: EndOfTurn;
  readonly #waiting: (() => void)[] = [];
  #spentMs = 0;
  #turnEnds = false;

  constructor(clock: Clock, endOfTurn: EndOfTurn = setImmediate) {
    this.#clock = clock;
    this.#endOfTurn = endOfTurn;
  }

  /** The result of `work`, which runs now or in a later turn, in order of arrival. */
  run<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => {
        try {
          resolve(work());
        } catch (error) {
          reject(error);
        }
      });
      this.#workOff();
    });
  }

  #workOff(): void {
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
    this.#workOff();
  }
}
