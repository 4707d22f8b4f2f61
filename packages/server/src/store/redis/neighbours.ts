// The other nodes: which of them have members in rooms of ours, and which are dead.

/** How often a node says that it lives, and for how long that is believed. */
export const BEAT_MS = 5_000;
export const LEASE_MS = 15_000;

/** A node is dead when it was missing that often in a row: after a pause of Redis everybody has a chance to come back. */
const MISSED_LOOKS = 2;

export class Neighbours {
  /** How often each that we know of was missing. */
  readonly #missing = new Map<string, number>();

  /** It has members in a room of ours, alive or not. */
  saw(node: string): void {
    if (!this.#missing.has(node)) this.#missing.set(node, 0);
  }

  /** `living` is who has a lease now; answers who is dead, once. */
  look(living: ReadonlySet<string>): readonly string[] {
    for (const node of living) this.#missing.set(node, 0);
    const dead: string[] = [];
    for (const [node, missed] of this.#missing) {
      if (living.has(node)) continue;
      if (missed + 1 < MISSED_LOOKS) this.#missing.set(node, missed + 1);
      else dead.push(node);
    }
    for (const node of dead) this.#missing.delete(node);
    return dead;
  }
}
