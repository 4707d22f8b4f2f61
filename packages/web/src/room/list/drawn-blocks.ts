// Which blocks of the timeline are on the page. A long history shows its newest messages at once; the older ones follow
// in slices, so typing and scrolling never wait for all of it.

import { type ReadonlySignal, computed, effect, signal } from '@preact/signals';
import { inNextTask } from '../../browser/next-task.ts';
import type { ShownBlock } from '../model/blocks.ts';

/** So many of the newest blocks are drawn at once: 50 messages or more, where there are as many. */
const NEWEST_BLOCKS = 3;

export class DrawnBlocks implements Disposable {
  readonly #blocks: ReadonlySignal<readonly ShownBlock[]>;
  readonly #drawn = signal<ReadonlySet<ShownBlock>>(new Set());
  readonly #soon: typeof inNextTask;
  readonly #stop: () => void;
  #slice: Disposable | undefined;

  constructor(blocks: ReadonlySignal<readonly ShownBlock[]>, soon = inNextTask) {
    this.#blocks = blocks;
    this.#soon = soon;
    this.#stop = effect(() => this.#draw());
  }

  readonly shown = computed(() => this.#blocks.value.filter((block) => this.#drawn.value.has(block)));

  readonly isWhole = computed(() => this.shown.value.length === this.#blocks.value.length);

  [Symbol.dispose](): void {
    this.#stop();
    this.#slice?.[Symbol.dispose]();
  }

  // What was drawn stays. Each slice adds the newest block that is missing; a last one needs no slice.
  #draw(next?: ShownBlock): void {
    const blocks = this.#blocks.value;
    const drawn = this.#drawn.peek();
    const missing = blocks.slice(0, -NEWEST_BLOCKS).filter((block) => !drawn.has(block) && block !== next);
    const waiting = new Set(missing.length > 1 ? missing : []);
    this.#drawn.value = new Set(blocks.filter((block) => !waiting.has(block)));
    this.#slice?.[Symbol.dispose]();
    if (waiting.size > 0) this.#slice = this.#soon(() => this.#draw(missing.at(-1)));
  }
}
