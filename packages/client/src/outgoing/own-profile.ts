// Our own profile: published for a new name or a new member record, and again until the server echoes it. As with messages,
// the echo is the acknowledgement.

import { encodeClientSealed, equalBytes } from '@mayfly/protocol';
import type { Clock } from '../clock.ts';

export type OwnProfileDeps = {
  readonly clock: Clock;
  /** With our newest name, for this slot. */
  seal(slot: Uint8Array): Uint8Array;
  send(frame: Uint8Array): void;
};

/** Never sooner, whatever the server says: it accepts six a minute in the long run (LIMIT-5). */
export const PROFILE_PAUSE_MIN_MS = 5_000;

export class OwnProfile {
  readonly #deps: OwnProfileDeps;
  // Set while in the room.
  #slot: Uint8Array | undefined;
  #unechoed: Uint8Array | undefined;
  // The newest one was echoed.
  #known = false;
  // Set while the server would refuse one.
  #pause: Disposable | undefined;

  constructor(deps: OwnProfileDeps) {
    this.#deps = deps;
  }

  /**
   * We are in the room. `sameMember`: with the member record we had before. The server keeps a profile as long as its member
   * record; what was sent on a lost wire may not have arrived.
   */
  enter(slot: Uint8Array, sameMember: boolean): void {
    this.#slot = slot;
    if (!sameMember || !this.#known) this.#publish(slot);
  }

  /** Our name changed. */
  renew(): void {
    this.#known = false;
    if (this.#slot !== undefined) this.#publish(this.#slot);
  }

  /** The connection is gone. */
  suspend(): void {
    this.#slot = undefined;
    this.#pause?.[Symbol.dispose]();
  }

  /** A profile arrived; it may be ours. */
  received(sealed: Uint8Array): void {
    if (this.#unechoed === undefined || !equalBytes(sealed, this.#unechoed)) return;
    this.#unechoed = undefined;
    this.#known = true;
  }

  // Only a profile without an echo can be what was refused.
  refused(retryAfterMs: number): void {
    this.#pause?.[Symbol.dispose]();
    this.#pause = this.#deps.clock.after(Math.max(retryAfterMs, PROFILE_PAUSE_MIN_MS), () => {
      if (this.#slot !== undefined && !this.#known) this.#publish(this.#slot);
    });
  }

  #publish(slot: Uint8Array): void {
    this.#pause?.[Symbol.dispose]();
    this.#unechoed = this.#deps.seal(slot);
    this.#known = false;
    this.#deps.send(encodeClientSealed({ type: 'profile', sealed: this.#unechoed }));
  }
}
