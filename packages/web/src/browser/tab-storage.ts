// What this tab keeps through a reload. A browser may refuse its storage (site data blocked, storage full, a sandbox);
// memory then keeps it until the page closes.

import type { TabStorage } from '@mayfly/client';
import { attempt } from './browser.ts';

/** Returns what was written, whatever the browser's storage does. Never throws. */
export class GuardedStorage implements TabStorage {
  readonly #open: () => TabStorage | null;
  readonly #refused = new Map<string, string>();

  constructor(open: () => TabStorage | null) {
    this.#open = open;
  }

  getItem(name: string): string | null {
    return this.#refused.get(name) ?? this.#read(name);
  }

  setItem(name: string, text: string): void {
    this.#refused.delete(name);
    attempt(() => this.#open()?.setItem(name, text));
    if (this.#read(name) !== text) this.#refused.set(name, text);
  }

  removeItem(name: string): void {
    this.#refused.delete(name);
    attempt(() => this.#open()?.removeItem(name));
  }

  /** Whether that entry survives a reload, because the browser's own storage returned it. */
  outlivesReload(name: string): boolean {
    return !this.#refused.has(name) && this.#read(name) !== null;
  }

  #read(name: string): string | null {
    return attempt(() => this.#open()?.getItem(name)) ?? null;
  }
}

/** For what the reader asked to keep on this device. */
export const deviceStorage = new GuardedStorage(() => window.localStorage);

/** `sessionStorage`, if the browser allows it. */
export const tabStorage = new GuardedStorage(() => window.sessionStorage);
