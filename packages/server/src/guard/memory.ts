// How much memory this process needs. The resident set alone says how much it once needed: freed pages stay with the allocator,
// are used again, and rarely go back to the system. So it counts where it grows, and what V8 has freed since is subtracted.

import { MEMORY_SHARE } from './limits.ts';

export type MemoryReadings = {
  /** The resident set, in bytes. */
  readonly residentBytes: () => number;
  /** What V8 holds, with buffers, which live outside its heap. */
  readonly usedBytes: () => number;
  /** How full the heap is, 0 to 1: V8 ends the process at a limit of its own. */
  readonly heapShare: () => number;
  readonly collectGarbage: () => void;
  readonly now: () => number;
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
    const [used, resident] = [this.#readings.usedBytes(), this.#readings.residentBytes()];
    this.#noteGrowth(resident, used);
    const needed = Math.min(resident, used + this.#beside);
    return Math.max(needed / this.#limit, this.#readings.heapShare());
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

type HeapSpace = { readonly space_name: string; readonly space_used_size: number };

/**
 * How full V8's old generation is, 0 to 1. `limit` is that of the whole heap, in which the young generation has a large part
 * where the old one is small; what `--max-old-space-size` says is closer.
 */
export function oldSpaceShare(
  spaces: readonly HeapSpace[],
  limit: number,
  options: readonly string[],
): number {
  const old = spaces.filter(({ space_name }) => !space_name.startsWith('new_'));
  const used = old.reduce((sum, { space_used_size }) => sum + space_used_size, 0);
  return used / (chosenLimit(options) ?? limit);
}

// Node takes both spellings, and the last one counts.
function chosenLimit(options: readonly string[]): number | undefined {
  const chosen = options.flatMap((option) => /^--max[-_]old[-_]space[-_]size=(\d+)$/.exec(option)?.[1] ?? []);
  const megabytes = Number(chosen.at(-1) ?? 0);
  return megabytes > 0 ? megabytes * 2 ** 20 : undefined;
}
