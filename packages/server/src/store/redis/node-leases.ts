// The other nodes: which of them have members in rooms of ours, and which are dead.

import type { Leases } from './answers.ts';

/** How often a node says that it lives, and for how long that is believed. */
export const BEAT_MS = 5_000;
export const LEASE_MS = 15_000;

/** A node is dead when it was missing that often in a row: after a pause of Redis everybody has a chance to come back. */
const MISSED_LOOKS = 2;

export class NodeLeases {
  /** How often each that we know of was missing; those that are dead and dealt with, infinitely. */
  readonly #missing = new Map<string, number>();
  /** Who lived at the latest looks, newest first. */
  #looks: readonly ReadonlySet<string>[] = [];

  /** It has members in a room of ours, alive or not. */
  saw(node: string): void {
    if (this.#missing.get(node) !== 0) this.#missing.set(node, 0);
  }

  /** Missing at the latest looks. It is dead then, or has come since. */
  isMissing(node: string): boolean {
    return this.#looks.length === MISSED_LOOKS && this.#looks.every((living) => !living.has(node));
  }

  /** Answers who is dead, once. */
  look({ living, lately }: Pick<Leases, 'living' | 'lately'>): readonly string[] {
    this.#looks = [living, ...this.#looks].slice(0, MISSED_LOOKS);
    for (const node of living) this.#missing.set(node, 0);
    for (const node of lately) if (!this.#missing.has(node)) this.#missing.set(node, 0);
    const dead: string[] = [];
    for (const [node, missed] of this.#missing) {
      if (living.has(node)) continue;
      if (missed === Infinity) {
        if (!lately.includes(node)) this.#missing.delete(node);
        continue;
      }
      const isDead = missed + 1 >= MISSED_LOOKS;
      if (isDead) dead.push(node);
      this.#missing.set(node, isDead ? Infinity : missed + 1);
    }
    return dead;
  }
}
