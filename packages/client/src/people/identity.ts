// This tab's identity in one room: created once and kept in the tab's storage, so a reload is the same person (PERSON-0).

import {
  type RoomId,
  bytesField,
  equalBytes,
  field,
  flag,
  parseJsonObject,
  toBase64url,
} from '@mayfly/protocol';
import { exchangePublicKeyOf } from '../crypto/exchange.ts';
import { cleanName, nameFits } from '../crypto/person.ts';
import type { RandomBytes } from '../crypto/random.ts';
import { type SigningKey, signingKey } from '../crypto/signature.ts';
import { forgetDraft } from '../storage/draft.ts';
import { forgetLog } from '../storage/log-memory.ts';
import { forgetFiles } from '../storage/file-names.ts';
import { forgetOutbox } from '../storage/outbox-names.ts';
import { RoomStorage, type TabStorage } from '../storage/tab-storage.ts';

/** A person's identity in one room: an Ed25519 key pair and its details. Never the same in two rooms. */
export type Identity = SigningKey & {
  /** X25519, for keys that are sealed for this member. */
  readonly xSecret: Uint8Array;
  readonly xPk: Uint8Array;
  /** Empty if they gave none. */
  readonly name: string;
  /** The room's owner code, in the tab that made the room. */
  readonly ownerCode?: string;
  /** We have been in the room, so it has a record of our public key. */
  readonly joined: boolean;
};

const IDENTITY = 'identity';
const SEED_BYTES = 32;
const OWNER_CODE = /^[1-9A-HJ-NP-Za-km-z]{32}$/;

/** `name` as typed. Throws a RangeError if `nameFits` refuses it. */
export function newIdentity(random: RandomBytes, name: string): Identity {
  return withKeys(random(SEED_BYTES), random(SEED_BYTES), { name: fittingName(name), joined: false });
}

/** Undefined if there is none, or none that this version can read. */
export function loadIdentity(storage: TabStorage, id: RoomId): Identity | undefined {
  const object = parseJsonObject(new RoomStorage(storage, id).get(IDENTITY));
  if (object === undefined || field(object, 'v') !== 1) return undefined;
  const seed = bytesField(field(object, 'seed'), SEED_BYTES);
  const xSecret = bytesField(field(object, 'x'), SEED_BYTES);
  const name = field(object, 'name');
  const joined = flag(field(object, 'joined'));
  const ownerCode = field(object, 'owner');
  if (seed === undefined || xSecret === undefined || joined === undefined) return undefined;
  if (typeof name !== 'string' || !nameFits(name)) return undefined;
  const owner = typeof ownerCode === 'string' && OWNER_CODE.test(ownerCode) ? { ownerCode } : {};
  return withKeys(seed, xSecret, { name: cleanName(name), joined, ...owner });
}

/** The given identity, otherwise the stored one, otherwise a new one. `name` replaces its name. */
export function identityOf(
  { storage, identity, name }: { storage: TabStorage; identity?: Identity; name?: string },
  id: RoomId,
  random: RandomBytes,
): Identity {
  const known = identity ?? loadIdentity(storage, id);
  if (known === undefined) return newIdentity(random, name ?? '');
  return name === undefined ? known : { ...known, name: fittingName(name) };
}

/** If the storage is full or forbidden, a reload is a new person; the chat still works. */
export function keepIdentity(storage: TabStorage, id: RoomId, identity: Identity): void {
  const { seed, xSecret, name, joined, ownerCode } = identity;
  const text = JSON.stringify({
    v: 1,
    seed: toBase64url(seed),
    x: toBase64url(xSecret),
    name,
    joined,
    ...(ownerCode && { owner: ownerCode }),
  });
  new RoomStorage(storage, id).set(IDENTITY, text);
}

/** Makes it this tab's identity. Nothing of a different one that was stored remains. */
export function settleIn(storage: TabStorage, id: RoomId, identity: Identity): void {
  const before = loadIdentity(storage, id);
  if (before === undefined || !equalBytes(before.seed, identity.seed)) forgetIdentity(storage, id);
  keepIdentity(storage, id, identity);
}

/** The next page is a new person, so the draft and the outbox are removed too. */
export function forgetIdentity(storage: TabStorage, id: RoomId): void {
  const room = new RoomStorage(storage, id);
  room.remove(IDENTITY);
  forgetOutbox(room);
  forgetDraft(room);
  forgetFiles(room);
  forgetLog(room);
  // Kept by link-follower.ts.
  room.remove('epoch');
}

// Throws a RangeError for a name that is too long; callers check first.
function fittingName(name: string): string {
  const clean = cleanName(name);
  if (!nameFits(clean)) throw new RangeError('the name is too long');
  return clean;
}

function withKeys(
  seed: Uint8Array,
  xSecret: Uint8Array,
  rest: Pick<Identity, 'name' | 'joined' | 'ownerCode'>,
): Identity {
  return { ...signingKey(seed), xSecret, xPk: exchangePublicKeyOf(xSecret), ...rest };
}
