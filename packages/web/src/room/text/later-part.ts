// A part of the page that is loaded later: when it is first needed, or ahead of that.

import { signal } from '@preact/signals';
import { background } from '../../background.ts';

export class LaterPart<T> {
  /** Undefined until it is there. */
  readonly loaded = signal<T | undefined>(undefined);
  /** The server didn't answer, the last time it was asked. */
  readonly isMissing = signal(false);
  readonly #load: () => Promise<T>;
  #isAsked = false;

  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  /** Loads it, unless that has begun. After a failure, the next call tries again. */
  want(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    background(this.#fetch());
  }

  async #fetch(): Promise<void> {
    try {
      this.loaded.value = await this.#load();
      this.isMissing.value = false;
    } catch {
      this.#isAsked = false;
      this.isMissing.value = true;
    }
  }
}
