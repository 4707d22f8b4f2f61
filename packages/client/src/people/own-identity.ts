// This tab's identity while its room is open; the tab's storage keeps it for a reload (PERSON-0).

import type { RoomId } from '@mayfly/protocol';
import type { JoinProof } from '../crypto/join-proof.ts';
import { cleanName, nameFits } from '../crypto/person.ts';
import type { RandomBytes } from '../crypto/random.ts';
import { wipe } from '../crypto/wipe.ts';
import type { TabStorage } from '../storage/tab-storage.ts';
import { type Identity, forgetIdentity, identityOf, keepIdentity, settleIn } from './identity.ts';

export type OwnIdentityOptions = {
  readonly storage: TabStorage;
  /** Overwritten at the end. Unset: the one in `storage`, or a new one. */
  readonly identity?: Identity;
  /** As typed. */
  readonly name?: string;
};

export class OwnIdentity {
  readonly #storage: TabStorage;
  readonly #id: RoomId;
  #identity: Identity;

  /** Throws a RangeError for a name that `nameFits` refuses. */
  constructor(options: OwnIdentityOptions, id: RoomId, random: RandomBytes) {
    this.#storage = options.storage;
    this.#id = id;
    this.#identity = identityOf(options, id, random);
    settleIn(this.#storage, id, this.#identity);
  }

  get keys(): Identity {
    return this.#identity;
  }

  get pk(): Uint8Array {
    return this.#identity.pk;
  }

  get name(): string {
    return this.#identity.name;
  }

  /** How the next join proves that we may enter. An owner may enter a full or closed room, even the first time. */
  get proof(): JoinProof {
    const { joined, ownerCode } = this.#identity;
    if (joined) return { as: 'member' };
    return ownerCode === undefined ? { as: 'key' } : { as: 'owner', ownerCode };
  }

  /** False for a name that doesn't fit. */
  rename(name: string): boolean {
    if (!nameFits(cleanName(name))) return false;
    this.#update({ name: cleanName(name) });
    return true;
  }

  /** From here on the room has a record of us. */
  noteJoined(): void {
    if (!this.#identity.joined) this.#update({ joined: true });
  }

  /** This tab owns the room from here on. Without a code, nothing in it has the owner's powers. */
  keepOwnerCode(code?: string): void {
    const { ownerCode: _, ...identity } = this.#identity;
    this.#identity = identity;
    this.#update(code === undefined ? {} : { ownerCode: code });
  }

  /** The next page in this tab is a new person. */
  forget(): void {
    forgetIdentity(this.#storage, this.#id);
  }

  wipe(): void {
    wipe(this.#identity.seed, this.#identity.xSecret);
  }

  #update(change: Partial<Pick<Identity, 'name' | 'joined' | 'ownerCode'>>): void {
    this.#identity = { ...this.#identity, ...change };
    keepIdentity(this.#storage, this.#id, this.#identity);
  }
}
