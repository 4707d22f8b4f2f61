// How much memory this process needs. The resident set alone shows its peak: the allocator keeps freed pages for reuse and rarely
// returns them. So growth of the resident set counts, minus what V8 has freed since.

import { MEMORY_SHARE } from './limits.ts';

export type MemoryReadings = {
  /** The resident set, in bytes. */
  readonly residentBytes: () => number;
  /** V8's heap, and buffers, which live outside it. */
  readonly usedBytes: () => number;
  /** How full the heap is, 0 to 1. V8 has a limit of its own and crashes the process there. */
  readonly heapShare: () => number;
  readonly collectGarbage: () => void;
  readonly now: () => number;
};

/** Garbage is collected at most this often, and at most 1% of the time. */
export const COLLECT_EVERY_MS = 3_000;
const COLLECTING_SHARE = 0.01;

export class MemoryGauge {
  readonly #readings: MemoryReadings;
  readonly #limit: number;
  /** The largest resident set so far. */
  #peak = 0;
  /** Memory outside V8's count: code, stacks, sockets, fragmentation. */
  #beside = 0;
  #share = 0;
  #mayCollectAt = -Infinity;

  /** `limit`: the bytes the process may use. */
  constructor(readings: MemoryReadings, limit: number) {
    this.#readings = readings;
    this.#limit = limit;
  }

  /** The share of the limit in use, 0 to 1. Collects garbage before it reports a high share. */
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

  // The part that is not V8's.
  #noteGrowth(resident: number, used: number): void {
    const growth = Math.max(0, resident - this.#peak);
    this.#peak += growth;
    this.#beside += Math.min(growth, Math.max(0, resident - used - this.#beside));
  }

  // Buffers are freed a moment later, so the effect shows in the next reading.
  #collect(): boolean {
    const began = this.#readings.now();
    if (began < this.#mayCollectAt) return false;
    this.#readings.collectGarbage();
    const ended = this.#readings.now();
    this.#mayCollectAt = ended + Math.max(COLLECT_EVERY_MS, (ended - began) / COLLECTING_SHARE);
    return true;
  }
}

/** Bytes. A control group without a limit reports 0, undefined or far too much. */
export function memoryLimit(constrained: number | undefined, total: number): number {
  return constrained === undefined || constrained === 0 ? total : Math.min(constrained, total);
}

type HeapSpace = { readonly space_name: string; readonly space_used_size: number };

/**
 * How full V8's old generation is, 0 to 1. `limit` covers the whole heap, and in small heaps the young generation is a large part
 * of it, so `--max-old-space-size` is used if given.
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

// Node accepts both spellings; the last one wins.
function chosenLimit(options: readonly string[]): number | undefined {
  const chosen = options.flatMap((option) => /^--max[-_]old[-_]space[-_]size=(\d+)$/.exec(option)?.[1] ?? []);
  const megabytes = Number(chosen.at(-1) ?? 0);
  return megabytes > 0 ? megabytes * 2 ** 20 : undefined;
}
