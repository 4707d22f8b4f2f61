// How many rooms there are, and which are unused. Counts all partitions now and then, and adds this node's own rooms in
// between.

import type { RoomId } from '@mayfly/protocol';
import type { Clock } from '../../net/clock.ts';
import { SOON_MS } from '../room-store.ts';

/** A count costs Redis as much as hundreds of messages, so below this share of the bound an older one will do. */
const EASY_SHARE = 0.9;
const COUNT_EVERY_MS = { easy: 10_000, tight: 1_000 } as const;

/** An unused room, and for how long. */
export type Unused = { readonly room: RoomId; readonly forMs: number };

/** One partition's answer. */
export type Partition = {
  readonly rooms: number;
  /** When the first of them ends, unless it is used. */
  readonly freeInMs: number | undefined;
  /** The longest unused. */
  readonly unused: Unused | undefined;
};

type Candidate = { readonly room: RoomId; readonly since: number };

export class RoomCap {
  readonly #clock: Clock;
  readonly #max: number;
  readonly #count: () => Promise<readonly Partition[]>;
  #counted = { rooms: 0, at: -Infinity, freeAt: Infinity };
  /** Each partition's longest unused room, the longest first. */
  #unused: readonly Candidate[] = [];
  /** Rooms admitted since the count. */
  #given = 0;
  /** Something changed since the count, so it may miss unused rooms or free capacity. */
  #hasChanged = false;
  #hasEnded = false;
  #counting: Promise<void> | undefined;

  constructor(clock: Clock, max: number, count: () => Promise<readonly Partition[]>) {
    this.#clock = clock;
    this.#max = max;
    this.#count = count;
  }

  /** Whether one more room may be made. Counts it at once, so concurrent callers can't exceed the bound. */
  async hasCapacity(): Promise<boolean> {
    if (this.#isOld() || (this.#hasEnded && this.#rooms >= this.#max)) await this.#countOnce();
    if (this.#rooms >= this.#max) return false;
    this.#given++;
    this.#hasChanged = true;
    return true;
  }

  /** The longest unused room, each only once. */
  async nextUnused(): Promise<RoomId | undefined> {
    if (this.#unused.length === 0 && this.#hasChanged) await this.#countOnce();
    const [next, ...others] = this.#unused;
    if (next === undefined) return undefined;
    this.#unused = others;
    this.#hasChanged = true;
    return next.room;
  }

  /** A member has left a room, which may be unused now. */
  left(): void {
    this.#hasChanged = true;
  }

  /** A room is over. */
  ended(): void {
    this.#hasEnded = true;
  }

  /** This is now the longest unused room of its partition. */
  found(unused: Unused | undefined): void {
    if (unused === undefined) return;
    this.#unused = [...this.#unused, this.#candidate(unused)].toSorted(bySince);
  }

  /** When capacity is expected, as far as this node knows. */
  get freeInMs(): number {
    return Math.max(SOON_MS, Math.ceil(this.#counted.freeAt - this.#clock.now()));
  }

  get #rooms(): number {
    return this.#counted.rooms + this.#given;
  }

  #isOld(): boolean {
    const isEasy = this.#rooms < this.#max * EASY_SHARE;
    return this.#clock.now() - this.#counted.at >= COUNT_EVERY_MS[isEasy ? 'easy' : 'tight'];
  }

  #countOnce(): Promise<void> {
    return (this.#counting ??= this.#countAnew());
  }

  // No room is admitted meanwhile, and the count includes rooms still being created, since calls keep their order.
  async #countAnew(): Promise<void> {
    try {
      const partitions = await this.#count();
      const at = this.#clock.now();
      const rooms = partitions.reduce((sum, partition) => sum + partition.rooms, 0);
      const freeInMs = partitions.reduce(
        (least, partition) => Math.min(least, partition.freeInMs ?? least),
        Infinity,
      );
      this.#counted = { rooms, at, freeAt: at + freeInMs };
      this.#unused = partitions
        .flatMap(({ unused }) => (unused ? [this.#candidate(unused)] : []))
        .toSorted(bySince);
      this.#given = 0;
      this.#hasChanged = false;
      this.#hasEnded = false;
    } finally {
      this.#counting = undefined;
    }
  }

  #candidate({ room, forMs }: Unused): Candidate {
    return { room, since: this.#clock.now() - forMs };
  }
}

function bySince(one: Candidate, other: Candidate): number {
  return one.since - other.since;
}
