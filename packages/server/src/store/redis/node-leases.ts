// Which other nodes have members in our rooms, and which of them are dead.

import type { Leases } from './answers.ts';

/** How often a node renews its lease, and how long a lease lasts. */
export const BEAT_MS = 5_000;
export const LEASE_MS = 15_000;

/** A node is dead when it is missing this often in a row: after a pause of Redis every node gets a chance to renew. */
const MISSED_LOOKS = 2;

export class NodeLeases {
  /** How often each known node was missing; Infinity once it was reported dead. */
  readonly #missing = new Map<string, number>();
  /** The nodes that were alive at the latest looks, newest first. */
  #looks: readonly ReadonlySet<string>[] = [];

  /** This node, dead or alive, has members in a room of ours. */
  saw(node: string): void {
    if (this.#missing.get(node) !== 0) this.#missing.set(node, 0);
  }

  /** Missing at the latest looks: dead, or newer than they are. */
  isMissing(node: string): boolean {
    return this.#looks.length === MISSED_LOOKS && this.#looks.every((living) => !living.has(node));
  }

  /** Returns the nodes that are dead, each once. */
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
