// What the server says: text frames (control) and binary frames (sealed). One decoder each, and none throws.

import { ByteReader, concat, fromBase64url, toBase64url, u32, u8 } from '../bytes.ts';
import { CHARTER_BLOB_BYTES, type Command, decodeCommand } from '../command.ts';
import { isRotationKind } from './rotation-frames.ts';
import { isEnvelope, isEphemeral, readPosition } from './client-frames.ts';
import { FILE_CHUNK_BYTES, FILE_PART_BYTES } from '../file-size.ts';
import { type FileAnswer, decodeFileAnswer, spellFileAnswer } from './file-frames.ts';
import { NONCE_BYTES, PUBLIC_KEY_BYTES, SLOT_BYTES } from '../ids.ts';
import {
  type JsonObject,
  bytesField,
  clamped,
  clampedFraction,
  field,
  flag,
  isJsonObject,
  listOf,
  oneOf,
  parseJsonObject,
  wholeNumber,
} from '../json.ts';
import {
  COMMAND_BYTES_MAX,
  ENVELOPE_HEADER_BYTES,
  ERASE_PROOF_BYTES,
  FILE_LIMITS_MAX,
  FRAME_BYTES_MAX,
  HISTORY_MAX,
  LIFE_SECONDS,
  LISTED_MAX,
  ROOM_MEMBERS_MAX,
  PROFILE_BYTES,
  PROFILE_TYPE,
  WAIT_MS_MAX,
} from '../limits.ts';

export const RESET_REASONS = ['fresh', 'new_log', 'too_old', 'ahead'] as const;
/** Why a position could not be resumed; `fresh`: the client named none (rule RESUME-2). */
export type ResetReason = (typeof RESET_REASONS)[number];

export const HISTORY_POLICIES = ['all', 'none'] as const;
/** What newcomers see. */
export type HistoryPolicy = (typeof HISTORY_POLICIES)[number];

export const REFUSED_CODES = [
  'gap',
  'epoch',
  'stale',
  'not_allowed',
  'rate',
  'too_big',
  'busy',
  'unavailable',
  'server_full',
] as const;
/** Why something was not done (rule REFUSED-1). */
export type RefusedCode = (typeof REFUSED_CODES)[number];

export const ENDED_REASONS = ['expired', 'owner', 'server'] as const;
/** Why a room is over for everybody (rule LIFE-4). */
export type EndedReason = (typeof ENDED_REASONS)[number];

export const TURNED_BACK = ['denied', 'wrong_passphrase', 'closed', 'full', 'not_admitted'] as const;
/** Answers to a join that did not get in (rule JOIN-5). */
export type TurnedBack = (typeof TURNED_BACK)[number];

export const FEATURES = ['erase', 'ephemeral', 'commands', 'files', 'rotation', 'settings'] as const;
/** What a server takes beyond messages and profiles; a client sends it only if its welcome named it (rule WELCOME-4). */
export type Feature = (typeof FEATURES)[number];

/** What this room allows, as configured by its server. */
export type RoomLimits = {
  readonly members: number;
  readonly historyMessages: number;
  readonly historyBytes: number;
  /** How fast one connection may send. Undefined: unknown, or as fast as it likes. */
  readonly rates?: SendRates;
  /** Absent: this server takes no files. */
  readonly files?: FileLimits;
};

/** In bytes (rule FILE-1). */
export type FileLimits = {
  /** Of one file, before it is padded and sealed. */
  readonly file: number;
  /** Of all files of a room, sealed. */
  readonly room: number;
  /** Of a part. */
  readonly part: number;
};

/** So much a second after a first burst (rules LIMIT-4 and LIMIT-5). */
export type SendRate = { readonly perSecond: number; readonly burst: number };

/** How fast one member may send (rule LIMIT-2). */
export type SendRates = {
  readonly messages: SendRate;
  /** Of the messages' envelopes. */
  readonly bytes: SendRate;
};

/** The answer to a join that got in (rule WELCOME-1). */
export type Welcome = {
  readonly type: 'welcome';
  /** The member's public name in this room, 8 bytes. */
  readonly slot: Uint8Array;
  readonly logId: string;
  /** The newest event's seq at this moment. */
  readonly seq: number;
  /** The seq of the first event that follows; `seq + 1` when nothing does. */
  readonly first: number;
  readonly mode: 'resume' | 'reset';
  readonly reason?: ResetReason;
  readonly epoch: number;
  /** Number of the last command. */
  readonly c: number;
  /** The charter in force: the command's bytes, then its blob. */
  readonly charter: Uint8Array;
  readonly blob: Uint8Array;
  /** The last `n` of this member that the log took. */
  readonly lastN: number;
  readonly closed: boolean;
  /** Seconds between two messages of one member; 0 is off. */
  readonly slow: number;
  readonly history: HistoryPolicy;
  readonly count: number;
  readonly limits: RoomLimits;
  /** The room's life, and what is left of it. */
  readonly lifeMs: number;
  readonly expiresInMs: number;
  /** The optional frames this connection takes; a client sends no others (rule WELCOME-4). */
  readonly features: readonly Feature[];
};

/** The answer to a look that proves the key (rule LOOK-2): the server's word, given to someone outside the room. */
export type Sight = {
  readonly type: 'room';
  readonly count: number;
  readonly expiresInMs: number;
  readonly history: HistoryPolicy;
  readonly full: boolean;
  readonly closed: boolean;
  /** As in a welcome. Both, or neither: servers of earlier versions send none. */
  readonly charter?: Uint8Array;
  readonly blob?: Uint8Array;
};

/** A member: its slot in the room, and its identity key. */
export type PresentMember = { readonly slot: Uint8Array; readonly idPk: Uint8Array };

/** Members that joined, went away or left (rules PRESENCE-1 to PRESENCE-6). */
export type Presence = {
  readonly type: 'presence';
  /** Rises by one with each change; a snapshot may stand at any number. */
  readonly version: number;
  /** `joined` and `away` list all members, not a change. A change without names: only counts from here on. */
  readonly snapshot: boolean;
  readonly joined: readonly PresentMember[];
  readonly away: readonly Uint8Array[];
  readonly left: readonly Uint8Array[];
  readonly count: number;
};

/** Something the client asked for was not done; the same may be asked again after the pause (rule REFUSED-1). */
export type Refused = {
  readonly type: 'refused';
  /** The message it is about. */
  readonly n?: number;
  /** The number of the command it is about. */
  readonly c?: number;
  readonly code: RefusedCode;
  readonly retryAfterMs: number;
};

type Ended = { readonly type: 'ended'; readonly reason: EndedReason };

/** What answers a connection that is not in a room yet. */
export type Greeting =
  | { readonly type: 'challenge'; readonly nonce: Uint8Array }
  | Welcome
  | { readonly type: TurnedBack }
  | Ended;

/** What a member hears of the room. */
export type Live =
  | Presence
  | { readonly type: 'life'; readonly expiresInMs: number }
  | Refused
  | FileAnswer
  | Ended;

/** What a server says in text frames. */
export type ServerControl =
  | Greeting
  | Live
  | Sight
  | { readonly type: 'goaway'; readonly withinMs: number }
  | { readonly type: 'pong' };

// Records, so the compiler finds a type that is missing.
const GREETINGS: Record<Greeting['type'], true> = {
  challenge: true,
  welcome: true,
  denied: true,
  wrong_passphrase: true,
  closed: true,
  full: true,
  not_admitted: true,
  ended: true,
};
const LIVE: Record<Live['type'], true> = {
  presence: true,
  life: true,
  refused: true,
  fileOpen: true,
  fileRefused: true,
  fileErased: true,
  ended: true,
};

export function isGreeting(frame: ServerControl): frame is Greeting {
  return Object.hasOwn(GREETINGS, frame.type);
}

export function isLive(frame: ServerControl): frame is Live {
  return Object.hasOwn(LIVE, frame.type);
}

/**
 * Undefined for a frame that does not fit, and for a type this version does not know: clients skip both. Times and
 * counts are cut to what any honest server says (rule BOUND-1).
 */
export function decodeServerControl(text: string): ServerControl | undefined {
  const object = text.length > FRAME_BYTES_MAX ? undefined : parseJsonObject(text);
  if (object === undefined) return undefined;
  const type = field(object, 'type');
  const turnedBack = oneOf(type, TURNED_BACK);
  if (turnedBack !== undefined) return { type: turnedBack };
  switch (type) {
    case 'challenge': {
      const nonce = bytesField(field(object, 'nonce'), NONCE_BYTES);
      return nonce && { type, nonce };
    }
    case 'welcome':
      return decodeWelcome(object);
    case 'room':
      return decodeSight(object);
    case 'presence':
      return decodePresence(object);
    case 'life': {
      const expiresInMs = readTimeLeft(field(object, 'expiresInMs'));
      return expiresInMs === undefined ? undefined : { type, expiresInMs };
    }
    case 'refused':
      return decodeRefused(object);
    case 'goaway': {
      const withinMs = readWait(field(object, 'withinMs'));
      return withinMs === undefined ? undefined : { type, withinMs };
    }
    case 'ended': {
      const reason = oneOf(field(object, 'reason'), ENDED_REASONS);
      return reason && { type, reason };
    }
    case 'pong':
      return { type };
    default:
      return decodeFileAnswer(type, object);
  }
}

const U32 = 0xffff_ffff;
const HASH_BYTES = 32;
const LIFE_MS = { min: LIFE_SECONDS.min * 1000, max: LIFE_SECONDS.max * 1000 };

const readWait = (value: unknown) => clamped(value, { max: WAIT_MS_MAX });
const readTimeLeft = (value: unknown) => clamped(value, { max: LIFE_MS.max });

function decodeWelcome(object: JsonObject): Welcome | undefined {
  const get = (name: string) => field(object, name);
  const slot = bytesField(get('slot'), SLOT_BYTES);
  const position = readPosition({ logId: get('logId'), seq: get('seq') });
  const first = wholeNumber(get('first'), U32 + 1);
  const mode = oneOf(get('mode'), ['resume', 'reset']);
  const reason = oneOf(get('reason'), RESET_REASONS);
  const epoch = wholeNumber(get('epoch'), U32);
  const c = wholeNumber(get('c'), U32);
  const charter = readCharter(get('charter'));
  const blob = bytesField(get('blob'), CHARTER_BLOB_BYTES);
  const lastN = wholeNumber(get('lastN'), U32);
  const closed = flag(get('closed'));
  const slow = clamped(get('slow'), { max: WAIT_MS_MAX / 1000 });
  const history = oneOf(get('history'), HISTORY_POLICIES);
  const count = clamped(get('count'), { max: ROOM_MEMBERS_MAX });
  const limits = readLimits(get('limits'));
  const lifeMs = clamped(get('lifeMs'), LIFE_MS);
  const expiresInMs = readTimeLeft(get('expiresInMs'));
  if (
    slot === undefined ||
    position === undefined ||
    first === undefined ||
    mode === undefined ||
    (mode === 'reset') !== (reason !== undefined) ||
    epoch === undefined ||
    c === undefined ||
    charter === undefined ||
    blob === undefined ||
    lastN === undefined ||
    closed === undefined ||
    slow === undefined ||
    history === undefined ||
    count === undefined ||
    limits === undefined ||
    lifeMs === undefined ||
    expiresInMs === undefined
  ) {
    return undefined;
  }
  return {
    type: 'welcome',
    slot,
    ...position,
    first,
    mode,
    ...(reason && { reason }),
    epoch,
    c,
    charter,
    blob,
    lastN,
    closed,
    slow,
    history,
    count,
    limits,
    lifeMs,
    expiresInMs,
    features: readFeatures(get('features')),
  };
}

// Absent on older servers. What can't be read names nothing, and unknown names mean nothing to this version.
function readFeatures(value: unknown): readonly Feature[] {
  return Array.isArray(value) ? FEATURES.filter((feature) => value.includes(feature)) : [];
}

function decodeSight(object: JsonObject): Sight | undefined {
  const count = clamped(field(object, 'count'), { max: ROOM_MEMBERS_MAX });
  const expiresInMs = readTimeLeft(field(object, 'expiresInMs'));
  const history = oneOf(field(object, 'history'), HISTORY_POLICIES);
  const full = flag(field(object, 'full'));
  const closed = flag(field(object, 'closed'));
  if (count === undefined || expiresInMs === undefined || history === undefined) return undefined;
  if (full === undefined || closed === undefined) return undefined;
  const charter = readCharter(field(object, 'charter'));
  const blob = bytesField(field(object, 'blob'), CHARTER_BLOB_BYTES);
  return {
    type: 'room',
    count,
    expiresInMs,
    history,
    full,
    closed,
    ...(charter && blob && { charter, blob }),
  };
}

function readCharter(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string' || value.length > COMMAND_BYTES_MAX * 2) return undefined;
  const bytes = fromBase64url(value);
  return bytes && decodeCommand(bytes) ? bytes : undefined;
}

function readLimits(value: unknown): RoomLimits | undefined {
  if (!isJsonObject(value)) return undefined;
  const members = clamped(field(value, 'members'), { max: ROOM_MEMBERS_MAX });
  const historyMessages = clamped(field(value, 'historyMessages'), { max: HISTORY_MAX.messages });
  const historyBytes = clamped(field(value, 'historyBytes'), { max: HISTORY_MAX.bytes });
  if (members === undefined || historyMessages === undefined || historyBytes === undefined) return undefined;
  const rates = readRates(field(value, 'rates'));
  const files = readFileLimits(field(value, 'files'));
  return { members, historyMessages, historyBytes, ...(rates && { rates }), ...(files && { files }) };
}

// What can't be read is as if it were not there, and then there are no files.
function readFileLimits(value: unknown): FileLimits | undefined {
  if (!isJsonObject(value)) return undefined;
  const file = clamped(field(value, 'file'), { max: FILE_LIMITS_MAX.file });
  const room = clamped(field(value, 'room'), { max: FILE_LIMITS_MAX.room });
  const part = clamped(field(value, 'part'), { min: FILE_CHUNK_BYTES, max: FILE_PART_BYTES });
  return file === undefined || room === undefined || part === undefined ? undefined : { file, room, part };
}

// A hint for pacing: a client gets on without it, so what cannot be read is as if it were not there.
function readRates(value: unknown): SendRates | undefined {
  if (!isJsonObject(value)) return undefined;
  const messages = readRate(field(value, 'messages'));
  const bytes = readRate(field(value, 'bytes'));
  return messages && bytes && { messages, bytes };
}

function readRate(value: unknown): SendRate | undefined {
  if (!isJsonObject(value)) return undefined;
  const perSecond = clampedFraction(field(value, 'perSecond'), { min: 1000 / WAIT_MS_MAX, max: U32 });
  const burst = clampedFraction(field(value, 'burst'), { min: 1, max: U32 });
  return perSecond === undefined || burst === undefined ? undefined : { perSecond, burst };
}

function decodePresence(object: JsonObject): Presence | undefined {
  const version = wholeNumber(field(object, 'version'));
  const snapshot = flag(field(object, 'snapshot'));
  const joined = listOf(field(object, 'joined'), LISTED_MAX, readPresentMember);
  const away = listOf(field(object, 'away'), LISTED_MAX, readSlot);
  const left = listOf(field(object, 'left'), LISTED_MAX, readSlot);
  const count = clamped(field(object, 'count'), { max: ROOM_MEMBERS_MAX });
  if (version === undefined || snapshot === undefined || joined === undefined) return undefined;
  if (away === undefined || left === undefined || count === undefined) return undefined;
  return { type: 'presence', version, snapshot, joined, away, left, count };
}

const readSlot = (value: unknown) => bytesField(value, SLOT_BYTES);

function readPresentMember(value: unknown): PresentMember | undefined {
  if (!isJsonObject(value)) return undefined;
  const slot = readSlot(field(value, 'slot'));
  const idPk = bytesField(field(value, 'idPk'), PUBLIC_KEY_BYTES);
  return slot && idPk && { slot, idPk };
}

function decodeRefused(object: JsonObject): Refused | undefined {
  const n = wholeNumber(field(object, 'n'), U32);
  const c = wholeNumber(field(object, 'c'), U32);
  const code = oneOf(field(object, 'code'), REFUSED_CODES);
  const retryAfterMs = readWait(field(object, 'retryAfterMs'));
  if (code === undefined || retryAfterMs === undefined) return undefined;
  return {
    type: 'refused',
    ...(n !== undefined && { n }),
    ...(c !== undefined && { c }),
    code,
    retryAfterMs,
  };
}

/** Byte strings become base64url; the rest is JSON as it stands. `spell`: base64url, where the platform has its own. */
export function encodeServerControl(frame: ServerControl, spell = toBase64url): string {
  return JSON.stringify(spelled(frame, spell));
}

/** A member as `encodeServerControl` spells it in a list. */
export function spellMember({ slot, idPk }: PresentMember): string {
  return JSON.stringify({ slot: toBase64url(slot), idPk: toBase64url(idPk) });
}

// Frame by frame: a replacer would be called for every field, and a welcome with its snapshot has hundreds.
function spelled(frame: ServerControl, spell: (bytes: Uint8Array) => string): object {
  if (frame.type === 'challenge') return { ...frame, nonce: spell(frame.nonce) };
  if (frame.type === 'welcome') {
    const { slot, charter, blob } = frame;
    return { ...frame, slot: spell(slot), charter: spell(charter), blob: spell(blob) };
  }
  if (isFileAnswer(frame)) return spellFileAnswer(frame);
  if (frame.type === 'room') {
    const { charter, blob } = frame;
    return { ...frame, charter: charter && spell(charter), blob: blob && spell(blob) };
  }
  if (frame.type !== 'presence') return frame;
  return {
    ...frame,
    joined: frame.joined.map(({ slot, idPk }) => ({ slot: spell(slot), idPk: spell(idPk) })),
    away: frame.away.map(spell),
    left: frame.left.map(spell),
  };
}

function isFileAnswer(frame: ServerControl): frame is FileAnswer {
  return frame.type === 'fileOpen' || frame.type === 'fileRefused' || frame.type === 'fileErased';
}

/** First byte of a binary frame from the server. 0x97 is reserved (rule FRAME-4); those about a change of the link are in `ROTATION_KIND`. */
export const SERVER_KIND = {
  message: 0x91,
  command: 0x92,
  stub: 0x93,
  profile: 0x94,
  ephemeral: 0x95,
} as const;

/** What is left of an erased message, in its place in the log (docs/crypto.md, EVENT-2). */
export type Stub = {
  readonly type: 'stub';
  readonly seq: number;
  /** Who erased it: 1 its author, 2 its ttl. Others prove nothing. */
  readonly reason: number;
  /** The envelope's header, 23 bytes. */
  readonly header: Uint8Array;
  /** SHA-256 of the rest of the envelope. */
  readonly restHash: Uint8Array;
  /** delT, 16 bytes; zeros where the ttl erased it. */
  readonly proof: Uint8Array;
};

/** An entry of the log. */
export type LogEvent =
  | { readonly type: 'message'; readonly seq: number; readonly envelope: Uint8Array }
  /** `blob` follows a charter, and is empty otherwise. */
  | {
      readonly type: 'command';
      readonly seq: number;
      readonly bytes: Uint8Array;
      readonly command: Command;
      readonly blob: Uint8Array;
    }
  | Stub;

/** A member's profile: bytes sealed and signed by that member (rule PROFILE-1). */
export type MemberProfile = {
  readonly type: 'profile';
  readonly slot: Uint8Array;
  readonly idPk: Uint8Array;
  readonly sealed: Uint8Array;
};

/** Another member's signal, sealed by them and stored nowhere (rule EPHEMERAL-1). */
export type Ephemeral = { readonly type: 'ephemeral'; readonly sealed: Uint8Array };

/** What a server says in binary frames. */
export type ServerSealed =
  | LogEvent
  | MemberProfile
  | Ephemeral
  /** About a change of the link: `decodeRotationFrame` reads it. */
  | { readonly type: 'rotation'; readonly frame: Uint8Array };

export function decodeServerSealed(bytes: Uint8Array): ServerSealed | undefined {
  const reader = new ByteReader(bytes);
  const kind = reader.u8();
  if (kind === SERVER_KIND.profile) {
    const slot = reader.take(SLOT_BYTES);
    const idPk = reader.take(PUBLIC_KEY_BYTES);
    if (!reader.intact) return undefined;
    const sealed = reader.rest();
    const fits = sealed.length === PROFILE_BYTES && sealed[0] === PROFILE_TYPE;
    return fits ? { type: 'profile', slot, idPk, sealed } : undefined;
  }
  if (kind === SERVER_KIND.ephemeral) {
    const sealed = reader.rest();
    return isEphemeral(sealed) ? { type: 'ephemeral', sealed } : undefined;
  }
  if (isRotationKind(kind)) return { type: 'rotation', frame: bytes };
  const seq = reader.u32();
  if (!reader.intact || seq === 0) return undefined;
  if (kind === SERVER_KIND.message) {
    const envelope = reader.rest();
    return isEnvelope(envelope) ? { type: 'message', seq, envelope } : undefined;
  }
  if (kind === SERVER_KIND.command) return decodeCommandEvent(seq, reader.rest());
  return kind === SERVER_KIND.stub ? decodeStub(seq, reader) : undefined;
}

function decodeStub(seq: number, reader: ByteReader): Stub | undefined {
  const reason = reader.u8();
  const header = reader.take(ENVELOPE_HEADER_BYTES);
  const restHash = reader.take(HASH_BYTES);
  const proof = reader.take(ERASE_PROOF_BYTES);
  return reader.ended ? { type: 'stub', seq, reason, header, restHash, proof } : undefined;
}

// The command says its own length: fixed fields around `args`.
function decodeCommandEvent(seq: number, bytes: Uint8Array): LogEvent | undefined {
  const idLength = bytes[0] ?? 0;
  const argsLength = new ByteReader(bytes.subarray(1 + idLength + 9)).u16();
  const length = 1 + idLength + 9 + 2 + argsLength + 96;
  const command = decodeCommand(bytes.subarray(0, length));
  const blob = bytes.subarray(length);
  if (command === undefined || (blob.length !== 0 && blob.length !== CHARTER_BLOB_BYTES)) return undefined;
  return { type: 'command', seq, bytes: bytes.subarray(0, length), command, blob };
}

export function encodeMessageEvent(seq: number, envelope: Uint8Array): Uint8Array {
  const frame = new Uint8Array(1 + 4 + envelope.length);
  frame[0] = SERVER_KIND.message;
  for (let i = 0; i < 4; i++) frame[1 + i] = seq >>> (24 - 8 * i);
  frame.set(envelope, 1 + 4);
  return frame;
}

/** `blob` is empty but for a charter. */
export function encodeCommandEvent(seq: number, command: Uint8Array, blob: Uint8Array): Uint8Array {
  return concat(u8(SERVER_KIND.command), u32(seq), command, blob);
}

export function encodeStubEvent({ seq, reason, header, restHash, proof }: Omit<Stub, 'type'>): Uint8Array {
  return concat(u8(SERVER_KIND.stub), u32(seq), u8(reason), header, restHash, proof);
}

export function encodeProfileFrame(slot: Uint8Array, idPk: Uint8Array, sealed: Uint8Array): Uint8Array {
  return concat(u8(SERVER_KIND.profile), slot, idPk, sealed);
}

export function encodeEphemeralFrame(sealed: Uint8Array): Uint8Array {
  return concat(u8(SERVER_KIND.ephemeral), sealed);
}
