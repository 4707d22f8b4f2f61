// Whether a welcome comes from the room that the link was made for, checked before anything is sent (CHARTER-3).

import { type Moderator, POWER, type RoomId, type Welcome } from '@mayfly/protocol';
import { checkCharter } from '../crypto/charter.ts';
import { wipe } from '../crypto/wipe.ts';
import type { RoomEnd } from '../room-updates.ts';
import type { KeyRing } from './key-ring.ts';

export type CheckedWelcome =
  | {
      readonly ok: true;
      readonly ownerPk: Uint8Array;
      readonly moderators: readonly Moderator[];
      /** Keys of the owner's own tabs. */
      readonly owners: readonly Uint8Array[];
    }
  | { readonly ok: false; readonly end: RoomEnd };

/** This version only opens links that are enough by themselves. */
const DOOR = 1;

export function checkWelcome(welcome: Welcome, id: RoomId, ring: KeyRing): CheckedWelcome {
  const { secrets, current: keys } = ring;
  if (welcome.epoch !== keys.epoch) return { ok: false, end: { why: 'incompatible' } };
  const { charter: bytes, blob, c: lastC } = welcome;
  const checked = checkCharter({ id, secrets, keys, door: DOOR, lastC, bytes, blob });
  if (!checked.ok) return { ok: false, end: { why: 'false_room' } };
  const { ownerPk, r, roots } = checked.manifest;
  wipe(r, ...roots.map(({ root }) => root));
  const { moderators } = checked.charter;
  const owners = moderators.filter(({ mask }) => (mask & POWER.owner) !== 0).map(({ idPk }) => idPk);
  return { ok: true, ownerPk, moderators, owners };
}
