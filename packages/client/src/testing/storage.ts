// A tab's storage, to look into.

import type { TabStorage } from '../identity.ts';

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
