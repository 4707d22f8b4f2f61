// Opens a room by its owner link, in whatever epoch it is (OWNER-3). A module of its own: few pages need it.

import {
  BASE58,
  type RoomId,
  type ServerControl,
  TURNED_BACK,
  type TurnedBack,
  type Welcome,
  decodeServerControl,
  encodeClientControl,
  equalBytes,
  joinTranscript,
  oneOf,
  parseRoomId,
} from '@mayfly/protocol';
import { type Clock, systemClock } from './clock.ts';
import type { Transport } from './connection/transport.ts';
import { checkCharter, openOwnerBox } from './crypto/charter.ts';
import { doorOf, epochKeys, roomSecrets, wipeEpochKeys, wipeRoomSecrets } from './crypto/keys.ts';
import { type OwnerKeys, ownerKeys } from './crypto/owner.ts';
import { type RandomBytes, secureRandom } from './crypto/random.ts';
import { sign } from './crypto/signature.ts';
import { wipe } from './crypto/wipe.ts';
import { type RoomLink, makeLink, readFragment } from './link.ts';
import { type Identity, newIdentity } from './people/identity.ts';

/** The flag of an owner link (LINK-5). */
const FLAG_OWNER = 5;

/** The link that makes whoever has it the room's owner. `server` as in `makeLink`. */
export function makeOwnerLink(server: string, id: RoomId, ownerCode: string): string {
  return makeLink(server, id, ownerCode, FLAG_OWNER);
}

const OWNER_LINK = new RegExp(`/chat/([${BASE58}]{4,32})#(${FLAG_OWNER}[${BASE58}]{34})(?![${BASE58}])`);

/** The room and the owner code of an owner link that stands in an address. */
export function readOwnerLink(
  address: string,
): { readonly id: RoomId; readonly ownerCode: string } | undefined {
  const [, idText = '', fragment = ''] = OWNER_LINK.exec(address) ?? [];
  const [id, read] = [parseRoomId(idText), readFragment(fragment)];
  return id === undefined || read === undefined ? undefined : { id, ownerCode: read.secret };
}

export type OwnerLinkOptions = {
  readonly id: RoomId;
  readonly ownerCode: string;
  readonly transport: Transport;
  /** As typed. A RangeError is thrown for a name that `nameFits` refuses. */
  readonly name: string;
  readonly clock?: Clock;
  readonly random?: RandomBytes;
};

/** `false_room`: what the server showed isn't this owner's room. `no_answer`: none that this version understands. */
export type OwnerOpened =
  /** Open the room with both: the room knows this identity already. */
  | { readonly ok: true; readonly link: RoomLink; readonly identity: Identity }
  | { readonly ok: false; readonly reason: TurnedBack | 'ended' | 'false_room' | 'no_answer' };

/** How long an answer may take, in milliseconds. */
export const OWNER_LINK_WITHIN_MS = 20_000;

/** Joins as the owner, opens what the owner sealed for themselves, and hangs up. Never rejects. */
export function openOwnerLink(options: OwnerLinkOptions): Promise<OwnerOpened> {
  const { id, ownerCode, transport, name, clock = systemClock, random = secureRandom } = options;
  const identity = { ...newIdentity(random, name), ownerCode };
  const owner = ownerKeys(ownerCode);
  return new Promise((resolve) => {
    const finish = (answer: OwnerOpened): void => {
      timeout[Symbol.dispose]();
      wire.close();
      wipe(owner.seed, owner.boxKey);
      if (!answer.ok) wipe(identity.seed, identity.xSecret);
      resolve(answer);
    };
    const giveUp = (): void => finish({ ok: false, reason: 'no_answer' });
    let isAsked = false;
    const receive = (frame: ServerControl): void => {
      if (frame.type !== 'challenge') return finish(answerTo(frame, id, owner, identity));
      if (isAsked) return giveUp();
      isAsked = true;
      wire.send(encodeOwnerJoin(id, identity, owner, frame.nonce));
    };
    const wire = transport({
      text: (text) => {
        const frame = decodeServerControl(text);
        if (frame !== undefined) receive(frame);
      },
      binary: giveUp,
      closed: giveUp,
    });
    const timeout = clock.after(OWNER_LINK_WITHIN_MS, giveUp);
  });
}

function encodeOwnerJoin(id: RoomId, { seed, pk }: Identity, owner: OwnerKeys, nonce: Uint8Array): string {
  const transcript = joinTranscript(id, nonce, pk);
  return encodeClientControl({
    type: 'join',
    id,
    idPk: pk,
    as: 'owner',
    idSig: sign(seed, 'id', transcript),
    keySig: sign(owner.seed, 'owner', transcript),
  });
}

function answerTo(frame: ServerControl, id: RoomId, owner: OwnerKeys, identity: Identity): OwnerOpened {
  const turnedBack = oneOf(frame.type, TURNED_BACK);
  if (turnedBack !== undefined) return { ok: false, reason: turnedBack };
  if (frame.type === 'ended') return { ok: false, reason: 'ended' };
  if (frame.type !== 'welcome') return { ok: false, reason: 'no_answer' };
  const link = linkIn(frame, id, owner);
  if (link === undefined) return { ok: false, reason: 'false_room' };
  return { ok: true, link, identity: { ...identity, joined: true } };
}

/** CHARTER-3, with the secrets from the owner box. Undefined: another room, or another owner's. */
function linkIn({ epoch, c, charter, blob }: Welcome, id: RoomId, owner: OwnerKeys): RoomLink | undefined {
  const opened = openOwnerBox(owner, id, epoch, blob);
  if (opened === undefined) return undefined;
  const { secret, second } = opened;
  const secrets = roomSecrets(secret, second);
  const keys = epochKeys(secrets.root, id, epoch);
  const shown = { id, secrets, keys, door: doorOf(secrets), lastC: c, bytes: charter, blob };
  const checked = checkCharter(shown);
  wipeEpochKeys(keys);
  wipeRoomSecrets(secrets);
  if (!checked.ok || !equalBytes(checked.manifest.ownerPk, owner.pk)) return undefined;
  wipe(checked.manifest.r, ...checked.manifest.roots.map(({ root }) => root));
  return { id, secret, ...(second && { door: 2, second }) };
}
