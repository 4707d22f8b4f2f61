// The time as the page shows it.

import { computed, signal } from '@preact/signals';

const MINUTE_MS = 60_000;

/** Milliseconds since 1970, as of the last `refresh`. */
export class Now {
  readonly #ms = signal(Date.now());
  readonly minute = computed(() => Math.floor(this.ms / MINUTE_MS) * MINUTE_MS);

  get ms(): number {
    return this.#ms.value;
  }

  refresh(): number {
    this.#ms.value = Date.now();
    return this.#ms.peek();
  }

  /** From now to `at`, never negative. */
  until(at: number): number {
    return Math.max(0, at - this.ms);
  }
}
