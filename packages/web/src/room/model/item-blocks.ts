// Blocks of entries, and the items they become. A change renews the items of its block, and of the blocks after it only
// as far as they begin in another way.

import { type ReadonlySignal, batch, signal } from '@preact/signals';
import {
  type Block,
  Blocks,
  type Entry,
  type Position,
  type ShownBlock,
  comparePositions,
} from './blocks.ts';
import { type Carry, type Item, carriesSame, fold, keepUnchanged } from './turns.ts';

/** Late entries may make a block this long before it is split. */
export const BLOCK_LENGTH_MAX = 128;

export class ItemBlocks {
  readonly #blocks = new Blocks();
  readonly #shown = signal<readonly ShownBlock[]>([]);
  readonly #changed = new Set<Block>();
  #start = 0;
  #version = 0;

  get shown(): ReadonlySignal<readonly ShownBlock[]> {
    return this.#shown;
  }

  /** `near`: an entry whose block is preferred, so what is drawn there stays. */
  insert(entry: Entry, near?: Entry): void {
    const block = near && this.#blockOf(near.position);
    this.#changed.add(this.#blocks.insert(entry, block));
  }

  remove(entry: Entry): void {
    const block = this.#blocks.remove(entry);
    if (block !== undefined) this.#changed.add(block);
  }

  /** The content of the entry is another one, or what is drawn before it. */
  touch(entry: Entry): void {
    const block = this.#blockOf(entry.position);
    if (block !== undefined) this.#changed.add(block);
  }

  find(matches: (entry: Entry) => boolean): Entry | undefined {
    return this.#blocks.find(matches);
  }

  /** Renews the items. `start`: the last day that needs no divider at the beginning. */
  update(start: number, firstUnread: string | undefined): void {
    const [first] = this.#blocks.list;
    if (first !== undefined && start !== this.#start) this.#changed.add(first);
    this.#start = start;
    batch(() => {
      for (const block of inOrder(this.#changed)) {
        if (this.#changed.has(block)) this.#renewFrom(block, firstUnread);
      }
      this.#changed.clear();
      this.#show();
    });
  }

  #show(): void {
    const { list, version } = this.#blocks;
    if (version === this.#version) return;
    this.#version = version;
    this.#shown.value = [...list];
  }

  #blockOf(position: Position): Block | undefined {
    return this.#blocks.list[this.#blocks.indexOf(position)];
  }

  #renewFrom(block: Block, firstUnread: string | undefined): void {
    const [first] = block.entries;
    let index = first && this.#blocks.indexOf(first.position);
    while (index !== undefined) index = this.#renew(index, firstUnread);
  }

  /** Returns the index of the block to renew next. */
  #renew(index: number, firstUnread: string | undefined): number | undefined {
    const { list } = this.#blocks;
    const [before, block] = [list[index - 1], list[index]];
    if (block === undefined) return undefined;
    this.#changed.delete(block);
    const contents = block.entries.map(({ content }) => content);
    const { items, after, joins } = fold(contents, before?.after ?? this.#beginning(), firstUnread);
    if (joins > 0 && before !== undefined) {
      this.#blocks.join(index, joins);
      return index - 1;
    }
    const cut = block.entries.length > BLOCK_LENGTH_MAX ? middleCut(items, block.entries.length) : undefined;
    if (cut !== undefined) {
      this.#blocks.split(index, cut);
      return index;
    }
    block.items.value = keepUnchanged(block.items.peek(), items);
    if (carriesSame(block.after, after)) return undefined;
    block.after = after;
    return index + 1;
  }

  #beginning(): Carry {
    return { day: this.#start, open: undefined };
  }
}

function inOrder(blocks: Iterable<Block>): readonly Block[] {
  const placed = Array.from(blocks).flatMap((block) => {
    const [first] = block.entries;
    return first === undefined ? [] : [{ block, position: first.position }];
  });
  return placed.sort((a, b) => comparePositions(a.position, b.position)).map(({ block }) => block);
}

/** How many entries come before the item nearest to the middle; no turn is cut in two. */
function middleCut(items: readonly Item[], length: number): number | undefined {
  let best: number | undefined;
  let count = 0;
  for (const item of items) {
    const fromMiddle = Math.abs(count - length / 2);
    if (count > 0 && (best === undefined || fromMiddle < Math.abs(best - length / 2))) best = count;
    count += entriesOf(item);
  }
  return best;
}

function entriesOf(item: Item): number {
  if (item.type === 'turn') return item.bubbles.length;
  return item.type === 'notice' || item.type === 'talk' || item.type === 'unsent' ? 1 : 0;
}
