// Whether a welcome or a look shows the room that the link was made for (CHARTER-3).

import { type Moderator, POWER, type RoomId, type Sight, type Welcome } from '@mayfly/protocol';
import { checkCharter } from '../crypto/charter.ts';
import { doorOf } from '../crypto/keys.ts';
import type { RoomWords } from '../crypto/room-words.ts';
import { wipe } from '../crypto/wipe.ts';
import type { RoomEnd } from '../room-updates.ts';
import { KeyRing } from './key-ring.ts';

export type CheckedWelcome =
  | {
      readonly ok: true;
      readonly ownerPk: Uint8Array;
      readonly moderators: readonly Moderator[];
      /** Keys of the owner's own tabs. */
      readonly owners: readonly Uint8Array[];
      readonly words: RoomWords;
    }
  | { readonly ok: false; readonly end: RoomEnd };

export function checkWelcome(welcome: Welcome, id: RoomId, ring: KeyRing): CheckedWelcome {
  const { secrets, current: keys } = ring;
  if (welcome.epoch !== keys.epoch) return { ok: false, end: { why: 'incompatible' } };
  const { charter: bytes, blob, c: lastC } = welcome;
  const checked = checkCharter({ id, secrets, keys, door: doorOf(secrets), lastC, bytes, blob });
  if (!checked.ok) return { ok: false, end: { why: 'false_room' } };
  const { ownerPk, r, roots, ...words } = checked.manifest;
  wipe(r, ...roots.map(({ root }) => root));
  const { moderators } = checked.charter;
  const owners = moderators.filter(({ mask }) => (mask & POWER.owner) !== 0).map(({ idPk }) => idPk);
  return { ok: true, ownerPk, moderators, owners, words };
}

/** LOOK-5: the words in a charter that passes all checks; else none. */
export function wordsOfSight(
  { charter: bytes, blob }: Sight,
  { id, secret }: { readonly id: RoomId; readonly secret: string },
): RoomWords {
  if (bytes === undefined || blob === undefined) return {};
  const ring = new KeyRing(id, secret);
  const { secrets, current: keys } = ring;
  const checked = checkCharter({ id, secrets, keys, door: doorOf(secrets), lastC: C_MAX, bytes, blob });
  ring.wipe();
  if (!checked.ok) return {};
  const { r, roots, name, topic } = checked.manifest;
  wipe(r, ...roots.map(({ root }) => root));
  return { ...(name && { name }), ...(topic && { topic }) };
}

/** A look gives no number to compare with. */
const C_MAX = 0xffff_ffff;
