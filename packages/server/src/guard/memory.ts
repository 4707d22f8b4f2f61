// How much memory this process needs. The resident set alone says how much it once needed: freed pages stay with the allocator,
// are used again, and rarely go back to the system. So it counts where it grows, and what V8 has freed since is subtracted.

import { MEMORY_SHARE } from './limits.ts';

export type MemoryReadings = {
  /** The resident set, in bytes. */
  readonly residentBytes: () => number;
  readonly heap: () => HeapFigures;
  readonly collectGarbage: () => void;
  readonly now: () => number;
};

/** V8's own words, in bytes. */
type HeapFigures = {
  readonly used_heap_size: number;
  readonly heap_size_limit: number;
  /** Buffers, which live outside the heap. */
  readonly external_memory: number;
};

/** Garbage is collected at most this often, and for at most a hundredth of the time. */
export const COLLECT_EVERY_MS = 3_000;
const COLLECTING_SHARE = 0.01;

export class MemoryGauge {
  readonly #readings: MemoryReadings;
  readonly #limit: number;
  /** The largest resident set so far. */
  #peak = 0;
  /** Needed beside what V8 tells of: code, stacks, sockets, gaps between allocations. */
  #beside = 0;
  #share = 0;
  #mayCollectAt = -Infinity;

  /** `limit`: the bytes that the process may have. */
  constructor(readings: MemoryReadings, limit: number) {
    this.#readings = readings;
    this.#limit = limit;
  }

  /** What is needed of what there is, 0 to 1. Before a high share is believed, garbage is collected. */
  read(): number {
    const share = this.#readShare();
    if (share < MEMORY_SHARE.noRooms || !this.#collect()) this.#share = share;
    return this.#share;
  }

  #readShare(): number {
    const { used_heap_size, heap_size_limit, external_memory } = this.#readings.heap();
    const used = used_heap_size + external_memory;
    const resident = this.#readings.residentBytes();
    this.#noteGrowth(resident, used);
    const needed = Math.min(resident, used + this.#beside);
    // V8 ends the process at a limit of its own, which may come first.
    return Math.max(needed / this.#limit, used_heap_size / heap_size_limit);
  }

  // The part of it that is not V8's.
  #noteGrowth(resident: number, used: number): void {
    const growth = Math.max(0, resident - this.#peak);
    this.#peak += growth;
    this.#beside += Math.min(growth, Math.max(0, resident - used - this.#beside));
  }

  // Buffers are given back a moment later, so the next reading shows what it was good for.
  #collect(): boolean {
    const began = this.#readings.now();
    if (began < this.#mayCollectAt) return false;
    this.#readings.collectGarbage();
    const ended = this.#readings.now();
    this.#mayCollectAt = ended + Math.max(COLLECT_EVERY_MS, (ended - began) / COLLECTING_SHARE);
    return true;
  }
}

/** Bytes. A control group that bounds nothing says 0, undefined or far too much. */
export function memoryLimit(constrained: number | undefined, total: number): number {
  return constrained === undefined || constrained === 0 ? total : Math.min(constrained, total);
}
