// Our own profile: published at a new name and at a welcome to somebody new, and again until it is heard back.
// As with messages, hearing one's own is the acknowledgement. When the wire is up is the room's to say.

import { encodeClientSealed, equalBytes } from '@mayfly/protocol';
import type { Clock } from '../clock.ts';

export type ProfileWorld = {
  readonly clock: Clock;
  /** By our newest name, for the slot we have. */
  seal(slot: Uint8Array): Uint8Array;
  send(frame: Uint8Array): void;
};

/** However soon the server wants the next one: six a minute is what it takes for long (LIMIT-5). */
export const PROFILE_PAUSE_MIN_MS = 5_000;

export class OwnProfile {
  readonly #world: ProfileWorld;
  // Only while in.
  #slot: Uint8Array | undefined;
  #unheard: Uint8Array | undefined;
  // The newest one was heard back.
  #known = false;
  // Set while the server wants none.
  #pause: Disposable | undefined;

  constructor(world: ProfileWorld) {
    this.#world = world;
  }

  /**
   * We are in. `sameMember`: as the member we were before. The server keeps a profile as long as the member record it
   * came from; what was on a lost wire never reached it.
   */
  enter(slot: Uint8Array, sameMember: boolean): void {
    this.#slot = slot;
    if (!sameMember || !this.#known) this.#publish(slot);
  }

  /** What it says has changed. */
  renew(): void {
    this.#known = false;
    if (this.#slot !== undefined) this.#publish(this.#slot);
  }

  /** The connection is gone. */
  suspend(): void {
    this.#slot = undefined;
    this.#pause?.[Symbol.dispose]();
  }

  /** Somebody's profile came; it may be ours. */
  heard(sealed: Uint8Array): void {
    if (this.#unheard === undefined || !equalBytes(sealed, this.#unheard)) return;
    this.#unheard = undefined;
    this.#known = true;
  }

  // Only one that was not heard back can be what was refused.
  refused(retryAfterMs: number): void {
    this.#pause?.[Symbol.dispose]();
    this.#pause = this.#world.clock.after(Math.max(retryAfterMs, PROFILE_PAUSE_MIN_MS), () => {
      if (this.#slot !== undefined && !this.#known) this.#publish(this.#slot);
    });
  }

  #publish(slot: Uint8Array): void {
    this.#pause?.[Symbol.dispose]();
    this.#unheard = this.#world.seal(slot);
    this.#known = false;
    this.#world.send(encodeClientSealed({ type: 'profile', sealed: this.#unheard }));
  }
}
