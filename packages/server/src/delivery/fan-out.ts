// When rooms write to their sockets: once per turn of the event loop, a bounded number of sockets at a time.
// What is written is the rooms' own.

import type { Clock, EndOfTurn } from '../net/clock.ts';

/** A room that has news for its sockets. */
export interface Audience {
  /** Serves up to `most` sockets and says how many; fewer than `most` when nobody is left. Does not throw. */
  serve(most: number): number;
}

/** Sockets served in one turn. The rest of a large room waits behind the rooms that came meanwhile. */
export const SLICE = 512;

/** Two turns that take so long show load: for as long as they took nothing is written, so that writes become fewer and fuller. */
export const PAUSE_MS = { min: 5, max: 20 } as const;

export class FanOut {
  readonly #clock: Clock;
  readonly #endOfTurn: EndOfTurn;
  readonly #due: Audience[] = [];
  #underway = false;
  #turnBegan = 0;
  #lastTurnTook = 0;
  #pauseUntil = -Infinity;

  constructor(clock: Clock, endOfTurn: EndOfTurn = setImmediate) {
    this.#clock = clock;
    this.#endOfTurn = endOfTurn;
  }

  /** `audience` is served soon. It says so once, and again only when it has been served. */
  due(audience: Audience): void {
    this.#due.push(audience);
    if (this.#underway) return;
    this.#underway = true;
    // What comes later than that finds no load any more, and does not wait.
    const pause = this.#pauseUntil - this.#clock.now();
    if (pause <= 0) return this.#nextTurn();
    this.#clock.after(pause, () => this.#nextTurn());
  }

  #nextTurn(): void {
    this.#turnBegan = this.#clock.now();
    this.#endOfTurn(() => this.#serve());
  }

  #serve(): void {
    let left = SLICE;
    for (let next = this.#due.shift(); next !== undefined; next = this.#due.shift()) {
      const served = next.serve(left);
      if (served === left) this.#due.push(next);
      left -= served;
      if (left === 0) break;
    }
    const now = this.#clock.now();
    this.#pauseUntil = now + this.#pauseAfter(now - this.#turnBegan);
    this.#underway = this.#due.length > 0;
    if (this.#underway) this.#nextTurn();
  }
  // A long turn alone may be a hiccup, of the machine or of garbage collection. A pause would only add to it.
  #pauseAfter(took: number): number {
    const load = Math.min(took, this.#lastTurnTook);
    this.#lastTurnTook = took;
    return load < PAUSE_MS.min ? 0 : Math.min(load, PAUSE_MS.max);
  }
}
