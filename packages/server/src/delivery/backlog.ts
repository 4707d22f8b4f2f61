// Recent frames of a room, encoded once. Readers hold only an index.

import type { SlicesBySlot } from '../store/room-store.ts';

/** What a reader must know about a frame: events follow each other without a gap, presence must be newer. */
type Marker =
  | { readonly type: 'event'; readonly seq: number }
  | { readonly type: 'presence'; readonly version: number };

export type Entry = {
  readonly framed: Uint8Array;
  readonly marker?: Marker;
  /** Goes out before it, to each reader their own. Whoever has none must go. */
  readonly slices?: SlicesBySlot;
};

/** Consecutive entries in one buffer; readers at the same index share it. An entry with slices is a batch of its own. */
export type Batch = {
  readonly framed: Uint8Array;
  readonly entries: readonly Entry[];
  /** The index of the first entry. */
  readonly start: number;
  /** The index after the last entry. */
  readonly end: number;
  /** Seqs of the first and last event; 0 without one. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Versions of the first and last presence; 0 without one. */
  readonly firstVersion: number;
  readonly lastVersion: number;
  readonly slices?: SlicesBySlot;
};

/** One write adds at most this much to a socket's unsent bytes. */
export const BATCH_BYTES_MAX = 32 * 1024;

/** What a backlog keeps for slow readers. A reader further behind has to resume. */
export const BACKLOG_MAX = { entries: 1_000, bytes: 1024 * 1024 } as const;

export class Backlog {
  readonly #entries: Entry[] = [];
  /** The batch asked for first, which is the only one unless readers are at different places. */
  #first: Batch | undefined;
  #others: Map<number, Batch> | undefined;
  #start = 0;
  #bytes = 0;

  /** The index of the oldest entry kept. */
  get start(): number {
    return this.#start;
  }

  /** The index of the next entry to come. */
  get end(): number {
    return this.#start + this.#entries.length;
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += entry.framed.length;
    this.#forgetBatches();
  }

  /** An event was erased: readers who don't have it yet get `framed` in its place. */
  replace(seq: number, framed: Uint8Array): void {
    const at = this.#entries.findIndex(({ marker }) => marker?.type === 'event' && marker.seq === seq);
    const before = this.#entries[at];
    if (before === undefined) return;
    this.#bytes += framed.length - before.framed.length;
    this.#entries[at] = { ...before, framed };
    this.#forgetBatches();
  }

  /** What follows from `index`, which is not before `start`; undefined at the end. */
  batchAt(index: number): Batch | undefined {
    if (index >= this.end) return undefined;
    if (this.#first?.start === index) return this.#first;
    const known = this.#others?.get(index);
    if (known !== undefined) return known;
    const batch = makeBatch(this.#entries, index - this.#start, index);
    if (this.#first === undefined) this.#first = batch;
    else (this.#others ??= new Map()).set(index, batch);
    return batch;
  }

  /** Drops the oldest entries beyond the limits. */
  trim(): void {
    while (this.#entries.length > BACKLOG_MAX.entries || this.#bytes > BACKLOG_MAX.bytes) {
      this.#bytes -= this.#entries.shift()?.framed.length ?? 0;
      this.#start += 1;
    }
  }

  clear(): void {
    this.#start = this.end;
    this.#entries.length = 0;
    this.#forgetBatches();
    this.#bytes = 0;
  }

  // A map that is cleared and kept would do harm: V8 keeps its old table, so one promoted batch would pin all later ones
  // until a full GC.
  #forgetBatches(): void {
    this.#first = undefined;
    this.#others = undefined;
  }
}

function makeBatch(all: readonly Entry[], from: number, index: number): Batch {
  const entries = all.slice(from, endOfBatch(all, from));
  let firstSeq = 0;
  let lastSeq = 0;
  let firstVersion = 0;
  let lastVersion = 0;
  for (const { marker } of entries) {
    if (marker?.type === 'event') {
      lastSeq = marker.seq;
      firstSeq ||= lastSeq;
    } else if (marker !== undefined) {
      lastVersion = marker.version;
      firstVersion ||= lastVersion;
    }
  }
  const end = index + entries.length;
  const framed = joinFramed(entries);
  const batch = { framed, entries, start: index, end, firstSeq, lastSeq, firstVersion, lastVersion };
  const slices = entries[0]?.slices;
  return slices === undefined ? batch : { ...batch, slices };
}

function endOfBatch(all: readonly Entry[], from: number): number {
  let bytes = 0;
  if (all[from]?.slices !== undefined) return from + 1;
  for (let at = from; at < all.length; at++) {
    if (all[at]?.slices !== undefined) return at;
    bytes += all[at]?.framed.length ?? 0;
    if (bytes > BATCH_BYTES_MAX) return Math.max(at, from + 1);
  }
  return all.length;
}

/** All entries in one buffer; a single entry is not copied. */
export function joinFramed(entries: readonly Entry[]): Uint8Array {
  const [only] = entries;
  if (only !== undefined && entries.length === 1) return only.framed;
  return Buffer.concat(entries.map(({ framed }) => framed));
}
