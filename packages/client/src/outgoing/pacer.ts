// Reactions and votes, at most one a second (EFFECT-7): quick changes of mind send the last one only.

import { equalBytes } from '@mayfly/protocol';
import type { Clock } from '../clock.ts';
import type { Draft } from './sealer.ts';

export const PACE_MS = 1_000;

export class Pacer {
  readonly #clock: Clock;
  readonly #send: (draft: Draft) => void;
  #waiting: readonly Draft[] = [];
  // Set while another one would come too early.
  #pause: Disposable | undefined;

  constructor(clock: Clock, send: (draft: Draft) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  add(draft: Draft): void {
    this.#waiting = [...this.#waiting.filter((other) => !isSame(other, draft)), draft];
    if (this.#pause === undefined) this.#sendNext();
  }

  /** Sends what waits, before the page goes. */
  flush(): void {
    for (const draft of this.#waiting) this.#send(draft);
    this.stop();
  }

  stop(): void {
    this.#waiting = [];
    this.#pause?.[Symbol.dispose]();
    this.#pause = undefined;
  }

  #sendNext(): void {
    const [next, ...others] = this.#waiting;
    this.#pause = next && this.#clock.after(PACE_MS, () => this.#sendNext());
    this.#waiting = others;
    if (next !== undefined) this.#send(next);
  }
}

// Closing a poll doesn't replace a vote in it.
function isSame(a: Draft, b: Draft): boolean {
  const isAbout = a.ref !== undefined && b.ref !== undefined && equalBytes(a.ref, b.ref);
  return isAbout && a.ctype === b.ctype && (a.body === 'x') === (b.body === 'x');
}
