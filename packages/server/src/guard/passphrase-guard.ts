// How often people with a room's link may be wrong about its passphrase (rule LIMIT-12). Members aren't asked for it.

import type { RoomId } from '@mayfly/protocol';
import { Bucket } from './bucket.ts';
import type { Slowed } from './connection-budget.ts';
import type { Limits } from './limits.ts';

/** The passphrases that one address tries. */
export type PassphraseBudget = {
  /** Undefined: this address may try one in this room. Asked for right ones too, so a refusal says nothing about it. */
  readonly mayTry: (room: RoomId) => Slowed | undefined;
  readonly wrong: (room: RoomId) => void;
};

type Tries = readonly [minute: Bucket, hour: Bucket];
type RoomTries = { readonly all: Tries; readonly byAddress: WeakMap<object, Tries> };

export class PassphraseGuard {
  readonly #limits: Limits['passphrases'];
  readonly #now: () => number;
  readonly #rooms = new Map<RoomId, RoomTries>();

  constructor(limits: Limits['passphrases'], now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** `address`: the record of one. */
  budgetFor(address: object): PassphraseBudget {
    return {
      mayTry: (room) => this.#mayTry(room, address),
      wrong: (room) => this.#wrong(room, address),
    };
  }

  /** Rooms in which someone was wrong of late. */
  get size(): number {
    return this.#rooms.size;
  }

  /** Drops what no longer matters. */
  forget(): void {
    const now = this.#now();
    for (const [room, { all }] of this.#rooms)
      if (all.every((bucket) => bucket.isFull(now))) this.#rooms.delete(room);
  }

  #mayTry(room: RoomId, address: object): Slowed | undefined {
    const known = this.#rooms.get(room);
    if (known === undefined) return undefined;
    const buckets = [...known.all, ...(known.byAddress.get(address) ?? [])];
    const retryAfterMs = Math.max(...buckets.map((bucket) => bucket.waitFor(1, this.#now())));
    return retryAfterMs > 0 ? { code: 'rate', retryAfterMs } : undefined;
  }

  #wrong(room: RoomId, address: object): void {
    const { room: ofRoom, address: ofAddress } = this.#limits;
    const tries = this.#rooms.get(room) ?? { all: newTries(ofRoom), byAddress: new WeakMap() };
    const own = tries.byAddress.get(address) ?? newTries(ofAddress);
    this.#rooms.set(room, tries);
    tries.byAddress.set(address, own);
    for (const bucket of [...tries.all, ...own]) bucket.take(1, this.#now());
  }
}

function newTries({ minute, hour }: Limits['passphrases']['room']): Tries {
  return [new Bucket(minute), new Bucket(hour)];
}
