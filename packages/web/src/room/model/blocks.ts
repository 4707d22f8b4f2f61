// Entries in the order of their places, in blocks of bounded length: finding a place takes the logarithm of what is
// shown, and a change touches one block.

import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Carry, Content, Item } from './turns.ts';

/**
 * Where an entry stands. `log` counts the logs this page has seen, because numbers begin anew in another one. A notice
 * stands behind the message of its number, and `made` decides last.
 */
export type Place = {
  readonly log: number;
  readonly seq: number;
  readonly kind: 'message' | 'notice';
  readonly made: number;
};

export type Entry = { readonly place: Place; content: Content };

/** Items that are drawn together, and only when one of them changes. */
export type ShownBlock = { readonly key: number; readonly items: ReadonlySignal<readonly Item[]> };

export type Block = ShownBlock & {
  readonly items: Signal<readonly Item[]>;
  readonly entries: Entry[];
  after: Carry;
};

/** A last block this long takes no more entries: the next one begins another block. */
const BLOCK_LENGTH = 32;

const KINDS = { message: 0, notice: 1 } as const;

export function comparePlaces(a: Place, b: Place): number {
  return a.log - b.log || a.seq - b.seq || KINDS[a.kind] - KINDS[b.kind] || a.made - b.made;
}

export class Blocks {
  readonly list: Block[] = [];
  /** Rises when blocks come or go. */
  version = 0;

  /** Returns the entry's block. Between two blocks it goes into `near`, if that is one of them. */
  insert(entry: Entry, near?: Block): Block {
    const index = this.indexOf(entry.place);
    const block = this.list[index];
    if (block === undefined) return this.add(0, [entry]);
    const position = positionIn(block, entry.place);
    const next = this.list[index + 1];
    if (position < block.entries.length || near === block) return put(block, position, entry);
    if (near !== undefined && near === next) return put(near, 0, entry);
    if (next === undefined && position >= BLOCK_LENGTH) return this.add(index + 1, [entry]);
    return put(block, position, entry);
  }

  /** Returns the block whose items change: the one it was in, or the next if that one is gone. */
  remove({ place }: Entry): Block | undefined {
    const index = this.indexOf(place);
    const block = this.list[index];
    block?.entries.splice(positionIn(block, place), 1);
    if (block?.entries.length === 0) this.#drop(index);
    return this.list[index];
  }

  /** Of the last block that begins at this place or before it; 0 if none does. */
  indexOf(place: Place): number {
    let low = 0;
    let high = this.list.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const first = this.list[middle]?.entries[0];
      if (first !== undefined && comparePlaces(first.place, place) <= 0) low = middle;
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

function put(block: Block, position: number, entry: Entry): Block {
  block.entries.splice(position, 0, entry);
  return block;
}

/** Of the first entry that is not before this place. */
function positionIn({ entries }: Block, place: Place): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = entries[middle];
    if (entry !== undefined && comparePlaces(entry.place, place) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
