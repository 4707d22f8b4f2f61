// The HTTP side of the protocol: making a room (rules API-1 to API-6).

import { PUBLIC_KEY_BYTES } from './ids.ts';
import { bytesField, clamped, field, oneOf, parseJsonObject, wholeNumber } from './json.ts';
import { LIFE_SECONDS, WAIT_MS_MAX } from './limits.ts';
import { HISTORY_POLICIES, type HistoryPolicy } from './frames/server-frames.ts';
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
  /** Where a room can be reported, if the operator says so: an email address, or one that begins with https://. */
  readonly abuseContact?: string;
};

const CONTACT_MAX = 200;

/** Printable ASCII without spaces, quotes and brackets: it becomes a link. Undefined for anything else. */
export function parseContact(text: string): string | undefined {
  const isOne = /^(?:https:\/\/[^\s"'<>\\]{3,}|[^\s"'<>\\@:/?]+@[^\s"'<>\\@:/?]+)$/.test(text);
  return isOne && /^[\x21-\x7e]+$/.test(text) && text.length <= CONTACT_MAX ? text : undefined;
}

/** Cut to what any honest server says (rule BOUND-1). */
export function decodeServerLimits(text: string): ServerLimits | undefined {
  const object = parseJsonObject(text);
  if (object === undefined) return undefined;
  const lifeMax = clamped(field(object, 'lifeMax'), LIFE_SECONDS);
  const life = lifeMax && clamped(field(object, 'life'), { ...LIFE_SECONDS, max: lifeMax });
  if (life === undefined || lifeMax === undefined) return undefined;
  const contact = field(object, 'abuseContact');
  const abuseContact = typeof contact === 'string' ? parseContact(contact) : undefined;
  return { life, lifeMax, ...(abuseContact !== undefined && { abuseContact }) };
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

/** An error answer: what was wrong, and after how long the same may work. */
export type ApiRefusal = { readonly error: ApiError; readonly retryAfterMs: number };

/** Undefined for anything but an answer by rule API-4: a proxy's own error page, above all. */
export function decodeApiRefusal(text: string): ApiRefusal | undefined {
  const object = parseJsonObject(text);
  const error = object && oneOf(field(object, 'error'), API_ERRORS);
  const retryAfterMs = object && clamped(field(object, 'retryAfterMs'), { max: WAIT_MS_MAX });
  return error && { error, retryAfterMs: retryAfterMs ?? 0 };
}
