// People who seem to be typing. Signals are unsigned, so a member can fake one for another (TYPING-2).

import { toHex } from '@mayfly/protocol';
import type { Clock } from '../clock.ts';
import type { Typing } from '../crypto/ephemeral.ts';
import type { Person } from '../room-updates.ts';

/** A signal is believed for this long. */
export const TYPING_SHOWN_MS = 6_000;

export type TypistsDeps = {
  readonly clock: Clock;
  /** Someone else on the list, by the slot in hex. */
  personAt(slot: string): Person | undefined;
  notify(people: readonly Person[]): void;
};

export class Typists {
  readonly #deps: TypistsDeps;
  // By slot, in the order in which they began.
  readonly #ends = new Map<string, Disposable>();
  #shown = '';

  constructor(deps: TypistsDeps) {
    this.#deps = deps;
  }

  signal({ slot, isTyping }: Typing): void {
    const key = toHex(slot);
    const before = this.#ends.get(key);
    before?.[Symbol.dispose]();
    if (isTyping && this.#deps.personAt(key) !== undefined) this.#ends.set(key, this.#endLater(key));
    else this.#ends.delete(key);
    this.refresh();
  }

  /** Their message is here, so they have stopped. */
  wrote(idPk: string): void {
    for (const key of this.#ends.keys()) if (this.#deps.personAt(key)?.idPk === idPk) this.#drop(key);
    this.refresh();
  }

  /** The list of people changed: some of them may have left. */
  refresh(): void {
    for (const key of this.#ends.keys()) if (this.#deps.personAt(key) === undefined) this.#drop(key);
    const people = Array.from(this.#ends.keys(), (key) => this.#deps.personAt(key)).filter(
      (person) => person !== undefined,
    );
    const shown = people.map(({ idPk, name }) => `${idPk} ${name}`).join('\n');
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#deps.notify(people);
  }

  clear(): void {
    for (const key of this.#ends.keys()) this.#drop(key);
    this.refresh();
  }

  #endLater(key: string): Disposable {
    return this.#deps.clock.after(TYPING_SHOWN_MS, () => {
      this.#ends.delete(key);
      this.refresh();
    });
  }

  #drop(key: string): void {
    this.#ends.get(key)?.[Symbol.dispose]();
    this.#ends.delete(key);
  }
}
