// Numbers of commands at the places of one log, for what others state about it (EVENT-3).

import { equalBytes } from '@mayfly/protocol';

/** More commands are never among the events that can be compared. */
const PLACES_MAX = 1_024;

type Place = { readonly seq: number; readonly c: number | undefined; readonly hash: Uint8Array };

export class CommandPlaces {
  // Rising. Without a number: a command of someone whose powers this page can't know.
  #places: Place[] = [];

  get size(): number {
    return this.#places.length;
  }

  add(seq: number, c: number | undefined, hash: Uint8Array): void {
    this.#places.push({ seq, c, hash });
    if (this.#places.length > 2 * PLACES_MAX) this.#places.splice(0, PLACES_MAX);
  }

  /** The very same command is known. */
  has(hash: Uint8Array): boolean {
    return this.#places.some((place) => equalBytes(place.hash, hash));
  }

  clear(): void {
    this.#places = [];
  }

  /** The last command at or before this seq. Undefined if this page can't tell; `none`: it holds no command at all. */
  at(seq: number): number | 'none' | undefined {
    const before = this.#places.findLast((place) => place.seq <= seq);
    if (before !== undefined) return before.c;
    const [first] = this.#places;
    if (first === undefined) return 'none';
    return first.c === undefined ? undefined : first.c - 1;
  }
}
