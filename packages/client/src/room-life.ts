// When the room ends, as far as this page knows: while it is offline, the room may have been kept alive.

import type { Clock } from './clock.ts';
import type { LastSeen } from './room-end.ts';

/** How far the server's clock may be ahead of ours when the room's time is up. */
const CLOCK_SLACK_MS = 10_000;

export class RoomLife {
  readonly #clock: Clock;
  readonly #notify: (expiresInMs: number) => void;
  #lifeMs = 0;
  // Undefined before the first welcome.
  #endsAt: number | undefined;

  constructor(clock: Clock, notify: (expiresInMs: number) => void) {
    this.#clock = clock;
    this.#notify = notify;
  }

  begin(lifeMs: number): void {
    this.#lifeMs = lifeMs;
  }

  expiresIn(ms: number): void {
    this.#endsAt = this.#clock.now() + ms;
    this.#notify(ms);
  }

  /** LIFE-2: a message arrived. */
  restart(): void {
    this.expiresIn(this.#lifeMs);
  }

  get lastSeen(): LastSeen {
    return this.#lastSeen(0);
  }

  /** When the server says the room has ended: our clock started late by the time its last word took to arrive. */
  get lastSeenAtEnd(): LastSeen {
    return this.#lastSeen(Math.min(CLOCK_SLACK_MS, this.#lifeMs / 2));
  }

  #lastSeen(slackMs: number): LastSeen {
    if (this.#endsAt === undefined) return 'never';
    return this.#clock.now() + slackMs < this.#endsAt ? 'alive' : 'overdue';
  }
}
