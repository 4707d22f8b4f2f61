// The window over the blocks, and the list as it stands on the page. Only long rooms need it: loaded with the first
// blocks that are too many to draw.

import type { ReadonlySignal } from '@preact/signals';
import type { ShownBlock } from '../model/blocks.ts';
import type { Item } from '../model/turns.ts';
import { DrawnWindow, type Sight } from './drawn-window.ts';

export class ListWindow extends DrawnWindow {
  readonly #blocks: ReadonlySignal<readonly ShownBlock[]>;

  constructor(blocks: ReadonlySignal<readonly ShownBlock[]>) {
    super(blocks);
    this.#blocks = blocks;
  }

  /** After each scrolling, and each change of what is drawn. */
  look(scroller: Element, list: Element, atEnd: boolean): void {
    const sight = sightOf(this.drawn.peek().blocks, scroller, list);
    if (sight !== undefined) this.cover({ ...sight, atEnd });
  }

  /** Has the message drawn, unless it is. */
  showMessage(key: string): void {
    const at = this.#find((item) => holds(item, key));
    const block = this.#blocks.peek()[at];
    if (block !== undefined) this.show(block);
  }

  /** Has the divider of the new messages drawn, if it is further down. */
  showNew(): boolean {
    const all = this.#blocks.peek();
    const [first] = this.drawn.peek().blocks;
    const at = this.#find(({ type }) => type === 'new');
    const block = all[at];
    if (block === undefined || first === undefined || at < all.indexOf(first)) return false;
    return this.show(block);
  }

  #find(matches: (item: Item) => boolean): number {
    return this.#blocks.peek().findIndex(({ items }) => items.peek().some(matches));
  }
}

/** Undefined while what was chosen isn't drawn yet. */
function sightOf(
  blocks: readonly ShownBlock[],
  scroller: Element,
  list: Element,
): Omit<Sight, 'atEnd'> | undefined {
  const counts = blocks.map(({ items }) => items.peek().length);
  const rows = [...list.children].filter((row) => !row.matches('.log__gap, .uploads'));
  let at = rows.length - counts.reduce((sum, count) => sum + count, 0);
  // Above the rows, there may be the head of the list.
  if (at !== 0 && at !== 1) return undefined;
  const { top, height } = scroller.getBoundingClientRect();
  const edges = counts.map((count) => {
    at += count;
    return (rows[at - count]?.getBoundingClientRect().top ?? 0) - top;
  });
  return { edges: [...edges, (rows.at(-1)?.getBoundingClientRect().bottom ?? 0) - top], height };
}

function holds(item: Item, key: string): boolean {
  return (
    item.type === 'turn' &&
    item.bubbles.some((bubble) => bubble.type === 'message' && bubble.message.key === key)
  );
}
