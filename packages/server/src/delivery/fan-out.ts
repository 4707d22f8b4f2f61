// When rooms write to their sockets: once per turn of the event loop, a bounded number of sockets at a time. The rooms
// decide what to write.

import type { Clock, EndOfTurn } from '../net/clock.ts';

/** A room with something new for its sockets. */
export interface DueRoom {
  /** Serves up to `most` sockets and returns how many; fewer than `most` once none is left. Does not throw. */
  serve(most: number): number;
}

/** Sockets served in one turn. The rest of a large room waits behind rooms that became due meanwhile. */
export const SLICE = 512;

/** Two slow turns in a row mean load: pause writes for that long, to make the next ones fewer and larger. */
export const PAUSE_MS = { min: 5, max: 20 } as const;

export class FanOut {
  readonly #clock: Clock;
  readonly #endOfTurn: EndOfTurn;
  readonly #due: DueRoom[] = [];
  readonly #serveDue = () => this.#serve();
  #underway = false;
  #turnBegan = 0;
  #lastTurnTook = 0;
  #pauseUntil = -Infinity;

  constructor(clock: Clock, endOfTurn: EndOfTurn = setImmediate) {
    this.#clock = clock;
    this.#endOfTurn = endOfTurn;
  }

  /** Serves `room` soon. A room calls this once, and again only after it was served. */
  due(room: DueRoom): void {
    this.#due.push(room);
    if (this.#underway) return;
    this.#underway = true;
    // Once the pause is over the load is gone, and nothing has to wait.
    const now = this.#clock.now();
    const pause = this.#pauseUntil - now;
    if (pause <= 0) return this.#nextTurn(now);
    this.#clock.after(pause, () => this.#nextTurn(this.#clock.now()));
  }

  #nextTurn(now: number): void {
    this.#turnBegan = now;
    this.#endOfTurn(this.#serveDue);
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
    if (this.#underway) this.#nextTurn(now);
  }

  // A single long turn may be a hiccup of the machine or a garbage collection. A pause would only add to it.
  #pauseAfter(took: number): number {
    const load = Math.min(took, this.#lastTurnTook);
    this.#lastTurnTook = took;
    return load < PAUSE_MS.min ? 0 : Math.min(load, PAUSE_MS.max);
  }
}
