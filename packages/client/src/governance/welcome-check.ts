// Whether a welcome, a look or a command shows the room that the link was made for (CHARTER-3, CHARTER-5).

import { type LogEvent, type RoomId, type Sight, type Welcome, decodeCharterArgs } from '@mayfly/protocol';
import { type ShownCharter, checkCharter } from '../crypto/charter.ts';
import { doorOf } from '../crypto/keys.ts';
import type { RoomWords } from '../crypto/room-words.ts';
import { wipe } from '../crypto/wipe.ts';
import type { CharterInForce } from './in-force.ts';
import { KeyRing } from './key-ring.ts';

/** CHARTER-3. Undefined if it isn't that room. */
export function checkWelcome({ charter: bytes, blob, c: lastC }: Welcome, id: RoomId, ring: KeyRing) {
  return read({ bytes, blob, lastC }, id, ring);
}

type CharterEvent = Pick<Extract<LogEvent, { type: 'command' }>, 'command' | 'bytes' | 'blob'>;

/** CHARTER-5: one in the log. Undefined if it fails a check, or is of another epoch than this page is in. */
export function readCharter({ command, bytes, blob }: CharterEvent, id: RoomId, ring: KeyRing) {
  return read({ bytes, blob, lastC: command.c }, id, ring);
}

/** Whether it is the charter that its owner signed, as far as this page can know: it keeps no keys to check earlier epochs. */
export function holds(event: CharterEvent, id: RoomId, ring: KeyRing): boolean {
  const epoch = decodeCharterArgs(event.command.args)?.newEpoch ?? -1;
  return epoch < ring.current.epoch || readCharter(event, id, ring) !== undefined;
}

/** LOOK-5: the words in a charter that passes all checks; else none. */
export function wordsOfSight(
  { charter: bytes, blob }: Sight,
  { id, secret }: { readonly id: RoomId; readonly secret: string },
): RoomWords {
  if (bytes === undefined || blob === undefined) return {};
  const ring = new KeyRing(id, secret);
  const charter = read({ bytes, blob, lastC: C_MAX }, id, ring);
  ring.wipe();
  return charter?.words ?? {};
}

/** A look gives no number to compare with. */
const C_MAX = 0xffff_ffff;

function read(
  shown: Pick<ShownCharter, 'bytes' | 'blob' | 'lastC'>,
  id: RoomId,
  { secrets, current: keys }: KeyRing,
): CharterInForce | undefined {
  const checked = checkCharter({ id, secrets, keys, door: doorOf(secrets), ...shown });
  if (!checked.ok) return undefined;
  const { ownerPk, r, roots, ...words } = checked.manifest;
  wipe(r, ...roots.map(({ root }) => root));
  const { moderators, c } = checked.charter;
  const { bytes, blob } = shown;
  return { c, bytes, blob, ownerPk, moderators, words };
}
