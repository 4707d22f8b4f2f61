// What arrived while the reader was elsewhere: further up, in another window, or away.

import type { Message } from '@mayfly/client';
import { type ReadonlySignal, computed, effect, signal } from '@preact/signals';

export class Unread implements Disposable {
  /** The newest message is in sight, and stays so. */
  readonly atEnd = signal(true);
  readonly #count = signal(0);
  readonly #visible = signal(true);
  readonly #focused = signal(true);
  readonly #markFirst: (key: string) => void;
  readonly #stop: () => void;

  /** `markFirst` receives the key of the first message that is unread. */
  constructor(markFirst: (key: string) => void) {
    this.#markFirst = markFirst;
    this.#stop = effect(() => {
      if (this.#watched.value && this.atEnd.value) this.#count.value = 0;
    });
  }

  get count(): ReadonlySignal<number> {
    return this.#count;
  }

  get isVisible(): boolean {
    return this.#visible.peek();
  }

  /** In sight, and in the front window. */
  readonly #watched = computed(() => this.#visible.value && this.#focused.value);

  get isWatched(): boolean {
    return this.#watched.peek();
  }

  /** Unread messages while the page is not watched, for the browser's tab. */
  readonly unseen = computed(() => (this.#watched.value ? 0 : this.#count.value));

  /** `messages` are new, and not history. */
  add(messages: readonly Message[]): void {
    if (this.#watched.value && this.atEnd.value) return;
    const others = messages.filter(({ own }) => !own);
    const [first] = others;
    if (first !== undefined && this.#count.value === 0) this.#markFirst(first.key);
    this.#count.value += others.length;
  }

  setVisible(visible: boolean): void {
    this.#visible.value = visible;
  }

  setFocused(focused: boolean): void {
    this.#focused.value = focused;
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}
