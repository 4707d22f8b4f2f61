// Who this tab is in one room: made once, kept in the tab's storage, so that a refresh is the same person (PERSON-0).
// Which storage that is, the page decides; nothing is kept elsewhere.

import { type RoomId, bytesField, field, flag, parseJsonObject, toBase64url } from '@mayfly/protocol';
import { exchangePublicKeyOf } from './crypto/exchange.ts';
import { cleanName, nameFits } from './crypto/person.ts';
import type { RandomBytes } from './crypto/random.ts';
import { type SigningKey, signingKey } from './crypto/signature.ts';

/** Who somebody is in one room: an Ed25519 key pair, and what goes with it. Never the same in two rooms. */
export type Identity = SigningKey & {
  /** X25519, for keys that are sealed for this member. */
  readonly xSecret: Uint8Array;
  readonly xPk: Uint8Array;
  /** Empty for somebody who gave none. */
  readonly name: string;
  /** The room's owner code, in the tab that made the room. */
  readonly ownerCode?: string;
  /** The room has had us: it knows our public key. */
  readonly joined: boolean;
};

/** Text under a name, for this tab alone. In a browser: `sessionStorage`. */
export type TabStorage = {
  getItem(name: string): string | null;
  setItem(name: string, text: string): void;
  removeItem(name: string): void;
};

const SEED_BYTES = 32;
const OWNER_CODE = /^[1-9A-HJ-NP-Za-km-z]{32}$/;

/** `name` as it was typed; throws a RangeError where it is longer than `nameFits` allows. */
export function newIdentity(random: RandomBytes, name: string): Identity {
  return withKeys(random(SEED_BYTES), random(SEED_BYTES), { name: fittingName(name), joined: false });
}

/** Undefined where there is none, or not one that this version wrote. */
export function loadIdentity(storage: TabStorage, id: RoomId): Identity | undefined {
  const text = attempt(() => storage.getItem(storageName(id)));
  const object = parseJsonObject(text ?? '');
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

/** Whom to be in a room: who is named, else whom the storage holds, else somebody new. `name` replaces theirs. */
export function identityOf(
  { storage, identity, name }: { storage: TabStorage; identity?: Identity; name?: string },
  id: RoomId,
  random: RandomBytes,
): Identity {
  const known = identity ?? loadIdentity(storage, id);
  if (known === undefined) return newIdentity(random, name ?? '');
  return name === undefined ? known : { ...known, name: fittingName(name) };
}

/** A storage that is full or forbidden costs the refresh, not the chat. */
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
  attempt(() => storage.setItem(storageName(id), text));
}

/** Whoever opens the room from this storage now is somebody new. */
export function forgetIdentity(storage: TabStorage, id: RoomId): void {
  attempt(() => storage.removeItem(storageName(id)));
}

// Throws a RangeError for a name that is too long: whoever asks for it looks before.
function fittingName(name: string): string {
  const clean = cleanName(name);
  if (!nameFits(clean)) throw new RangeError('the name is too long');
  return clean;
}

function storageName(id: RoomId): string {
  return `mayfly:${id}:identity`;
}

function withKeys(
  seed: Uint8Array,
  xSecret: Uint8Array,
  rest: Pick<Identity, 'name' | 'joined' | 'ownerCode'>,
): Identity {
  return { ...signingKey(seed), xSecret, xPk: exchangePublicKeyOf(xSecret), ...rest };
}

function attempt<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}
