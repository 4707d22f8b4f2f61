// A member's name and exchange key: sealed, signed, always 301 bytes (PROFILE-1 to PROFILE-3).

import {
  ByteReader,
  type MemberProfile,
  PROFILE_BYTES,
  PROFILE_TYPE,
  PUBLIC_KEY_BYTES,
  SIGNATURE_BYTES,
  SLOT_BYTES,
  allZero,
  concat,
  decodeUtf8,
  epochOf,
  equalBytes,
  u32,
  u48,
  u8,
  utf8,
} from '@mayfly/protocol';
import { BOX_OVERHEAD, openBox, sealBox } from './box.ts';
import { isGoodExchangeKey } from './exchange.ts';
import type { EpochKeys } from './keys.ts';
import { nameFits } from './person.ts';
import type { RandomBytes } from './random.ts';
import { type SigningKey, sign, verify } from './signature.ts';
import { withJoined } from './wipe.ts';

const HEADER_BYTES = 5;
const INNER_BYTES = PROFILE_BYTES - HEADER_BYTES - BOX_OVERHEAD;

export type Profile = {
  /** X25519, for keys that are sealed for this member. */
  readonly xPk: Uint8Array;
  /** The sender's clock, milliseconds since 1970: the newest profile counts. */
  readonly at: number;
  readonly name: string;
};

/** Throws a RangeError for a name that does not fit. */
export function sealProfile(
  keys: EpochKeys,
  author: SigningKey,
  slot: Uint8Array,
  profile: Profile,
  random: RandomBytes,
): Uint8Array {
  if (!nameFits(profile.name)) throw new RangeError('PERSON-1');
  const name = utf8(profile.name);
  const fields = concat(author.pk, profile.xPk, slot, u48(profile.at), u8(name.length), name);
  const inner = new Uint8Array(INNER_BYTES);
  const signature = withJoined([keys.ctx, fields], (signed) => sign(author.seed, 'prosig', signed));
  inner.set(concat(fields, signature));
  const header = concat(u8(PROFILE_TYPE), u32(keys.epoch));
  const sealed = withJoined(associated(keys, header), (aad) => sealBox(keys.profile, aad, inner, random));
  return concat(header, sealed);
}

/** Undefined if the member with that slot and key didn't write it (PROFILE-2): drop it. */
export function openProfile(
  keys: EpochKeys,
  { slot, idPk, sealed }: Omit<MemberProfile, 'type'>,
): Profile | undefined {
  if (sealed.length !== PROFILE_BYTES || sealed[0] !== PROFILE_TYPE) return undefined;
  if (epochOf(sealed) !== keys.epoch) return undefined;
  const header = sealed.subarray(0, HEADER_BYTES);
  const inner = withJoined(associated(keys, header), (aad) =>
    openBox(keys.profile, aad, sealed.subarray(HEADER_BYTES)),
  );
  return inner && readInner(keys, slot, idPk, inner);
}

function readInner(
  keys: EpochKeys,
  slot: Uint8Array,
  idPk: Uint8Array,
  inner: Uint8Array,
): Profile | undefined {
  const reader = new ByteReader(inner);
  const pk = reader.take(PUBLIC_KEY_BYTES);
  const xPk = reader.take(PUBLIC_KEY_BYTES);
  const namedSlot = reader.take(SLOT_BYTES);
  const at = reader.u48();
  const nameBytes = reader.take(reader.u8());
  const signature = reader.take(SIGNATURE_BYTES);
  const padding = reader.rest();
  const name = decodeUtf8(nameBytes);
  if (!reader.ended || !allZero(padding) || name === undefined || !nameFits(name)) return undefined;
  if (!equalBytes(pk, idPk) || !equalBytes(namedSlot, slot) || !isGoodExchangeKey(xPk)) return undefined;
  const fields = inner.subarray(0, inner.length - padding.length - SIGNATURE_BYTES);
  const holds = withJoined([keys.ctx, fields], (signed) => verify(pk, 'prosig', signed, signature));
  return holds ? { xPk, at, name } : undefined;
}

function associated(keys: EpochKeys, header: Uint8Array): readonly Uint8Array[] {
  return [utf8('mayfly/v1 env\0'), header, keys.ctx];
}
