// Whether a welcome comes from the room that the link's maker opened: looked at before anything is sent (CHARTER-3).

import type { RoomId, Welcome } from '@mayfly/protocol';
import { type Charter, checkCharter } from '../crypto/charter.ts';
import type { EpochKeys, RoomSecrets } from '../crypto/keys.ts';
import { wipe } from '../crypto/wipe.ts';
import type { RoomEnd } from '../room-updates.ts';

export type CheckedWelcome =
  | { readonly ok: true; readonly charter: Charter; readonly ownerPk: Uint8Array }
  | { readonly ok: false; readonly end: RoomEnd };

/** The door of every link this version opens: the link is enough. */
const DOOR = 1;

export function checkWelcome(
  welcome: Welcome,
  id: RoomId,
  secrets: RoomSecrets,
  keys: EpochKeys,
): CheckedWelcome {
  if (welcome.epoch !== keys.epoch) return { ok: false, end: { why: 'incompatible' } };
  const { charter: bytes, blob, c: lastC } = welcome;
  const checked = checkCharter({ id, secrets, keys, door: DOOR, lastC, bytes, blob });
  if (!checked.ok) return { ok: false, end: { why: 'false_room' } };
  const { ownerPk, r, roots } = checked.manifest;
  wipe(r, ...roots.map(({ root }) => root));
  return { ok: true, charter: checked.charter, ownerPk };
}
