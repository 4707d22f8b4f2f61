// A tab's storage, to look into.

import type { TabStorage } from '../storage/tab-storage.ts';

export class StorageDouble implements TabStorage {
  readonly entries = new Map<string, string>();

  getItem(name: string): string | null {
    return this.entries.get(name) ?? null;
  }

  setItem(name: string, text: string): void {
    this.entries.set(name, text);
  }

  removeItem(name: string): void {
    this.entries.delete(name);
  }
}

/** Holds so many characters and no more, and counts what is written. */
export class SmallStorage extends StorageDouble {
  written = 0;
  readonly #limit: number;

  constructor(limit = Number.POSITIVE_INFINITY) {
    super();
    this.#limit = limit;
  }

  override setItem(name: string, text: string): void {
    const others = [...this.entries].filter(([other]) => other !== name);
    const used = others.reduce((sum, [other, kept]) => sum + other.length + kept.length, 0);
    if (used + name.length + text.length > this.#limit) throw new Error('full');
    this.written += text.length;
    super.setItem(name, text);
  }
}

/** Takes everything, for as long as the page lives. */
export class ForgetfulStorage extends StorageDouble {
  outlivesReload(): boolean {
    return false;
  }
}

/** As a browser with storage switched off has it. */
export const forbiddenStorage: TabStorage = {
  getItem: () => {
    throw new Error('forbidden');
  },
  setItem: () => {
    throw new Error('full');
  },
  removeItem: () => {
    throw new Error('forbidden');
  },
};
