// Slices that wait for their charter: of one charter at a time, and for a while only (rule ROTATE-3).

import { STAGED_MS, type Slice, equalBytes, toHex } from '@mayfly/protocol';
import type { Clock } from '../../net/clock.ts';
import type { SlicesBySlot } from '../room-store.ts';

type Waiting = {
  readonly tag: Uint8Array;
  readonly slices: Map<string, Uint8Array>;
  until: number;
  timer: Disposable;
};

export class StagedSlices implements Disposable {
  readonly #clock: Clock;
  #waiting: Waiting | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many there are for this charter. */
  add(tag: Uint8Array, slices: readonly Slice[]): number {
    const waiting = this.#find(tag) ?? this.#begin(tag);
    for (const { slot, sealed } of slices) waiting.slices.set(toHex(slot), Uint8Array.from(sealed));
    this.#keep(waiting);
    return waiting.slices.size;
  }

  /** Undefined if none are staged for it. Those of others are forgotten. */
  take(tag: Uint8Array): SlicesBySlot | undefined {
    const slices = this.#find(tag)?.slices;
    if (slices !== undefined) this[Symbol.dispose]();
    return slices;
  }

  [Symbol.dispose](): void {
    this.#waiting?.timer[Symbol.dispose]();
    this.#waiting = undefined;
  }

  #find(tag: Uint8Array): Waiting | undefined {
    const waiting = this.#waiting;
    const isLate = waiting !== undefined && this.#clock.now() >= waiting.until;
    return waiting !== undefined && !isLate && equalBytes(waiting.tag, tag) ? waiting : undefined;
  }

  #begin(tag: Uint8Array): Waiting {
    this[Symbol.dispose]();
    const waiting = { tag: Uint8Array.from(tag), slices: new Map(), until: 0, timer: this.#timer() };
    this.#waiting = waiting;
    return waiting;
  }

  #keep(waiting: Waiting): void {
    waiting.timer[Symbol.dispose]();
    waiting.timer = this.#timer();
    waiting.until = this.#clock.now() + STAGED_MS;
  }

  #timer(): Disposable {
    return this.#clock.after(STAGED_MS, () => this[Symbol.dispose]());
  }
}
