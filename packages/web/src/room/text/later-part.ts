// A part of the page that only some messages need, loaded with the first of them.

import { signal } from '@preact/signals';
import { background } from '../../background.ts';

export class LaterPart<T> {
  /** Undefined until it is there. */
  readonly loaded = signal<T | undefined>(undefined);
  readonly #load: () => Promise<T>;
  #isAsked = false;

  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  want(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    background(this.#fetch());
  }

  /** Where the server doesn't answer, messages stay as they are, and the next one asks again. */
  async #fetch(): Promise<void> {
    try {
      this.loaded.value = await this.#load();
    } catch {
      this.#isAsked = false;
    }
  }
}
