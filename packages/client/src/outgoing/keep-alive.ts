// Asks the server to keep the room, as often as it accepts that (LIFE-3).

import { KEEP_EVERY_MS } from '@mayfly/protocol';
import type { Clock } from '../clock.ts';

export class KeepAlive {
  readonly #clock: Clock;
  readonly #send: () => void;
  // Set while the server would refuse another one.
  #pause: Disposable | undefined;

  constructor(clock: Clock, send: () => void) {
    this.#clock = clock;
    this.#send = send;
  }

  ask(): void {
    if (this.#pause !== undefined) return;
    this.#pause = this.#clock.after(KEEP_EVERY_MS, () => {
      this.#pause = undefined;
    });
    this.#send();
  }

  /** The next connection has its own limit. */
  reset(): void {
    this.#pause?.[Symbol.dispose]();
    this.#pause = undefined;
  }
}
