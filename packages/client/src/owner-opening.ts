// Opens a room by its owner link, in whatever epoch it is, and takes a seat of the owner's (OWNER-3).

import {
  MODERATORS_MAX,
  type Moderator,
  OP_CHARTER,
  POWER,
  type Refused,
  type RoomId,
  type ServerControl,
  TURNED_BACK,
  type TurnedBack,
  type Welcome,
  decodeServerControl,
  decodeServerSealed,
  encodeClientControl,
  encodeClientSealed,
  equalBytes,
  joinTranscript,
  oneOf,
} from '@mayfly/protocol';
import { type Clock, systemClock } from './clock.ts';
import type { Transport } from './connection/transport.ts';
import { type Amendable, amendCharter } from './crypto/amendment.ts';
import { checkCharter, openOwnerBox } from './crypto/charter.ts';
import { makeCommand } from './crypto/command.ts';
import { doorOf, epochKeys, roomSecrets, wipeEpochKeys, wipeRoomSecrets } from './crypto/keys.ts';
import { type OwnerKeys, ownerKeys } from './crypto/owner.ts';
import { type RandomBytes, secureRandom } from './crypto/random.ts';
import { sign } from './crypto/signature.ts';
import { wipe } from './crypto/wipe.ts';
import type { RoomLink } from './link.ts';
import { type Identity, newIdentity } from './people/identity.ts';

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

/** Another command may come first, and again. */
const TRIES_MAX = 5;
const RETRY_MS_MIN = 250;

/**
 * Joins as the owner, opens what the owner sealed for themselves, and takes a seat of the owner's by an amended charter. Hangs
 * up then. Never rejects.
 */
export async function openOwnerLink(options: OwnerLinkOptions): Promise<OwnerOpened> {
  const { ownerCode, name, random = secureRandom } = options;
  const identity = { ...newIdentity(random, name), ownerCode };
  const owner = ownerKeys(ownerCode);
  let opened = await visit(options, identity, owner);
  for (let tries = 1; opened === 'stale' && tries < TRIES_MAX; tries++)
    opened = await visit(options, identity, owner);
  wipe(owner.seed, owner.boxKey);
  if (opened !== 'stale' && opened.ok) return opened;
  wipe(identity.seed, identity.xSecret);
  return opened === 'stale' ? NO_ANSWER : opened;
}

const NO_ANSWER = { ok: false, reason: 'no_answer' } as const;

/** `stale`: another command came first, so what is in force has to be read again. */
type Visited = OwnerOpened | 'stale';

function visit(options: OwnerLinkOptions, identity: Identity, owner: OwnerKeys): Promise<Visited> {
  const { id, transport, clock = systemClock, random = secureRandom } = options;
  return new Promise((resolve) => {
    let seat: Seat | undefined;
    let opened: OwnerOpened = NO_ANSWER;
    let retry: Disposable | undefined;
    let isAsked = false;
    const finish = (answer: Visited): void => {
      timeout[Symbol.dispose]();
      retry?.[Symbol.dispose]();
      wire.close();
      resolve(answer);
    };
    const giveUp = (): void => finish(NO_ANSWER);
    const take = (): void => {
      if (seat !== undefined) wire.send(encodeClientSealed({ type: 'command', ...seat }));
    };
    const enter = (welcome: Welcome): void => {
      opened = answerTo(welcome, id, owner, identity);
      if (!opened.ok || !takesSeats(welcome)) return finish(opened);
      seat = makeSeat(welcome, opened.link, { id, owner, idPk: identity.pk, random });
      if (seat === undefined) giveUp();
      else take();
    };
    const refused = ({ c, code, retryAfterMs }: Refused): void => {
      if (seat === undefined || c !== seat.c) return;
      if (code === 'stale') finish('stale');
      else if (retryAfterMs === 0) giveUp();
      else retry = clock.after(Math.max(RETRY_MS_MIN, retryAfterMs), take);
    };
    const receive = (frame: ServerControl): void => {
      if (frame.type === 'refused') return refused(frame);
      if (seat !== undefined)
        return frame.type === 'ended' ? finish({ ok: false, reason: 'ended' }) : undefined;
      if (frame.type === 'welcome') return enter(frame);
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
      binary: (bytes) => {
        if (seat === undefined) giveUp();
        else if (isLogged(bytes, seat)) finish(opened);
      },
      closed: giveUp,
    });
    const timeout = clock.after(OWNER_LINK_WITHIN_MS, giveUp);
  });
}

type Seat = { readonly c: number; readonly bytes: Uint8Array; readonly blob: Uint8Array };

function takesSeats({ features }: Welcome): boolean {
  return features.includes('commands') && features.includes('settings');
}

function isLogged(frame: Uint8Array, { bytes }: Seat): boolean {
  const event = decodeServerSealed(frame);
  return event?.type === 'command' && equalBytes(event.bytes, bytes);
}

type SeatFor = {
  readonly id: RoomId;
  readonly owner: OwnerKeys;
  readonly idPk: Uint8Array;
  readonly random: RandomBytes;
};

/** The charter in force, with one more owner's tab. Undefined if it has no room for one. */
function makeSeat(
  { epoch, c: lastC, charter, blob }: Welcome,
  { secret, second }: RoomLink,
  { id, owner, idPk, random }: SeatFor,
): Seat | undefined {
  const secrets = roomSecrets(secret, second && Uint8Array.from(second));
  const keys = epochKeys(secrets.root, id, epoch);
  const seated = ({ words, moderators }: Amendable) => ({ words, moderators: withSeat(moderators, idPk) });
  const made = amendCharter({ bytes: charter, blob }, keys, seated, random);
  wipeEpochKeys(keys);
  wipeRoomSecrets(secrets);
  const c = lastC + 1;
  return (
    made && {
      c,
      blob: made.blob,
      bytes: makeCommand({ id, epoch, c, op: OP_CHARTER, args: made.args }, owner),
    }
  );
}

// Seats of tabs that were closed stay: the oldest gives way.
function withSeat(moderators: readonly Moderator[], idPk: Uint8Array): readonly Moderator[] {
  const oldest = moderators.find(({ mask }) => (mask & POWER.owner) !== 0);
  const kept = moderators.length < MODERATORS_MAX ? moderators : moderators.filter((one) => one !== oldest);
  return [...kept, { idPk, mask: POWER.owner }];
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
