// Seals messages into one chain: each names the one before it (ENV-7).

import { toHex } from '@mayfly/protocol';
import { MID_BYTES, type MessageContent, SESS_BYTES, sealMessage } from '../crypto/envelope.ts';
import type { Statement } from '../crypto/event-hash.ts';
import type { EpochKeys } from '../crypto/keys.ts';
import type { RandomBytes } from '../crypto/random.ts';
import type { SigningKey } from '../crypto/signature.ts';

/** Stated before the first welcome. */
const NO_STATEMENT: Statement = {
  logTag: new Uint8Array(4),
  seq: 0,
  events: 0,
  seen: new Uint8Array(8),
};

/** A message as it is written. Without a ttl it disappears with the room. */
export type Draft = Pick<MessageContent, 'ctype' | 'ref' | 'body'> & Partial<Pick<MessageContent, 'ttl'>>;

/** `key`: its mid, hex. */
export type SealedDraft = { readonly key: string; readonly envelope: Uint8Array };

export type Plaintext = {
  readonly draft: Draft;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly statement: Statement | undefined;
};

export class Sealer {
  readonly #keys: () => EpochKeys;
  readonly #author: SigningKey;
  readonly #random: RandomBytes;
  #sess = new Uint8Array();
  #count = 0;
  #prev = new Uint8Array();

  /** `keys`: of the current epoch. */
  constructor(keys: () => EpochKeys, author: SigningKey, random: RandomBytes) {
    this.#keys = keys;
    this.#author = author;
    this.#random = random;
    this.restart();
  }

  /** No count is sealed twice, so a page load, another log, or giving up a message begins a new chain. */
  restart(): void {
    this.#sess = Uint8Array.from(this.#random(SESS_BYTES));
    this.#count = 0;
    this.#prev = new Uint8Array(MID_BYTES);
  }

  seal({ draft, name, at, statement }: Plaintext): SealedDraft {
    const { envelope, mid } = sealMessage(
      this.#keys(),
      this.#author,
      {
        sess: this.#sess,
        count: this.#count + 1,
        prev: this.#prev,
        statement: statement ?? NO_STATEMENT,
        at,
        ttl: 0,
        ...draft,
        name,
      },
      this.#random,
    );
    this.#count += 1;
    this.#prev = Uint8Array.from(mid);
    return { key: toHex(mid), envelope };
  }
}
