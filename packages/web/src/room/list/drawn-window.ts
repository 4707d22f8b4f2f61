// Which blocks of the timeline are on the page: those in sight and the nearest others, up to a number of rows. Gaps stand
// in for the rest, as tall as it was when it was last drawn, or is expected to be.

import { type ReadonlySignal, computed, signal } from '@preact/signals';
import { inNextTask } from '../../browser/next-task.ts';
import { BLOCK_LENGTH, type ShownBlock } from '../model/blocks.ts';

/** Messages, dividers and notices on the page at once; only what is in sight may exceed it. */
export const ROWS_MAX = 200;
/** In one task: a page whose rows change their heights with what is drawn must not hang. */
const PASSES_MAX = 20;
/** Of the newest blocks, before anything was measured: those that were drawn before this part was there. */
const FIRST_BLOCKS = 6;
/** A row that was never drawn. */
const ROW_PX = 48;

export type Sight = {
  /** Where the drawn blocks begin and the last one ends, from the top of what is in sight. */
  readonly edges: readonly number[];
  readonly height: number;
  /** The reader follows what arrives. */
  readonly atEnd: boolean;
};

export type Drawn = {
  readonly blocks: readonly ShownBlock[];
  /** Heights of the gaps. */
  readonly above: number;
  readonly below: number;
};

type Height = { readonly px: number; readonly rows: number };

export class DrawnWindow implements Disposable {
  readonly #blocks: ReadonlySignal<readonly ShownBlock[]>;
  readonly #chosen = signal<ReadonlySet<ShownBlock>>(new Set());
  readonly #isMoving = signal(false);
  readonly #heights = new WeakMap<ShownBlock, Height>();
  readonly #soon: typeof inNextTask;
  #calm: Disposable | undefined;
  #passes = 0;

  constructor(blocks: ReadonlySignal<readonly ShownBlock[]>, soon = inNextTask) {
    this.#blocks = blocks;
    this.#soon = soon;
  }

  /** What is drawn isn't new: a screen reader has nothing to say about it. */
  get isMoving(): ReadonlySignal<boolean> {
    return this.#isMoving;
  }

  readonly drawn = computed((): Drawn => {
    const all = this.#blocks.value;
    const [from, to] = span(all, this.#chosen.value);
    const heightOf = (some: readonly ShownBlock[]) =>
      some.reduce((sum, block) => sum + this.#heightOf(block), 0);
    return {
      blocks: all.slice(from, to),
      above: heightOf(all.slice(0, from)),
      below: heightOf(all.slice(to)),
    };
  });

  /** After each scrolling, and each change of what is drawn. */
  cover({ edges, height, atEnd }: Sight): void {
    const all = this.#blocks.peek();
    const { blocks } = this.drawn.peek();
    const [first] = blocks;
    const [top] = edges;
    if (first === undefined || top === undefined) return;
    for (const [i, block] of blocks.entries())
      this.#heights.set(block, { px: (edges[i + 1] ?? 0) - (edges[i] ?? 0), rows: rowsIn(block) });
    const begin = all.slice(0, all.indexOf(first)).reduce((y, block) => y - this.#heightOf(block), top);
    this.#choose(nearest(all, this.#distances(all, begin, height), new Set(blocks)), atEnd);
  }

  /** Draws it and what is around it; false if it is drawn already. */
  show(block: ShownBlock): boolean {
    if (this.drawn.peek().blocks.includes(block)) return false;
    const all = this.#blocks.peek();
    const at = all.indexOf(block);
    this.#choose(all.slice(Math.max(0, at - 1), at + 2), false);
    return true;
  }

  [Symbol.dispose](): void {
    this.#calm?.[Symbol.dispose]();
  }

  #choose(blocks: readonly ShownBlock[], atEnd: boolean): void {
    const known = new Set([...this.drawn.peek().blocks, atEnd ? this.#blocks.peek().at(-1) : undefined]);
    const chosen = this.#chosen.peek();
    if (blocks.length === chosen.size && blocks.every((block) => chosen.has(block))) return;
    this.#calm?.[Symbol.dispose]();
    this.#calm = this.#soon(() => {
      this.#passes = 0;
      this.#isMoving.value = false;
    });
    this.#passes += 1;
    if (this.#passes > PASSES_MAX) return;
    this.#chosen.value = new Set(blocks);
    if (!blocks.every((block) => known.has(block))) this.#isMoving.value = true;
  }

  /** From what is in sight. */
  #distances(all: readonly ShownBlock[], begin: number, height: number): readonly number[] {
    let bottom = begin;
    return all.map((block) => {
      const top = bottom;
      bottom += this.#heightOf(block);
      return Math.max(0, top - height, -bottom);
    });
  }

  #heightOf(block: ShownBlock): number {
    const rows = rowsIn(block);
    const { px, rows: measured } = this.#heights.get(block) ?? { px: ROW_PX, rows: 1 };
    return (px / measured) * rows;
  }
}

/** From the first of the chosen blocks to the last; of the newest where none is left. */
function span(all: readonly ShownBlock[], chosen: ReadonlySet<ShownBlock>): readonly [number, number] {
  const first = all.findIndex((block) => chosen.has(block));
  if (first < 0) return [Math.max(0, all.length - FIRST_BLOCKS), all.length];
  return [first, all.findLastIndex((block) => chosen.has(block)) + 1];
}

/** One that is drawn counts as half as far: it stays until another is clearly nearer. */
function nearest(
  all: readonly ShownBlock[],
  distances: readonly number[],
  drawn: ReadonlySet<ShownBlock>,
): readonly ShownBlock[] {
  const costs = all.map((block, i) => (distances[i] ?? 0) * (drawn.has(block) ? 0.5 : 1));
  let from = distances.indexOf(Math.min(...distances));
  let to = from;
  for (let rows = 0; from > 0 || to < all.length;) {
    const [above = Infinity, below = Infinity] = [costs[from - 1], costs[to]];
    const next = all[above < below ? from - 1 : to];
    rows += next === undefined ? 0 : rowsToBe(next, all);
    if (rows > ROWS_MAX && Math.min(above, below) > 0) break;
    if (above < below) from -= 1;
    else to += 1;
  }
  return all.slice(from, to);
}

/** The newest block fills up while it is drawn. */
function rowsToBe(block: ShownBlock, all: readonly ShownBlock[]): number {
  return block === all.at(-1) ? Math.max(BLOCK_LENGTH, rowsIn(block)) : rowsIn(block);
}

/** Messages, dividers and notices. */
export function rowsIn({ items }: ShownBlock): number {
  return items.peek().reduce((sum, item) => sum + (item.type === 'turn' ? item.bubbles.length : 1), 0);
}
