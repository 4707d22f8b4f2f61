// Bytes of large transfers, so many in each turn of the event loop: messages that have arrived meanwhile come in between.

import type { EndOfTurn } from './clock.ts';

/** About a tenth of a millisecond's work, and what one read from a socket brings at most. */
export const TURN_BYTES = 64 * 1024;

type Step = { readonly bytes: number; readonly begin: () => void };

export class TurnBudget {
  readonly #endOfTurn: EndOfTurn;
  readonly #waiting: Step[] = [];

  constructor(endOfTurn: EndOfTurn = setImmediate) {
    this.#endOfTurn = endOfTurn;
  }

  /** Resolves when it's the turn of these bytes, in order of asking. More than `TURN_BYTES` have a turn to themselves. */
  take(bytes: number): Promise<void> {
    return new Promise((begin) => {
      this.#waiting.push({ bytes, begin });
      if (this.#waiting.length === 1) this.#nextTurn();
    });
  }

  #nextTurn(): void {
    this.#endOfTurn(() => this.#serve());
  }

  #serve(): void {
    let served = 0;
    let bytes = 0;
    for (const step of this.#waiting) {
      bytes += step.bytes;
      if (served > 0 && bytes > TURN_BYTES) break;
      served++;
      step.begin();
    }
    this.#waiting.splice(0, served);
    if (this.#waiting.length > 0) this.#nextTurn();
  }
}
