// A command: the owner's or a moderator's signed, numbered order to a room, as bytes. Verifying it is the callers' business.

import { ByteReader, allZero, concat, decodeUtf8, u16, u32, u8 } from './bytes.ts';
import { PUBLIC_KEY_BYTES, type RoomId, SIGNATURE_BYTES, parseRoomId, roomIdBytes } from './ids.ts';
import { COMMAND_BYTES_MAX } from './limits.ts';

// Operations (rule CMD-2). The other numbers are reserved.
export const OP_CHARTER = 1;
export const OP_DOOR = 2;
export const OP_SLOW = 3;
export const OP_LIFE = 4;
export const OP_KICK = 5;
export const OP_END = 9;

/** A signed word of the owner or a moderator, as it stands in the log. */
export type Command = {
  readonly id: RoomId;
  /** The epoch in which the command is given. */
  readonly epoch: number;
  /** The command's number in its room, from 1, without holes. */
  readonly c: number;
  readonly op: number;
  readonly args: Uint8Array;
  readonly signerPk: Uint8Array;
  readonly signature: Uint8Array;
  /** `C`, the part that is signed: everything before the signer. */
  readonly signed: Uint8Array;
};

/** How newcomers get in: the link is enough, a passphrase too, or a knock. */
export type Door = 1 | 2 | 3;

/** What a member may command; `owner` marks the owner's own tab (rule CMD-3). */
export const POWER = { door: 1, kick: 2, admit: 4, invite: 8, owner: 128 } as const;

/** A key allowed to sign commands, and its powers: a sum of `POWER`. */
export type Moderator = { readonly idPk: Uint8Array; readonly mask: number };

/** The arguments of command 1 (rule CMD-4). */
export type CharterArgs = {
  readonly newEpoch: number;
  readonly accessPk: Uint8Array;
  /** Zeros exactly when the door is 1. */
  readonly linkPk: Uint8Array;
  readonly door: Door;
  /** Newcomers get nothing older than this charter. */
  readonly fresh: boolean;
  readonly blobHash: Uint8Array;
  readonly moderators: readonly Moderator[];
};

/** `box` of a 1024-byte manifest, then `box` of S and P for the owner (rule CMD-5). */
export const MANIFEST_BYTES = 1064;
export const OWNER_BOX_BYTES = 104;
export const CHARTER_BLOB_BYTES = MANIFEST_BYTES + OWNER_BOX_BYTES;
export const MODERATORS_MAX = 32;

/** `C` of rule CMD-1: what the signer signs. */
export function encodeUnsignedCommand(
  id: RoomId,
  epoch: number,
  c: number,
  op: number,
  args: Uint8Array,
): Uint8Array {
  return concat(roomIdBytes(id), u32(epoch), u32(c), u8(op), u16(args.length), args);
}

export function encodeCommand(signed: Uint8Array, signerPk: Uint8Array, signature: Uint8Array): Uint8Array {
  return concat(signed, signerPk, signature);
}

export function decodeCommand(bytes: Uint8Array): Command | undefined {
  if (bytes.length > COMMAND_BYTES_MAX) return undefined;
  const reader = new ByteReader(bytes);
  const idText = decodeUtf8(reader.take(reader.u8()));
  const epoch = reader.u32();
  const c = reader.u32();
  const op = reader.u8();
  const args = reader.take(reader.u16());
  const signerPk = reader.take(PUBLIC_KEY_BYTES);
  const signature = reader.take(SIGNATURE_BYTES);
  if (!reader.ended || idText === undefined) return undefined;
  const id = parseRoomId(idText);
  if (id === undefined || c === 0 || op === 0) return undefined;
  const signed = bytes.subarray(0, bytes.length - PUBLIC_KEY_BYTES - SIGNATURE_BYTES);
  return { id, epoch, c, op, args, signerPk, signature, signed };
}

export function encodeCharterArgs(charter: CharterArgs): Uint8Array {
  return concat(
    u32(charter.newEpoch),
    charter.accessPk,
    charter.linkPk,
    u8(charter.door),
    u8(charter.fresh ? 1 : 0),
    charter.blobHash,
    u8(charter.moderators.length),
    ...charter.moderators.map(({ idPk, mask }) => concat(idPk, u8(mask))),
  );
}

export function decodeCharterArgs(args: Uint8Array): CharterArgs | undefined {
  const reader = new ByteReader(args);
  const newEpoch = reader.u32();
  const accessPk = reader.take(PUBLIC_KEY_BYTES);
  const linkPk = reader.take(PUBLIC_KEY_BYTES);
  const door = reader.u8();
  const flags = reader.u8();
  const blobHash = reader.take(32);
  const count = reader.u8();
  if (count > MODERATORS_MAX) return undefined;
  const moderators: Moderator[] = [];
  for (let i = 0; i < count; i++) moderators.push({ idPk: reader.take(PUBLIC_KEY_BYTES), mask: reader.u8() });
  if (!reader.ended || !isDoor(door) || flags > 1) return undefined;
  if (allZero(linkPk) !== (door === 1)) return undefined;
  return { newEpoch, accessPk, linkPk, door, fresh: flags === 1, blobHash, moderators };
}

/** What a charter states, from all of its bytes. */
export function decodeCharter(bytes: Uint8Array): CharterArgs | undefined {
  const command = decodeCommand(bytes);
  return command?.op === OP_CHARTER ? decodeCharterArgs(command.args) : undefined;
}

function isDoor(value: number): value is Door {
  return value === 1 || value === 2 || value === 3;
}

/** `u16 len | command | blob`: a command on its way to the server (rule CMD-6). */
export function encodeCommandWithBlob(command: Uint8Array, blob: Uint8Array): Uint8Array {
  return concat(u16(command.length), command, blob);
}

export function decodeCommandWithBlob(
  bytes: Uint8Array,
): { readonly bytes: Uint8Array; readonly command: Command; readonly blob: Uint8Array } | undefined {
  const reader = new ByteReader(bytes);
  const commandBytes = reader.take(reader.u16());
  if (!reader.intact) return undefined;
  const command = decodeCommand(commandBytes);
  return command && { bytes: commandBytes, command, blob: reader.rest() };
}
