// A member that writes into a room without the SDK: honest chains, and anything else a member can make.

import { type RoomId, concat, parseRoomId, utf8 } from '@mayfly/protocol';
import { openBox, sealBox } from '../crypto/box.ts';
import { CTYPE } from '../content/ctype.ts';
import { type MessageContent, sealMessage } from '../crypto/envelope.ts';
import { type EpochKeys, epochKeys, roomSecrets } from '../crypto/keys.ts';
import { linkSecret, ownerKeys } from '../crypto/owner.ts';
import type { RandomBytes } from '../crypto/random.ts';
import { type SigningKey, signingKey } from '../crypto/signature.ts';
import { seededRandom } from './random.ts';

export function roomId(text: string): RoomId {
  const id = parseRoomId(text);
  if (id === undefined) throw new Error('not a room id');
  return id;
}

export const ID = roomId('k7Qm2x');
export const OWNER_CODE = '7'.repeat(32);
export const OWNER = ownerKeys(OWNER_CODE);
export const R = seededRandom('r')(32);
export const SECRET = linkSecret(OWNER.pk, R);
export const SECRETS = roomSecrets(SECRET);

export function keysOfEpoch(epoch: number): EpochKeys {
  return epochKeys(SECRETS.root, ID, epoch);
}

export const KEYS = keysOfEpoch(0);

export type Sealed = { readonly envelope: Uint8Array; readonly mid: Uint8Array };

export class Author {
  readonly key: SigningKey;
  readonly name: string;
  readonly #random: RandomBytes;
  #sess: Uint8Array;
  #count = 0;
  #prev = new Uint8Array(32);

  constructor(name: string) {
    this.name = name;
    this.#random = seededRandom(`author ${name}`);
    this.key = signingKey(this.#random(32));
    this.#sess = this.#random(4);
  }

  /** The next message of the chain; `odd` replaces what an honest author would put there. */
  write(body: string, odd: Partial<MessageContent> = {}, keys: EpochKeys = KEYS): Sealed {
    const sealed = this.forge(this.key, body, odd, keys);
    this.#count += 1;
    this.#prev = Uint8Array.from(sealed.mid);
    return sealed;
  }

  /** As `write`, but signed by another key: the chain doesn't continue. */
  forge(signer: SigningKey, body: string, odd: Partial<MessageContent> = {}, keys: EpochKeys = KEYS): Sealed {
    const content: MessageContent = {
      sess: this.#sess,
      count: this.#count + 1,
      prev: this.#prev,
      statement: { logTag: new Uint8Array(4), seq: 0, events: 0, seen: new Uint8Array(8) },
      at: Date.now(),
      ctype: CTYPE.text,
      name: this.name,
      body,
      ttl: 0,
      ...odd,
    };
    return sealMessage(keys, { seed: signer.seed, pk: this.key.pk }, content, this.#random);
  }

  /** Counts one message that never reaches anyone. */
  lose(): Sealed {
    return this.write('lost');
  }

  restart(): void {
    this.#sess = this.#random(4);
    this.#count = 0;
    this.#prev = new Uint8Array(32);
  }
}

/** What any member can do with another's message: the same content under a new nonce, changed or not. */
export function reseal(
  envelope: Uint8Array,
  change: (inner: Uint8Array) => void = () => {},
  keys: EpochKeys = KEYS,
): Uint8Array {
  const header = envelope.subarray(0, 23);
  const aad = concat(utf8('mayfly/v1 env\0'), header, keys.ctx);
  const inner = openBox(keys.message, aad, envelope.subarray(23));
  if (inner === undefined) throw new Error('it does not open');
  change(inner);
  return concat(header, sealBox(keys.message, aad, inner, seededRandom('reseal')));
}

const FIXED_BYTES_BEFORE_NAME = 97;

/** The same signed content, and so the same `mid`, with a bad signature. */
export function spoilSignature(
  envelope: Uint8Array,
  body: string,
  name: string,
  ref: Uint8Array = new Uint8Array(),
  keys: EpochKeys = KEYS,
): Uint8Array {
  const nameAt = FIXED_BYTES_BEFORE_NAME + ref.length;
  const signatureAt = nameAt + 1 + utf8(name).length + 2 + utf8(body).length;
  const spoil = (inner: Uint8Array) => {
    inner[signatureAt] = (inner[signatureAt] ?? 0) ^ 1;
  };
  return reseal(envelope, spoil, keys);
}
