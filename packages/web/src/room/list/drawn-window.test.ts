// The window over the blocks, on a page that is only numbers: rows of random heights, and a place in them.

import { signal } from '@preact/signals';
import { describe, expect, test } from 'vitest';
import { BLOCK_LENGTH, type ShownBlock } from '../model/blocks.ts';
import type { Item } from '../model/turns.ts';
import { DrawnWindow, ROWS_MAX, rowsIn } from './drawn-window.ts';

const SIGHT = 900;

type Blocks = readonly ShownBlock[];

const rows = (count: number): readonly Item[] =>
  Array.from({ length: count }, (_, i) => ({ type: 'new', key: `${i}` }));

const fresh = (key: number, count = 10): ShownBlock => ({ key, items: signal(rows(count)) });

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
}

/** Blocks of up to 64 rows, 10,000 rows in all. */
function manyBlocks(random: () => number): Blocks {
  const blocks: ShownBlock[] = [];
  for (let left = 10_000, key = 0; left > 0; key++) {
    const count = Math.min(left, 1 + Math.floor(random() * 64));
    left -= count;
    blocks.push({ key, items: signal(rows(count)) });
  }
  return blocks;
}

/** A page that draws what the window says, and keeps the row that is first in sight where it is. */
class Page {
  readonly all = signal<Blocks>([]);
  readonly tasks: (() => void)[] = [];
  readonly window = new DrawnWindow(this.all, (run) => {
    this.tasks.push(run);
    return { [Symbol.dispose]: () => {} };
  });
  readonly #heightOf: (block: ShownBlock) => number;
  // Of the first drawn block, from the top of what is in sight.
  #top = 0;
  passes = 0;

  constructor(heightOf: (block: ShownBlock) => number) {
    this.#heightOf = heightOf;
  }

  get drawn() {
    return this.window.drawn.value;
  }

  get rows(): number {
    return this.drawn.blocks.reduce((sum, block) => sum + rowsIn(block), 0);
  }

  /** Edges of the drawn blocks. */
  get edges(): readonly number[] {
    const edges = [this.#top];
    for (const block of this.drawn.blocks) edges.push((edges.at(-1) ?? 0) + this.#heightOf(block));
    return edges;
  }

  runTasks(): void {
    for (const task of this.tasks.splice(0)) task();
  }

  /** By its edge, with the block that keeps its place. */
  scrollBy(px: number): void {
    this.runTasks();
    this.#top -= px;
    this.settle(false);
  }

  /** Into a gap, by its height on the page. */
  scrollTo(y: number): void {
    this.runTasks();
    this.#top = this.drawn.above - y;
    this.settle(false);
  }

  goToEnd(): void {
    for (let before: unknown; before !== this.drawn;) {
      before = this.drawn;
      this.#top += SIGHT - ((this.edges.at(-1) ?? 0) + this.drawn.below);
      this.#cover(true);
    }
  }

  settle(atEnd: boolean): void {
    for (let before: unknown; before !== this.drawn;) {
      before = this.drawn;
      this.#cover(atEnd);
    }
  }

  #cover(atEnd: boolean): void {
    this.passes += 1;
    const before = { edges: this.edges, ...this.drawn };
    this.window.cover({ edges: this.edges, height: SIGHT, atEnd });
    const kept = before.blocks.find((block) => this.drawn.blocks.includes(block));
    if (kept === undefined) {
      // Nothing that was drawn still is: the gap above says where the rest stands.
      this.#top += this.drawn.above - before.above;
      return;
    }
    const y = before.edges[before.blocks.indexOf(kept)] ?? 0;
    const above = this.drawn.blocks.slice(0, this.drawn.blocks.indexOf(kept));
    this.#top = above.reduce((top, block) => top - this.#heightOf(block), y);
  }
}

function open(seed: number) {
  const random = seeded(seed);
  const heights = new Map<ShownBlock, number>();
  const page = new Page((block) => {
    const known = heights.get(block) ?? rowsIn(block) * (24 + random() * 120);
    heights.set(block, known);
    return known;
  });
  page.all.value = manyBlocks(random);
  page.goToEnd();
  return { page, random, heights };
}

/** How often a page draws something else while it scrolls in these steps. */
const draws = (moves: readonly number[]) => {
  const { page } = open(4);
  const seen = new Set<unknown>();
  for (let i = 0; i < 3_000; i++)
    for (const px of moves) {
      page.scrollBy(px);
      seen.add(page.drawn);
    }
  return seen.size;
};

const isInSight = ({ edges }: Page) => (edges[0] ?? 1) <= 0 && (edges.at(-1) ?? 0) >= SIGHT;

describe('10,000 rows', () => {
  test.each([1, 2, 3])(
    'at most 200 are drawn, at every place, and always what is in sight (seed %i)',
    (seed) => {
      const { page, random } = open(seed);
      expect(page.drawn.below).toBe(0);
      for (let i = 0; i < 600; i++) {
        const before = page.passes;
        if (i % 20 === 0) page.scrollTo(random() * page.drawn.above);
        else page.scrollBy((random() - 0.8) * 1200);
        expect(page.rows).toBeLessThanOrEqual(ROWS_MAX);
        const isFirst = page.drawn.blocks[0] === page.all.value[0];
        expect(isFirst || isInSight(page) || page.drawn.below === 0, `step ${i}`).toBe(true);
        expect(page.passes - before).toBeLessThan(12);
      }
    },
  );

  test('scrolling to and fro draws no more than scrolling one way', () => {
    const oneWay = draws([-20]);
    expect(oneWay).toBeGreaterThan(10);
    expect(draws([-40, 20])).toBeLessThanOrEqual(oneWay + 1);
  });

  test('gaps and drawn blocks together stay as tall as what was drawn there', () => {
    const { page, heights } = open(5);
    for (let i = 0; i < 2000 && page.drawn.above > 0; i++) page.scrollBy(-600);
    expect(page.drawn.above).toBe(0);
    const all = [...heights.values()].reduce((sum, height) => sum + height, 0);
    expect(heights.size).toBe(page.all.value.length);
    const shown = (page.edges.at(-1) ?? 0) - (page.edges[0] ?? 0);
    expect(Math.abs(page.drawn.below + shown - all)).toBeLessThan(1);
  });
});

test('the newest block fills up, and no more than 200 rows are drawn before the next look', () => {
  const { page } = open(9);
  const items = signal(rows(1));
  const full = Array.from({ length: 20 }, (_, key) => fresh(key, BLOCK_LENGTH));
  page.all.value = [...full, { key: -1, items }];
  page.goToEnd();
  items.value = rows(BLOCK_LENGTH);
  expect(page.drawn.below).toBe(0);
  expect(page.rows).toBeLessThanOrEqual(ROWS_MAX);
});

test('a block anywhere is drawn on request, with what is around it', () => {
  const { page } = open(6);
  const block = page.all.value[20];
  if (block === undefined) throw new Error('too few');
  page.window.show(block);
  expect(page.drawn.blocks).toEqual(page.all.value.slice(19, 22));
  const { drawn } = page;
  page.window.show(block);
  expect(page.drawn).toBe(drawn);
});

test('what is drawn stays when others come before, between and after, and when the oldest go', () => {
  const { page } = open(7);
  page.scrollBy(-20_000);
  const { blocks } = page.drawn;
  const [first, ...rest] = blocks;
  if (first === undefined) throw new Error('nothing is drawn');
  const all = page.all.value;
  const at = all.indexOf(first);
  page.all.value = [...all.slice(5, at), fresh(-1), first, fresh(-2), ...all.slice(at + 1), fresh(-3)];
  const drawn = page.drawn.blocks;
  expect(drawn.filter(({ key }) => key >= 0)).toEqual([first, ...rest]);
  expect(drawn.map(({ key }) => key).slice(0, 2)).toEqual([first.key, -2]);
  page.all.value = page.all.value.slice(-4);
  expect(page.drawn.blocks.length).toBeGreaterThan(0);
});

test('a screen reader hears nothing of what moves into the window, and the newest when they come', () => {
  const { page } = open(8);
  page.runTasks();
  page.all.value = [...page.all.value, { key: -1, items: signal(rows(1)) }];
  page.goToEnd();
  expect(page.drawn.below).toBe(0);
  expect(page.window.isMoving.value).toBe(false);
  page.scrollBy(-20_000);
  expect(page.window.isMoving.value).toBe(true);
  page.runTasks();
  expect(page.window.isMoving.value).toBe(false);
});

test('rows that change their height with each look end in a window, not in a loop', () => {
  const { page } = open(10);
  let wide = false;
  for (let i = 0; i < 1_000; i++) {
    wide = !wide;
    const edges = [0, ...page.drawn.blocks.map((_, at) => (at + 1) * (wide ? 3_000 : 1))];
    page.window.cover({ edges, height: SIGHT, atEnd: false });
  }
  const { drawn } = page;
  page.window.cover({ edges: [0, ...drawn.blocks.map((_, at) => at)], height: SIGHT, atEnd: false });
  expect(page.drawn).toBe(drawn);
});
