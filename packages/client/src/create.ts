// Creates a room: owner code, link and charter here, then two requests to the server (API-1 to API-4).

import {
  type ApiError,
  type HistoryPolicy,
  POWER,
  RESERVATION_MS,
  type RoomId,
  decodeApiRefusal,
  encodeCommandWithBlob,
  encodeCreateRoom,
  field,
  parseJsonObject,
  parseRoomId,
} from '@mayfly/protocol';
import { answerText } from './answer-text.ts';
import { systemClock } from './clock.ts';
import { type FirstCharter, makeFirstCharter } from './crypto/charter.ts';
import { roomSecrets, wipeRoomSecrets } from './crypto/keys.ts';
import { type OwnerKeys, linkSecret, newOwnerCode, ownerKeys } from './crypto/owner.ts';
import { type RandomBytes, secureRandom } from './crypto/random.ts';
import { type RoomWords, fittingRoomWords } from './crypto/room-words.ts';
import { wipe } from './crypto/wipe.ts';
import { type Identity, newIdentity } from './people/identity.ts';
import { FLAG_PASSPHRASE, type RoomLink, withoutLastSlash } from './link.ts';

/** `unowned`: the owner code is thrown away once the room is there. No one can check that it was. */
export type NewRoom = RoomWords & { readonly unowned?: boolean };

/** The room to create, and its creator. */
export type CreateOptions = {
  /** Of the server, with the path it runs under, if any: `https://chat.example`, `https://example.org/chat-app`. Unset on a page: its own. */
  readonly origin?: string;
  /** Seconds without activity after which the room ends. */
  readonly lifeSeconds: number;
  /** Whether people who join later see earlier messages. */
  readonly history: HistoryPolicy;
  /** The creator's, as typed. */
  readonly name: string;
  /** The room's own name and topic, as typed. Only people with the link can read them. */
  readonly room?: NewRoom;
  /**
   * For a room that needs a passphrase as well: makes P from the link's secret (see `passphraseKey` of
   * `@mayfly/client/passphrase`). Undefined ends the attempt as `cancelled`, before anything is sent.
   */
  readonly second?: (secret: string) => Promise<Uint8Array | undefined>;
  /** Aborts the attempt. The result is then the server's last answer, or `offline`. */
  readonly signal?: AbortSignal;
  readonly fetch?: typeof globalThis.fetch;
  readonly random?: RandomBytes;
};

/** The result. */
export type Created =
  /** The room is open, with its whole life left. `identity` is the owner's, with the owner code unless the room is unowned: join with it. */
  | {
      readonly ok: true;
      readonly link: RoomLink;
      readonly identity: Identity;
    }
  /** `retryAfterMs` 0: trying again won't help, unless the network was the reason. `cancelled`: there was no `second`. */
  | {
      readonly ok: false;
      readonly reason: ApiError | 'offline' | 'cancelled';
      readonly retryAfterMs: number;
    };

/**
 * Creates a room and its owner. Throws a RangeError for a name that `nameFits` refuses and a topic that `topicFits` refuses;
 * anything else is a `Created`.
 */
export async function createRoom(options: CreateOptions): Promise<Created> {
  const random = options.random ?? secureRandom;
  const words = fittingRoomWords(options.room ?? {});
  const ownerCode = newOwnerCode(random);
  const owner = ownerKeys(ownerCode);
  const creator = newIdentity(random, options.name);
  const identity = options.room?.unowned === true ? creator : { ...creator, ownerCode };
  const link = await makeRoom(options, owner, identity, words);
  wipe(owner.seed, owner.boxKey);
  if ('id' in link) return { ok: true, link, identity };
  wipe(identity.seed, identity.xSecret);
  return link;
}

async function makeRoom(
  options: CreateOptions,
  owner: OwnerKeys,
  identity: Identity,
  words: RoomWords,
): Promise<RoomLink | Failed> {
  const random = options.random ?? secureRandom;
  const r = random(32);
  const secret = linkSecret(owner.pk, r);
  const second = await options.second?.(secret);
  if (options.second !== undefined && second === undefined) return CANCELLED;
  const reserved = await reserve(options, owner);
  if (!reserved.ok) return reserved;
  const { id } = reserved;
  const body = makeCharter({ id, owner, r, secrets: roomSecrets(secret, second), words }, identity, random);
  const opened = await sendCharter(options, `/api/rooms/${id}/charter`, body);
  if (!opened.ok) return opened;
  return { id, secret, ...(second && { door: FLAG_PASSPHRASE, second }) };
}

/** The request body with the charter that commits to the link. */
function makeCharter(
  room: Omit<FirstCharter, 'moderators'>,
  { pk, ownerCode }: Identity,
  random: RandomBytes,
): Uint8Array {
  const moderators = ownerCode === undefined ? [] : [{ idPk: pk, mask: POWER.owner }];
  const charter = makeFirstCharter({ ...room, moderators }, random);
  wipe(room.r);
  wipeRoomSecrets(room.secrets);
  return encodeCommandWithBlob(charter.bytes, charter.blob);
}

type Failed = Extract<Created, { ok: false }>;

const CANCELLED: Failed = { ok: false, reason: 'cancelled', retryAfterMs: 0 };

async function reserve(
  options: CreateOptions,
  owner: OwnerKeys,
): Promise<{ readonly ok: true; readonly id: RoomId } | Failed> {
  const body = encodeCreateRoom({
    ownerPk: owner.pk,
    life: options.lifeSeconds,
    history: options.history,
  });
  const answer = await post(options, '/api/rooms', 'application/json', body);
  if (!answer.ok) return answer;
  const object = parseJsonObject(answer.text);
  const idText = object && field(object, 'id');
  const id = typeof idText === 'string' ? parseRoomId(idText) : undefined;
  return id === undefined ? UNINTELLIGIBLE : { ok: true, id };
}

/** Together they take less time than the reservation lasts, whatever the server says. */
const OPEN_TRIES = 4;
const OPEN_AGAIN_MS = { usual: 1_000, max: RESERVATION_MS / OPEN_TRIES };

// If it stays unknown whether a charter opened its room, sending the same bytes again settles it (API-2).
async function sendCharter(options: CreateOptions, path: string, charter: Uint8Array): Promise<Answer> {
  const send = () => post(options, path, 'application/octet-stream', charter);
  let answer = await send();
  for (let tries = 1; tries < OPEN_TRIES && isUnknown(answer); tries++) {
    await pause(options, Math.min(answer.retryAfterMs || OPEN_AGAIN_MS.usual, OPEN_AGAIN_MS.max));
    const next = await send();
    if (!next.ok && options.signal?.aborted === true) return answer;
    answer = next;
  }
  // The charter is signed by the key that reserved the id, so the reservation must be gone.
  return !answer.ok && answer.reason === 'not_allowed' ? UNINTELLIGIBLE : answer;
}

function isUnknown(answer: Answer): answer is Failed {
  return !answer.ok && (answer.reason === 'unavailable' || answer.reason === 'offline');
}

function pause({ signal }: CreateOptions, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = systemClock.after(ms, resolve);
    const stop = () => {
      timer[Symbol.dispose]();
      resolve();
    };
    if (signal?.aborted === true) stop();
    signal?.addEventListener('abort', stop, { once: true });
  });
}

type Answer = { readonly ok: true; readonly text: string } | Failed;

const OFFLINE: Failed = { ok: false, reason: 'offline', retryAfterMs: 0 };
const UNINTELLIGIBLE: Failed = { ok: false, reason: 'unavailable', retryAfterMs: 0 };

async function post(
  { origin = '', signal, fetch = globalThis.fetch }: CreateOptions,
  path: string,
  type: string,
  body: string | Uint8Array,
): Promise<Answer> {
  try {
    const answer = await fetch(`${withoutLastSlash(origin)}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': type },
      body: typeof body === 'string' ? body : Uint8Array.from(body),
      ...(signal && { signal }),
    });
    const text = await answerText(answer);
    if (text === undefined) return UNINTELLIGIBLE;
    return answer.ok ? { ok: true, text } : readError(text);
  } catch {
    return OFFLINE;
  }
}

// A proxy's error page is not an answer of ours.
function readError(text: string): Failed {
  const refusal = decodeApiRefusal(text);
  if (refusal === undefined) return UNINTELLIGIBLE;
  return { ok: false, reason: refusal.error, retryAfterMs: refusal.retryAfterMs };
}
