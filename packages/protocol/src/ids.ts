// Names of things on the wire: rooms, logs, slots, positions.

import { concat, u8, utf8 } from './bytes.ts';

/** Letters and digits that people do not confuse, and that linkifiers leave whole. */
export const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

declare const roomId: unique symbol;
/** 4 to 32 base58 characters (rule ID-1). */
export type RoomId = string & { readonly [roomId]: true };

export const ROOM_ID_LENGTH = { min: 4, max: 32 } as const;

const ROOM_ID = /^[1-9A-HJ-NP-Za-km-z]{4,32}$/;

export function parseRoomId(text: string): RoomId | undefined {
  return ROOM_ID.test(text) ? (text as RoomId) : undefined;
}

/** `u8 len || id`: how an id enters everything that is signed or derived (rule ID-2). */
export function roomIdBytes(id: RoomId): Uint8Array {
  return concat(u8(id.length), utf8(id));
}

/** A place in the life of one log: `seq` counts from 1; 0 stands before the first event (rule ID-3). */
export type Position = {
  /** 8 bytes, base64url. */
  readonly logId: string;
  readonly seq: number;
};

export const LOG_ID_BYTES = 8;
export const SLOT_BYTES = 8;
export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;
export const NONCE_BYTES = 32;
