// What is in force in a room: what its welcome said, and what commands have changed since (CMD-11 to CMD-13, CHARTER-5).

import {
  type Command,
  type Moderator,
  OP_CHARTER,
  type RoomId,
  type TermsChange,
  type Welcome,
  decodeTerms,
} from '@mayfly/protocol';
import type { RoomWords } from '../crypto/room-words.ts';
import type { KeyRing } from './key-ring.ts';
import { readCharter } from './welcome-check.ts';

type Terms = Pick<Welcome, 'closed' | 'slow' | 'lifeMs' | 'history'>;

/** A charter that was checked. */
export type CharterInForce = {
  readonly c: number;
  readonly bytes: Uint8Array;
  readonly blob: Uint8Array;
  readonly ownerPk: Uint8Array;
  readonly moderators: readonly Moderator[];
  readonly words: RoomWords;
};

/** What a command changed. `before` is what it replaces. */
export type Change =
  | { readonly terms: TermsChange }
  | { readonly before: CharterInForce; readonly after: CharterInForce };

export class InForce {
  readonly #id: RoomId;
  readonly #keys: KeyRing;
  #terms: Terms | undefined;
  #charter: CharterInForce | undefined;
  // Number of the last command at the newest welcome.
  #c = 0;
  // The last one in the log so far, older than the one in force while a history is read.
  #read: CharterInForce | undefined;

  constructor(id: RoomId, keys: KeyRing) {
    this.#id = id;
    this.#keys = keys;
  }

  /** Undefined before the first welcome. */
  get terms(): Terms | undefined {
    return this.#terms;
  }

  get charter(): CharterInForce | undefined {
    return this.#charter;
  }

  /** By a welcome that was checked. */
  enter({ closed, slow, lifeMs, history, mode, c }: Welcome, charter: CharterInForce): void {
    this.#c = c;
    this.#terms = { closed, slow, lifeMs, history };
    this.#charter = charter;
    if (mode === 'reset') this.#read = undefined;
  }

  /** A command that counts. Undefined if it changes nothing here, or nothing that can be said. */
  take(given: {
    readonly command: Command;
    readonly bytes: Uint8Array;
    readonly blob: Uint8Array;
  }): Change | undefined {
    if (given.command.op === OP_CHARTER) return this.#amend(given);
    const terms = decodeTerms(given.command);
    if (terms === undefined || this.#terms === undefined) return undefined;
    // Before the first charter in sight, what can't be judged may have changed them again.
    if (this.#read !== undefined || given.command.c > this.#c) this.#terms = { ...this.#terms, ...terms };
    return { terms };
  }

  #amend(given: Parameters<InForce['take']>[0]): Change | undefined {
    const after = readCharter(given, this.#id, this.#keys);
    const now = this.#charter;
    if (after === undefined || now === undefined) return undefined;
    const before = after.c > now.c ? now : this.#read;
    this.#read = after;
    if (after.c > now.c) this.#charter = after;
    return before && { before, after };
  }
}
