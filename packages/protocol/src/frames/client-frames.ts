// What a client says: text frames (control) and binary frames (sealed). One decoder each, and none throws.

import { ByteReader, concat, numberAt, toBase64url, u32, u8 } from '../bytes.ts';
import { type Command, decodeCommandWithBlob, encodeCommandWithBlob } from '../command.ts';
import {
  LOG_ID_BYTES,
  NONCE_BYTES,
  PUBLIC_KEY_BYTES,
  type Position,
  type RoomId,
  SIGNATURE_BYTES,
  parseRoomId,
} from '../ids.ts';
import {
  type JsonObject,
  bytesField,
  field,
  isJsonObject,
  oneOf,
  parseJsonObject,
  wholeNumber,
} from '../json.ts';
import {
  CONTROL_BYTES_MAX,
  ENVELOPE_BUCKETS,
  ENVELOPE_OVERHEAD,
  ENVELOPE_TYPE,
  EPHEMERAL_BYTES,
  EPHEMERAL_TYPE,
  ERASE_PROOF_BYTES,
  PROFILE_BYTES,
  PROFILE_TYPE,
} from '../limits.ts';
import {
  ROTATION_KIND,
  type RecordsAsk,
  type Stage,
  decodeRecordsAsk,
  decodeStage,
} from './rotation-frames.ts';
import {
  type FileAsk,
  type FileErase,
  decodeFileAsk,
  decodeFileErase,
  spellFileAsk,
  spellFileErase,
} from './file-frames.ts';

/** The WebSocket subprotocol, which is also the version (rule WS-1). */
export const SUBPROTOCOL = 'mayfly.v1';

/** By which proof: the room's key, the owner's, or one's own identity alone (rule JOIN-2). */
export const JOIN_AS = ['key', 'owner', 'member'] as const;

/** The first frame of a connection (rules JOIN-1 to JOIN-4). Signatures are over `joinTranscript`. */
export type Join = {
  readonly type: 'join';
  readonly id: RoomId;
  readonly idPk: Uint8Array;
  readonly as: (typeof JOIN_AS)[number];
  readonly idSig: Uint8Array;
  readonly keySig?: Uint8Array;
  readonly linkSig?: Uint8Array;
  /** The newest epoch whose keys the client has. */
  readonly epoch?: number;
  /** The last event the client holds. */
  readonly position?: Position;
};

/** The first frame of a connection that only looks (rule LOOK-1). Both signatures are over `joinTranscript`. */
export type Look = {
  readonly type: 'look';
  readonly id: RoomId;
  /** A throwaway key, never used to join. */
  readonly idPk: Uint8Array;
  readonly idSig: Uint8Array;
  /** By the room's access key, for a purpose of its own: never a join. */
  readonly lookSig: Uint8Array;
};

/** What a client says in text frames. */
export type ClientControl =
  | Join
  | Look
  | { readonly type: 'leave' }
  /** Keep this room alive. */
  | { readonly type: 'keep' }
  | { readonly type: 'ping' }
  | FileAsk
  | FileErase
  | RecordsAsk;

export function decodeClientControl(text: string): ClientControl | undefined {
  if (text.length > CONTROL_BYTES_MAX) return undefined;
  const object = parseJsonObject(text);
  if (object === undefined) return undefined;
  const type = field(object, 'type');
  if (type === 'join') return decodeJoin(object);
  if (type === 'look') return decodeLook(object);
  if (type === 'file') return decodeFileAsk(object);
  if (type === 'fileErase') return decodeFileErase(object);
  if (type === 'records') return decodeRecordsAsk(object);
  if (type === 'leave' || type === 'keep' || type === 'ping') return { type };
  return undefined;
}

function decodeLook(object: JsonObject): Look | undefined {
  const id = readRoomId(field(object, 'id'));
  const idPk = bytesField(field(object, 'idPk'), PUBLIC_KEY_BYTES);
  const idSig = bytesField(field(object, 'idSig'), SIGNATURE_BYTES);
  const lookSig = bytesField(field(object, 'lookSig'), SIGNATURE_BYTES);
  return id && idPk && idSig && lookSig && { type: 'look', id, idPk, idSig, lookSig };
}

function decodeJoin(object: JsonObject): Join | undefined {
  const id = readRoomId(field(object, 'id'));
  const idPk = bytesField(field(object, 'idPk'), PUBLIC_KEY_BYTES);
  const as = oneOf(field(object, 'as'), JOIN_AS);
  const idSig = bytesField(field(object, 'idSig'), SIGNATURE_BYTES);
  if (id === undefined || idPk === undefined || as === undefined || idSig === undefined) return undefined;

  const keySig = optional(field(object, 'keySig'), readSignature);
  const linkSig = optional(field(object, 'linkSig'), readSignature);
  const epoch = optional(field(object, 'epoch'), readU32);
  const position = optional(field(object, 'position'), readPosition);
  if (!keySig.ok || !linkSig.ok || !epoch.ok || !position.ok) return undefined;
  return {
    type: 'join',
    id,
    idPk,
    as,
    idSig,
    ...(keySig.value && { keySig: keySig.value }),
    ...(linkSig.value && { linkSig: linkSig.value }),
    ...(epoch.value !== undefined && { epoch: epoch.value }),
    ...(position.value && { position: position.value }),
  };
}

// A field that is there must fit; one that is absent is fine.
function optional<T>(value: unknown, read: (value: unknown) => T | undefined): { ok: boolean; value?: T } {
  if (value === undefined) return { ok: true };
  const found = read(value);
  return found === undefined ? { ok: false } : { ok: true, value: found };
}

const readRoomId = (value: unknown) => (typeof value === 'string' ? parseRoomId(value) : undefined);
const readSignature = (value: unknown) => bytesField(value, SIGNATURE_BYTES);
const readU32 = (value: unknown) => wholeNumber(value, 0xffff_ffff);

export function readPosition(value: unknown): Position | undefined {
  if (!isJsonObject(value)) return undefined;
  const logId = bytesField(field(value, 'logId'), LOG_ID_BYTES);
  const seq = readU32(field(value, 'seq'));
  return logId === undefined || seq === undefined ? undefined : { logId: toBase64url(logId), seq };
}

export function encodeClientControl(frame: ClientControl): string {
  if (frame.type === 'look') {
    const { idPk, idSig, lookSig } = frame;
    return JSON.stringify({
      ...frame,
      idPk: toBase64url(idPk),
      idSig: toBase64url(idSig),
      lookSig: toBase64url(lookSig),
    });
  }
  if (frame.type === 'file') return JSON.stringify(spellFileAsk(frame));
  if (frame.type === 'fileErase') return JSON.stringify(spellFileErase(frame));
  if (frame.type !== 'join') return JSON.stringify(frame);
  const { keySig, linkSig, ...rest } = frame;
  return JSON.stringify({
    ...rest,
    idPk: toBase64url(frame.idPk),
    idSig: toBase64url(frame.idSig),
    ...(keySig && { keySig: toBase64url(keySig) }),
    ...(linkSig && { linkSig: toBase64url(linkSig) }),
  });
}

/** First byte of a binary frame from a client; 0x05 is in `ROTATION_KIND`. */
export const CLIENT_KIND = { send: 0x01, profile: 0x02, ephemeral: 0x03, command: 0x04 } as const;

/** A message to append; `n` is the member's own number for it, from 1 without holes (rule SEND-1). */
export type Send = {
  readonly type: 'send';
  readonly n: number;
  readonly erase?: Erase;
  readonly envelope: Uint8Array;
};

/** The message to erase with this one, and the proof that only its author can make (rule SEND-5). */
export type Erase = { readonly seq: number; readonly proof: Uint8Array };

/** A command on its way to the log (rule COMMAND-1). `bytes` are those of `command`. */
export type GivenCommand = {
  readonly type: 'command';
  readonly bytes: Uint8Array;
  readonly command: Command;
  readonly blob: Uint8Array;
};

/** What a client says in binary frames; of what is sealed, the server reads no further than the header. */
export type ClientSealed =
  | Send
  | GivenCommand
  | { readonly type: 'profile'; readonly sealed: Uint8Array }
  /** Relayed to those who are here, and never stored (rule EPHEMERAL-1). */
  | { readonly type: 'ephemeral'; readonly sealed: Uint8Array };

export function decodeClientSealed(bytes: Uint8Array): ClientSealed | Stage | undefined {
  if (bytes[0] === CLIENT_KIND.send) return decodeSend(bytes);
  if (bytes[0] === CLIENT_KIND.profile) {
    const sealed = bytes.subarray(1);
    return sealed.length === PROFILE_BYTES && sealed[0] === PROFILE_TYPE
      ? { type: 'profile', sealed }
      : undefined;
  }
  if (bytes[0] === CLIENT_KIND.ephemeral) {
    const sealed = bytes.subarray(1);
    return isEphemeral(sealed) ? { type: 'ephemeral', sealed } : undefined;
  }
  if (bytes[0] === CLIENT_KIND.command) {
    const given = decodeCommandWithBlob(bytes.subarray(1));
    return given && { type: 'command', ...given };
  }
  if (bytes[0] === ROTATION_KIND.stage) return decodeStage(bytes.subarray(1));
  return undefined;
}

function decodeSend(bytes: Uint8Array): Send | undefined {
  const reader = new ByteReader(bytes, 1);
  const n = reader.u32();
  const erases = reader.u8();
  if (n === 0 || erases > 1) return undefined;
  const erase = erases === 1 ? { seq: reader.u32(), proof: reader.take(ERASE_PROOF_BYTES) } : undefined;
  if (!reader.intact) return undefined;
  const envelope = reader.rest();
  if (!isEnvelope(envelope)) return undefined;
  return erase === undefined ? { type: 'send', n, envelope } : { type: 'send', n, envelope, erase };
}

/** All that can be checked without the key: the type and one of the seven lengths (rule ENV-2). */
export function isEnvelope(bytes: Uint8Array): boolean {
  return (
    bytes[0] === ENVELOPE_TYPE &&
    ENVELOPE_BUCKETS.some((bucket) => bucket + ENVELOPE_OVERHEAD === bytes.length)
  );
}

/** All that can be checked of an ephemeral signal without the key. */
export function isEphemeral(bytes: Uint8Array): boolean {
  return bytes[0] === EPHEMERAL_TYPE && bytes.length === EPHEMERAL_BYTES;
}

/** The epoch that an envelope, a profile or a slice names in its clear header. */
export function epochOf(sealed: Uint8Array): number {
  return numberAt(sealed, 1, 4);
}

/** After how many seconds an envelope has to be erased, by its clear header; 0 means with the room (rule SEND-9). */
export function ttlOf(envelope: Uint8Array): number {
  return numberAt(envelope, 5, 2);
}

export function encodeClientSealed(
  frame: Exclude<ClientSealed, GivenCommand> | Omit<GivenCommand, 'command'>,
): Uint8Array {
  if (frame.type === 'command')
    return concat(u8(CLIENT_KIND.command), encodeCommandWithBlob(frame.bytes, frame.blob));
  if (frame.type !== 'send') return concat(u8(CLIENT_KIND[frame.type]), frame.sealed);
  const erase = frame.erase ? concat(u8(1), u32(frame.erase.seq), frame.erase.proof) : u8(0);
  return concat(u8(CLIENT_KIND.send), u32(frame.n), erase, frame.envelope);
}

/** Length of the challenge's nonce, for both sides. */
export const CHALLENGE_BYTES = NONCE_BYTES;
