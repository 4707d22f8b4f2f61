// Creating a room over HTTP: reserve an id, then open it with the owner's charter (docs/protocol.md, API-1 to API-6).

import {
  BASE58,
  CHARTER_BLOB_BYTES,
  COMMAND_BYTES_MAX,
  CONTROL_BYTES_MAX,
  LIFE_SECONDS,
  RESERVATION_MS,
  type CreateRoom,
  type RoomId,
  decodeCommandWithBlob,
  decodeCreateRoom,
  parseRoomId,
} from '@mayfly/protocol';
import type { RandomBytes } from '../net/clock.ts';
import type { Events } from '../observe/events.ts';
import type { Guard } from '../guard/guard.ts';
import { PAUSE_MS } from '../guard/limits.ts';
import type { Slowed } from '../guard/connection-budget.ts';
import { verifyCharter } from '../auth/proof.ts';
import type { Refusal } from '../net/refusal.ts';
import {
  type Answer,
  BAD_REQUEST,
  BYTES_BODY,
  JSON_BODY,
  NOT_ALLOWED,
  type Route,
  tooOften,
  write,
} from './routes.ts';
import type { RoomSpace } from '../store/room-space.ts';
import type { RoomStore } from '../store/room-store.ts';

type RoomSettings = {
  readonly roomLifeSeconds: number;
  readonly roomLifeMaxSeconds: number;
  readonly roomCodeLength: number;
  readonly abuseContact: string | undefined;
};

export type RoomsDeps = {
  readonly config: RoomSettings;
  readonly store: RoomStore;
  readonly guard: Guard;
  readonly events: Events;
  readonly random: RandomBytes;
  readonly space: RoomSpace;
};

const CHARTER_BODY_MAX = 2 + COMMAND_BYTES_MAX + CHARTER_BLOB_BYTES;

const SERVER_FULL = { status: 503, error: 'server_full' } as const;
const NO_MEMORY: Refusal = { ...SERVER_FULL, retryAfterMs: PAUSE_MS.noMemory };
const NO_TIME: Refusal = { status: 503, error: 'unavailable', retryAfterMs: PAUSE_MS.busy };
/** The operator said so, and may say otherwise. */
const NO_NEW_ROOMS: Refusal = { ...SERVER_FULL, retryAfterMs: PAUSE_MS.files };
const NO_FREE_ID: Refusal = { ...SERVER_FULL, retryAfterMs: RESERVATION_MS };

export function roomRoutes(deps: RoomsDeps): readonly Route[] {
  const { roomLifeSeconds: life, roomLifeMaxSeconds: lifeMax, abuseContact } = deps.config;
  const limits = { life, lifeMax, ...(abuseContact !== undefined && { abuseContact }) };
  return [
    { method: 'GET', path: '/api/limits', answer: () => ({ status: 200, body: limits }) },
    write({
      method: 'POST',
      path: '/api/rooms',
      body: JSON_BODY,
      maxBytes: CONTROL_BYTES_MAX,
      decode: (text) => decodeRoom(text, lifeMax),
      limit: (address) => limitRooms(deps, address),
      answer: (wanted) => reserve(deps, wanted),
    }),
    write({
      method: 'POST',
      path: '/api/rooms/:id/charter',
      body: BYTES_BODY,
      maxBytes: CHARTER_BODY_MAX,
      decode: (bytes, { id = '' }) => decodeCharter(id, bytes),
      // Counts whether or not the id is reserved: the answer must not reveal it.
      limit: (address) => refusalOf(deps.guard.charter(address)),
      answer: (charter) => openRoom(deps, charter),
    }),
  ];
}

function refusalOf(slowed: Slowed | undefined): Refusal | undefined {
  return slowed && tooOften(slowed);
}

function decodeRoom(text: string, lifeMax: number): CreateRoom | Refusal {
  const wanted = decodeCreateRoom(text);
  if (wanted === undefined || wanted.life < LIFE_SECONDS.min) return BAD_REQUEST;
  return wanted.life > lifeMax ? { ...BAD_REQUEST, error: 'life_too_long' } : wanted;
}

function limitRooms({ guard, events }: RoomsDeps, address: string): Refusal | undefined {
  if (guard.refusesRooms) return NO_NEW_ROOMS;
  const { trouble } = guard;
  if (trouble !== undefined) return trouble === 'slow' ? NO_TIME : NO_MEMORY;
  const slowed = guard.create(address);
  if (slowed !== undefined) events.createSlowed();
  return refusalOf(slowed);
}

const DRAWS_MAX = 32;

// With short ids, so many may be taken that no draw finds a free one.
async function reserve(
  { config, store, random, space, events }: RoomsDeps,
  wanted: CreateRoom,
): Promise<Answer> {
  const spec = { ownerPk: wanted.ownerPk, lifeMs: wanted.life * 1000, history: wanted.history };
  for (let draw = 0; draw < DRAWS_MAX; draw++) {
    const id = drawRoomId(config.roomCodeLength, random);
    const creation = await store.create(id, spec);
    space.saw(creation);
    if (typeof creation === 'object') return { ...SERVER_FULL, retryAfterMs: creation.freeInMs };
    if (creation === 'taken') continue;
    events.roomReserved();
    return { status: 201, body: { id } };
  }
  return NO_FREE_ID;
}

// Bytes above the last multiple of 58 are drawn again, so every character is equally likely.
const FAIR_BYTES = 256 - (256 % BASE58.length);

function drawRoomId(length: number, random: RandomBytes): RoomId {
  let text = '';
  while (text.length < length) {
    const byte = random(1)[0] ?? FAIR_BYTES;
    if (byte < FAIR_BYTES) text += BASE58.charAt(byte % BASE58.length);
  }
  const id = parseRoomId(text);
  if (id === undefined) throw new Error('a drawn room id is invalid');
  return id;
}

type SentCharter = {
  readonly id: RoomId;
  readonly sent: NonNullable<ReturnType<typeof decodeCommandWithBlob>>;
};

function decodeCharter(idText: string, body: Uint8Array): SentCharter | Refusal {
  const id = parseRoomId(idText);
  const sent = decodeCommandWithBlob(body);
  return id === undefined || sent === undefined ? BAD_REQUEST : { id, sent };
}

// Verified with the key it names itself; only then the store compares that key with the reservation, so timing reveals nothing.
async function openRoom({ store, events }: RoomsDeps, { id, sent }: SentCharter): Promise<Answer> {
  const charter = verifyCharter(id, sent.command.signerPk, sent);
  // API-3: the same answer for an id that is not reserved.
  if (charter === undefined || (await store.open(id, charter)) !== 'opened') return NOT_ALLOWED;
  events.roomOpened();
  return { status: 204 };
}
