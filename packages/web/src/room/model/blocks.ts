// A sorted sequence in blocks of bounded length: an entry is found by binary search, and a change touches one block.

import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Carry, Content, Item } from './turns.ts';

/**
 * Order in the timeline. `log` counts the logs this page has seen, because each one numbers its events from 1. A notice
 * comes after the message with its number; `made` breaks ties.
 */
export type Position = {
  readonly log: number;
  readonly seq: number;
  readonly kind: 'message' | 'notice';
  readonly made: number;
};

export type Entry = { readonly position: Position; content: Content };

/** Items that are drawn together, and only when one of them changes. */
export type ShownBlock = { readonly key: number; readonly items: ReadonlySignal<readonly Item[]> };

export type Block = ShownBlock & {
  readonly items: Signal<readonly Item[]>;
  readonly entries: Entry[];
  after: Carry;
};

/** A first or last block this long takes no more entries at its open end: the next one begins another block. */
export const BLOCK_LENGTH = 32;

const KINDS = { message: 0, notice: 1 } as const;

export function comparePositions(a: Position, b: Position): number {
  return a.log - b.log || a.seq - b.seq || KINDS[a.kind] - KINDS[b.kind] || a.made - b.made;
}

export class Blocks {
  readonly list: Block[] = [];
  /** Rises when blocks come or go. */
  version = 0;

  /** Returns the entry's block. Between two blocks it goes into `near`, if that is one of them. */
  insert(entry: Entry, near?: Block): Block {
    const index = this.indexOf(entry.position);
    const block = this.list[index];
    if (block === undefined) return this.add(0, [entry]);
    const at = indexIn(block, entry.position);
    const next = this.list[index + 1];
    if (at === 0 && near !== block && block.entries.length >= BLOCK_LENGTH) return this.add(0, [entry]);
    if (at < block.entries.length || near === block) return put(block, at, entry);
    if (near !== undefined && near === next) return put(near, 0, entry);
    if (next === undefined && at >= BLOCK_LENGTH) return this.add(index + 1, [entry]);
    return put(block, at, entry);
  }

  /** Returns the block whose items change: the one it was in, or the next if that one is gone. */
  remove({ position }: Entry): Block | undefined {
    const index = this.indexOf(position);
    const block = this.list[index];
    block?.entries.splice(indexIn(block, position), 1);
    if (block?.entries.length === 0) this.#drop(index);
    return this.list[index];
  }

  /** Index of the last block that begins at this position or before it; 0 if none does. */
  indexOf(position: Position): number {
    let low = 0;
    let high = this.list.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const first = this.list[middle]?.entries[0];
      if (first !== undefined && comparePositions(first.position, position) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  add(index: number, entries: Entry[]): Block {
    this.version += 1;
    const block = { key: this.version, items: signal<readonly Item[]>([]), entries, after: UNKNOWN };
    this.list.splice(index, 0, block);
    return block;
  }

  /** Moves entries from the start of a block to the end of the one before it. */
  join(index: number, count: number): void {
    const [before, block] = [this.list[index - 1], this.list[index]];
    if (before === undefined || block === undefined) return;
    before.entries.push(...block.entries.splice(0, count));
    before.after = UNKNOWN;
    if (block.entries.length === 0) this.#drop(index);
  }

  /** Moves entries from the end of a block to a new one after it. */
  split(index: number, count: number): void {
    const block = this.list[index];
    if (block === undefined) return;
    this.add(index + 1, block.entries.splice(count));
    block.after = UNKNOWN;
  }

  #drop(index: number): void {
    this.version += 1;
    this.list.splice(index, 1);
  }

  find(matches: (entry: Entry) => boolean): Entry | undefined {
    for (const { entries } of this.list) {
      const found = entries.find(matches);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** Equals no other. */
const UNKNOWN: Carry = { day: Number.NaN, open: undefined };

function put(block: Block, at: number, entry: Entry): Block {
  block.entries.splice(at, 0, entry);
  return block;
}

/** Index of the first entry that is not before this position. */
function indexIn({ entries }: Block, position: Position): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = entries[middle];
    if (entry !== undefined && comparePositions(entry.position, position) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
