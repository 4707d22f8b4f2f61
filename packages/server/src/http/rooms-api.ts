// Making a room over HTTP: reserve an id, then open it with its owner's charter (docs/protocol.md, API-1 to API-5).

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
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RandomBytes } from '../net/clock.ts';
import type { Events } from '../observe/events.ts';
import type { Guard } from '../guard/guard.ts';
import { PAUSE_MS } from '../guard/limits.ts';
import { clientAddress } from '../guard/network.ts';
import type { Slowed } from '../guard/connection-budget.ts';
import { verifyCharter } from '../auth/proof.ts';
import { type Refusal, refuse } from '../net/refusal.ts';
import type { RoomSpace } from '../store/room-space.ts';
import type { RoomStore } from '../store/room-store.ts';

type RoomSettings = {
  readonly roomLifeSeconds: number;
  readonly roomLifeMaxSeconds: number;
  readonly roomCodeLength: number;
  /** Reverse proxies whose X-Forwarded-For is trusted. */
  readonly trustProxy: number;
  /** The page takes the key out of the address bar. */
  readonly hideKey: boolean;
  readonly hstsDays: number;
  readonly basePath: string;
};

export type RoomsApi = {
  readonly config: RoomSettings;
  readonly store: RoomStore;
  readonly guard: Guard;
  readonly events: Events;
  readonly random: RandomBytes;
  readonly space: RoomSpace;
};

const CHARTER_BODY_MAX = 2 + COMMAND_BYTES_MAX + CHARTER_BLOB_BYTES;

const BAD_REQUEST: Refusal = { status: 400, error: 'bad_request', retryAfterMs: 0 };
const SERVER_FULL = { status: 503, error: 'server_full' } as const;
const NO_MEMORY: Refusal = { ...SERVER_FULL, retryAfterMs: PAUSE_MS.noMemory };
const NO_TIME: Refusal = { status: 503, error: 'unavailable', retryAfterMs: PAUSE_MS.busy };
const NO_LUCK: Refusal = { ...SERVER_FULL, retryAfterMs: RESERVATION_MS };
// API-3: an id that is not reserved and a charter that does not fit get the same answer.
const NOT_ALLOWED: Refusal = { status: 403, error: 'not_allowed', retryAfterMs: 0 };

export function serveRoomsApi(app: FastifyInstance, api: RoomsApi): void {
  const { roomLifeSeconds: life, roomLifeMaxSeconds: lifeMax } = api.config;
  app.get('/api/limits', (_request, reply) => reply.send({ life, lifeMax }));

  app.post('/api/rooms', { bodyLimit: CONTROL_BYTES_MAX }, async (request, reply) => {
    const { body } = request;
    if (typeof body !== 'string') return refuse(reply, { ...BAD_REQUEST, status: 415 });
    const made = await makeRoom(api, body, addressOf(api, request));
    return typeof made === 'string' ? reply.code(201).send({ id: made }) : refuse(reply, made);
  });

  app.post<{ Params: { id: string } }>(
    '/api/rooms/:id/charter',
    { bodyLimit: CHARTER_BODY_MAX },
    async (request, reply) => {
      const { body, params } = request;
      if (!(body instanceof Uint8Array)) return refuse(reply, { ...BAD_REQUEST, status: 415 });
      const refusal = await openRoom(api, params.id, body, addressOf(api, request));
      return refusal === undefined ? reply.code(204).send() : refuse(reply, refusal);
    },
  );
}

function addressOf({ config }: RoomsApi, { raw, headers }: FastifyRequest): string {
  return clientAddress(raw.socket.remoteAddress, headers['x-forwarded-for'], config.trustProxy);
}

function tooOften({ retryAfterMs }: Slowed): Refusal {
  return { status: 429, error: 'rate', retryAfterMs };
}

async function makeRoom(api: RoomsApi, text: string, address: string): Promise<RoomId | Refusal> {
  const wish = decodeCreateRoom(text);
  if (wish === undefined || wish.life < LIFE_SECONDS.min) return BAD_REQUEST;
  if (wish.life > api.config.roomLifeMaxSeconds) return { ...BAD_REQUEST, error: 'life_too_long' };
  const { trouble } = api.guard;
  if (trouble !== undefined) return trouble === 'slow' ? NO_TIME : NO_MEMORY;
  const slowed = api.guard.create(address);
  if (slowed !== undefined) {
    api.events.createSlowed();
    return tooOften(slowed);
  }
  const reserved = await reserve(api, wish);
  if (typeof reserved === 'string') api.events.roomReserved();
  return reserved;
}

const DRAWS_MAX = 32;

// So many short ids may be taken that luck does not help.
async function reserve(
  { config, store, random, space }: RoomsApi,
  wish: CreateRoom,
): Promise<RoomId | Refusal> {
  const spec = { ownerPk: wish.ownerPk, lifeMs: wish.life * 1000, history: wish.history };
  for (let draw = 0; draw < DRAWS_MAX; draw++) {
    const id = drawRoomId(config.roomCodeLength, random);
    const creation = await store.create(id, spec);
    space.saw(creation);
    if (typeof creation === 'object') return { ...SERVER_FULL, retryAfterMs: creation.freeInMs };
    if (creation !== 'taken') return id;
  }
  return NO_LUCK;
}

// Bytes above the last whole multiple of 58 are drawn again, so that every character is equally likely.
const FAIR_BYTES = 256 - (256 % BASE58.length);

function drawRoomId(length: number, random: RandomBytes): RoomId {
  let text = '';
  while (text.length < length) {
    const byte = random(1)[0] ?? FAIR_BYTES;
    if (byte < FAIR_BYTES) text += BASE58.charAt(byte % BASE58.length);
  }
  const id = parseRoomId(text);
  if (id === undefined) throw new Error('a drawn room id is not one');
  return id;
}

async function openRoom(
  api: RoomsApi,
  idText: string,
  body: Uint8Array,
  address: string,
): Promise<Refusal | undefined> {
  const id = parseRoomId(idText);
  const sent = decodeCommandWithBlob(body);
  if (id === undefined || sent === undefined) return BAD_REQUEST;
  // Asked whether or not the id is reserved: the answer must not tell.
  const slowed = api.guard.charter(address);
  if (slowed !== undefined) return tooOften(slowed);
  // By the key it names; whether that one reserved the id is seen where it opens, so that the work tells nothing either.
  const charter = verifyCharter(id, sent.command.signerPk, sent);
  if (charter === undefined || (await api.store.open(id, charter)) !== 'opened') return NOT_ALLOWED;
  api.events.roomOpened();
  return undefined;
}
