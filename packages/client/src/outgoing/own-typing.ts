// Shows the others that we are typing, as seldom as keeps it shown (TYPING-2).

import { encodeClientSealed } from '@mayfly/protocol';
import type { Clock } from '../clock.ts';

export type OwnTypingDeps = {
  readonly clock: Pick<Clock, 'now'>;
  /** Someone is here to see it, and not too many. */
  mayTell(): boolean;
  seal(slot: Uint8Array, isTyping: boolean): Uint8Array;
  send(frame: Uint8Array): void;
};

/** Others show it for `TYPING_SHOWN_MS`, so it is repeated in half that time. */
export const TYPING_EVERY_MS = 3_000;

export class OwnTyping {
  readonly #deps: OwnTypingDeps;
  // Set while in a room whose server relays it.
  #slot: Uint8Array | undefined;
  #saidAt = -Infinity;
  #isTyping = false;

  constructor(deps: OwnTypingDeps) {
    this.#deps = deps;
  }

  /** We are in the room. */
  enter(slot: Uint8Array): void {
    this.#slot = slot;
  }

  /** The connection is gone. */
  suspend(): void {
    this.#slot = undefined;
    this.#isTyping = false;
  }

  set(isTyping: boolean): void {
    const now = this.#deps.clock.now();
    const isDue = Math.abs(now - this.#saidAt) >= TYPING_EVERY_MS;
    if (isTyping ? !isDue : !this.#isTyping) return;
    if (this.#slot === undefined || !this.#deps.mayTell()) return;
    if (isTyping) this.#saidAt = now;
    this.#isTyping = isTyping;
    this.#deps.send(encodeClientSealed({ type: 'ephemeral', sealed: this.#deps.seal(this.#slot, isTyping) }));
  }

  /** Our message shows that we have stopped. */
  sent(): void {
    this.#isTyping = false;
  }
}
