// The server's public facts about a room for someone who opened its link and has not joined, kept up to date.

import { background } from '../../background.ts';
import type { LookAnswer, RoomSight } from '@mayfly/client';

/** What the invitation shows; undefined if nothing is known. */
export type LobbySight = Omit<RoomSight, 'outcome'>;

const TICK_MS = 10_000;
/** A page that was out of sight this long looks again. */
const STALE_MS = 30_000;

export type LobbyDeps = {
  readonly look: (until: AbortSignal) => Promise<LookAnswer>;
  readonly show: (sight: LobbySight | undefined) => void;
  /** The server has no room for this link. */
  readonly denied: () => void;
};

export class Lobby implements Disposable {
  readonly #deps: LobbyDeps;
  readonly #stop = new AbortController();
  #sight: LobbySight | undefined;
  #lookedAt = 0;
  #endsAt = Infinity;

  constructor(deps: LobbyDeps) {
    this.#deps = deps;
    const timer = setInterval(() => this.#tick(), TICK_MS);
    this.#stop.signal.addEventListener('abort', () => clearInterval(timer));
    document.addEventListener('visibilitychange', () => this.#returned(), { signal: this.#stop.signal });
    background(this.#look());
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }

  async #look(): Promise<void> {
    this.#lookedAt = Date.now();
    const answer = await this.#deps.look(this.#stop.signal);
    if (this.#stop.signal.aborted) return;
    if (answer.outcome === 'denied') return this.#deps.denied();
    this.#endsAt = answer.outcome === 'room' ? Date.now() + answer.expiresInMs : Infinity;
    this.#show(answer.outcome === 'room' ? answer : undefined);
  }

  #show(sight: LobbySight | undefined): void {
    this.#sight = sight;
    this.#deps.show(sight);
  }

  // Someone may have written since the last look, so only the server knows whether the time is up.
  #tick(): void {
    if (this.#sight === undefined) return;
    const expiresInMs = this.#endsAt - Date.now();
    if (expiresInMs > 0) this.#show({ ...this.#sight, expiresInMs });
    else background(this.#look());
  }

  #returned(): void {
    const isStale = Date.now() - this.#lookedAt > STALE_MS;
    if (document.visibilityState === 'visible' && isStale) background(this.#look());
  }
}
