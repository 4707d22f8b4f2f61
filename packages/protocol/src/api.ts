// The HTTP side of the protocol: making a room (rules API-1 to API-6).

import { PUBLIC_KEY_BYTES } from './ids.ts';
import { bytesField, field, oneOf, parseJsonObject, wholeNumber } from './json.ts';
import { HISTORY_POLICIES, type HistoryPolicy } from './server-frames.ts';
import { toBase64url } from './bytes.ts';

/** `POST /api/rooms`. */
export type CreateRoom = {
  readonly ownerPk: Uint8Array;
  /** Seconds without activity after which the room ends. */
  readonly life: number;
  readonly history: HistoryPolicy;
};

export function decodeCreateRoom(text: string): CreateRoom | undefined {
  const object = parseJsonObject(text);
  if (object === undefined || field(object, 'v') !== 1) return undefined;
  const ownerPk = bytesField(field(object, 'ownerPk'), PUBLIC_KEY_BYTES);
  const life = wholeNumber(field(object, 'life'));
  const history = oneOf(field(object, 'history'), HISTORY_POLICIES);
  if (ownerPk === undefined || life === undefined || history === undefined) return undefined;
  return { ownerPk, life, history };
}

export function encodeCreateRoom(room: CreateRoom): string {
  return JSON.stringify({ v: 1, ownerPk: toBase64url(room.ownerPk), life: room.life, history: room.history });
}

/** `GET /api/limits`: what a room may be made with here, in seconds. */
export type ServerLimits = {
  /** The life that the operator suggests. */
  readonly life: number;
  readonly lifeMax: number;
};

export function decodeServerLimits(text: string): ServerLimits | undefined {
  const object = parseJsonObject(text);
  if (object === undefined) return undefined;
  const life = wholeNumber(field(object, 'life'));
  const lifeMax = wholeNumber(field(object, 'lifeMax'));
  return life === undefined || lifeMax === undefined ? undefined : { life, lifeMax };
}

/** What an error answer's `error` can say; every one comes with `retryAfterMs` (0: the same will fail again). */
export const API_ERRORS = [
  'bad_request',
  'life_too_long',
  'not_allowed',
  'not_found',
  'too_big',
  'rate',
  'server_full',
  'unavailable',
] as const;
export type ApiError = (typeof API_ERRORS)[number];
