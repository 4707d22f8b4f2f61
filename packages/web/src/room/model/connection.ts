// How the page is connected to the server, and what the banner says about it.

import type { Connection, PutOff } from '@mayfly/client';
import { computed, signal } from '@preact/signals';
import type { Now } from './now.ts';

export type BannerKind = 'offline' | 'reconnecting' | 'connecting' | PutOff;

/** A connection that is back sooner is not worth a word. */
const QUIET_MS = 1000;

export class RoomConnection {
  readonly #now: Now;
  readonly state = signal<Connection>({ state: 'connecting' });
  readonly #retryAt = signal(0);
  readonly #online = signal(true);
  readonly #wasLive = signal(false);
  readonly #notLiveSince = signal<number | undefined>(Date.now());

  constructor(now: Now) {
    this.#now = now;
  }

  readonly isLive = computed(() => this.state.value.state === 'live');

  readonly banner = computed((): BannerKind | undefined => {
    const since = this.#notLiveSince.value;
    const connection = this.state.value;
    if (since === undefined || connection.state === 'ended') return undefined;
    if (!this.#online.value) return 'offline';
    if (this.#now.ms - since < QUIET_MS) return undefined;
    if (connection.state === 'waiting' && connection.putOff !== undefined) return connection.putOff;
    return this.#wasLive.value ? 'reconnecting' : 'connecting';
  });

  /** Milliseconds until the next try. */
  readonly retryInMs = computed(() => this.#now.until(this.#retryAt.value));

  update(connection: Connection): void {
    this.state.value = connection;
    if (connection.state === 'waiting') this.#retryAt.value = Date.now() + connection.retryInMs;
    if (connection.state === 'live') {
      this.#wasLive.value = true;
      this.#notLiveSince.value = undefined;
    } else {
      this.#notLiveSince.value ??= this.#now.refresh();
    }
  }

  setOnline(online: boolean): void {
    this.#online.value = online;
  }
}
