// How a key and a name look to people (PERSON-1 to PERSON-4).

import {
  NAME_BYTES_MAX,
  NAME_POINTS_MAX,
  type RoomId,
  roomIdBytes,
  toBase64url,
  utf8,
} from '@mayfly/protocol';
import type { Person } from '../room-updates.ts';
import { hasVisibleText } from '../visible-text.ts';
import { base58map } from './base58.ts';
import { digest } from './derive.ts';

/** PERSON-1: at most 50 code points and 100 bytes. */
export function nameFits(name: string): boolean {
  return Array.from(name).length <= NAME_POINTS_MAX && utf8(name).length <= NAME_BYTES_MAX;
}

const BIDI_CONTROLS = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
const BLANKS_AND_CONTROLS = /[\s\p{Cc}\p{Zl}\p{Zp}]+/gu;

/** PERSON-2: the part of a name that may be shown and sent; empty if nothing visible is left. */
export function cleanName(text: string): string {
  const name = text.replace(BIDI_CONTROLS, '').replace(BLANKS_AND_CONTROLS, ' ').trim();
  return hasVisibleText(name) ? name : '';
}

/** PERSON-3. `name` as received; it is cleaned here. */
export function personOf(id: RoomId, idPk: Uint8Array, name: string): Person {
  const look = digest('tag', roomIdBytes(id), idPk);
  return {
    idPk: toBase64url(idPk),
    name: cleanName(name),
    tag: base58map(look).slice(0, 4),
    colour: look[31] ?? 0,
    emoji: firstEight(digest('person', idPk)),
  };
}

/** PERSON-4: equal on two pages exactly if secret, room and epoch are equal. */
export function safetyCode(fingerprint: Uint8Array): readonly number[] {
  return firstEight(fingerprint);
}

function firstEight(bytes: Uint8Array): readonly number[] {
  return [...bytes.subarray(0, 8)];
}
