// How many rooms there are, and which of them nobody has used: counted over all partitions when that is worth it, and
// this node's own added in between.

import type { RoomId } from '@mayfly/protocol';
import type { Clock } from '../../net/clock.ts';
import { SOON_MS } from '../room-store.ts';

/** A count costs Redis as much as hundreds of messages. Below this share of the bound an old one is good enough. */
const EASY_SHARE = 0.9;
const COUNT_EVERY_MS = { easy: 10_000, tight: 1_000 } as const;

/** A room that nobody uses, and for how long that has been so. */
export type Unused = { readonly room: RoomId; readonly forMs: number };

/** What one partition answers. */
export type Partition = {
  readonly rooms: number;
  /** Until the first of them is over, unless something happens there. */
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
  /** Of each partition its longest unused, in that order. */
  #unused: readonly Candidate[] = [];
  /** Places given away since. */
  #given = 0;
  /** Since the last count, which may not know of every unused room, or of every place. */
  #hasChanged = false;
  #hasEnded = false;
  #counting: Promise<void> | undefined;

  constructor(clock: Clock, max: number, count: () => Promise<readonly Partition[]>) {
    this.#clock = clock;
    this.#max = max;
    this.#count = count;
  }

  /** Whether one more room may be made; its place is taken then, so that those who ask together do not pass the bound. */
  async hasPlace(): Promise<boolean> {
    if (this.#isOld() || (this.#hasEnded && this.#rooms >= this.#max)) await this.#countOnce();
    if (this.#rooms >= this.#max) return false;
    this.#given++;
    this.#hasChanged = true;
    return true;
  }

  /** The longest unused room that nobody was given yet. */
  async nextUnused(): Promise<RoomId | undefined> {
    if (this.#unused.length === 0 && this.#hasChanged) await this.#countOnce();
    const [next, ...others] = this.#unused;
    if (next === undefined) return undefined;
    this.#unused = others;
    this.#hasChanged = true;
    return next.room;
  }

  /** Somebody has left a room, which may be unused now. */
  left(): void {
    this.#hasChanged = true;
  }

  /** A room is over, and its place is free. */
  ended(): void {
    this.#hasEnded = true;
  }

  /** Now the longest unused of its partition. */
  found(unused: Unused | undefined): void {
    if (unused === undefined) return;
    this.#unused = [...this.#unused, this.#candidate(unused)].toSorted(bySince);
  }

  /** When a place may be free, by what is known. */
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

  // Nobody is given a place meanwhile, and rooms that were on their way are in the count: calls keep their order.
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
