// What a tab keeps of one room through a reload. The page chooses the storage; nothing is kept elsewhere.

import type { RoomId } from '@mayfly/protocol';

/** Text under a name, for this tab alone. In a browser: `sessionStorage`. */
export type TabStorage = {
  getItem(name: string): string | null;
  setItem(name: string, text: string): void;
  removeItem(name: string): void;
  /** Whether the text under this name survives a reload. Left out by a storage where everything written does. */
  outlivesReload?(name: string): boolean;
};

/**
 * One room's texts by name. If the storage is full, blocked or gone, a reload loses them, but the chat still works: nothing
 * here throws.
 */
export class RoomStorage {
  readonly #storage: TabStorage;
  readonly #id: RoomId;

  constructor(storage: TabStorage, id: RoomId) {
    this.#storage = storage;
    this.#id = id;
  }

  /** Empty if there is nothing. */
  get(what: string): string {
    return attempt(() => this.#storage.getItem(this.#name(what))) ?? '';
  }

  /** Whether it survives a reload. */
  set(what: string, text: string): boolean {
    const name = this.#name(what);
    const kept = attempt(() => {
      this.#storage.setItem(name, text);
      return this.#storage.outlivesReload?.(name) ?? true;
    });
    return kept ?? false;
  }

  remove(what: string): void {
    attempt(() => this.#storage.removeItem(this.#name(what)));
  }

  #name(what: string): string {
    return `mayfly:${this.#id}:${what}`;
  }
}

function attempt<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}
