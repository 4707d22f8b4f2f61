// Frames in bytes and in meaning, for clients in other languages: docs/vectors/frames.json is made of these, by
// `npm run vectors`. They are those of the room in docs/vectors/crypto.json, so sealed parts can be opened, too.

import { sha256 } from '@noble/hashes/sha2.js';
import {
  type ClientControl,
  type ClientSealed,
  type Position,
  SERVER_KIND,
  STAGE_TAG_BYTES,
  type ServerControl,
  type Welcome,
  concat,
  decodeServerSealed,
  encodeClientControl,
  encodeClientSealed,
  encodeCommandEvent,
  encodeCommandWithBlob,
  encodeCreateRoom,
  encodeMessageEvent,
  encodeEphemeralFrame,
  encodeProfileFrame,
  encodeRecords,
  encodeSliceFrame,
  encodeStaged,
  encodeServerControl,
  fromBase64url,
  isJsonObject,
  toBase64url,
  toHex,
  u16,
  u32,
  u8,
} from '@mayfly/protocol';
import { encodeStage } from '@mayfly/protocol/rotation';
import known from '../../../../docs/vectors/crypto.json' with { type: 'json' };
import { makeJoin, makeLook } from '../crypto/join-proof.ts';
import { roomSecrets } from '../crypto/keys.ts';
import { signingKey } from '../crypto/signature.ts';
import { roomId } from './author.ts';

/** Its sender and form. */
export type FrameKind =
  | 'request: POST /api/rooms'
  | 'answer: POST /api/rooms'
  | 'request: POST /api/rooms/ID/charter'
  | 'answer: error'
  | 'answer: GET /api/limits'
  | 'text from the client'
  | 'binary from the client'
  | 'text from the server'
  | 'binary from the server';

/** A frame, and what it says: `meaningOf` what was encoded, and of what a decoder answers. */
export type FrameVector = Bytes & {
  readonly name: string;
  readonly kind: FrameKind;
  readonly means: unknown;
};

/** A frame that no decoder takes. */
export type MisfitVector = Bytes & { readonly name: string; readonly kind: FrameKind; readonly rule: string };

type Bytes = { readonly text: string } | { readonly hex: string };

export function makeFrameVectors() {
  return {
    note: 'Frames of docs/protocol.md, in the room of crypto.json. In "means", byte strings are hex. See README.md.',
    session: SESSION,
    more: MORE,
    misfits: MISFITS,
  };
}

/** What a frame says, with all byte strings as hex. */
export function meaningOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(meaningOf);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      // The same bytes once more, taken apart: CMD-1 says how.
      .filter(([name]) => name !== 'command')
      .map(([name, field]) => [name, name === 'logId' ? hexOfLogId(field) : meaningOf(field)]),
  );
}

const hexOfLogId = (field: unknown) => toHex(fromBase64url(String(field)) ?? new Uint8Array());

function bytes(hex = ''): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

const id = roomId(known.room_id);
const ann = signingKey(bytes(known.people.ann.id_seed));
const bob = signingKey(bytes(known.people.bob.id_seed));
const guest = signingKey(bytes(known.people.guest.id_seed));
const secrets = roomSecrets(known.schedule.none.S);
const nonce = bytes(known.join.nonce);
const slot = bytes(known.profile.slot);
const bobsSlot = slot.map((byte) => byte + 16);
const logId = toBase64url(bytes(known.log.log_id));
const fid = bytes('577fdb1ef417ae824ec21775b2a42cb8');
const [charter] = known.commands;
const end = commandAt(9);
const [hello, longer] = known.log.messages.map(({ envelope }) => bytes(envelope));
const profile = bytes(known.profile.bytes);
const signal = bytes(known.ephemeral.bytes);
const lifeMs = 1_800_000;
const bobsSlice = bytes(known.slices[0]?.bytes);
const newCharter = commandAt(8);
const stage = {
  tag: sha256(newCharter).subarray(0, STAGE_TAG_BYTES),
  slices: [{ slot: bobsSlot, sealed: bobsSlice }],
};
const records = {
  more: true,
  records: [
    { slot, idPk: ann.pk, profile },
    { slot: bobsSlot, idPk: bob.pk, profile: undefined },
  ],
};
const wanted = { ownerPk: bytes(known.owner.owner_pk), life: lifeMs / 1000, history: 'all' } as const;

function commandAt(index: number): Uint8Array {
  return bytes(known.commands[index]?.bytes);
}

function sealed(envelope: Uint8Array | undefined): Uint8Array {
  if (envelope === undefined) throw new Error('crypto.json has two messages');
  return envelope;
}

const welcome: Welcome = {
  type: 'welcome',
  slot,
  logId,
  seq: 1,
  first: 1,
  mode: 'reset',
  reason: 'fresh',
  epoch: 0,
  c: 1,
  charter: bytes(charter?.bytes),
  blob: bytes(charter?.blob),
  lastN: 0,
  closed: false,
  slow: 0,
  history: 'all',
  count: 1,
  limits: {
    members: 200,
    historyMessages: 500,
    historyBytes: 2_097_152,
    rates: { messages: { perSecond: 5, burst: 15 }, bytes: { perSecond: 32_768, burst: 65_536 } },
  },
  lifeMs,
  expiresInMs: lifeMs,
  features: [],
};

const NOTHING = new Uint8Array(0);
const NO_FEATURES = ',"features":[]';

const presence = { type: 'presence', version: 1, snapshot: false, joined: [], away: [], left: [] } as const;

const textVector = (name: string, kind: FrameKind, text: string, means: object): FrameVector => ({
  name,
  kind,
  text,
  means: meaningOf(means),
});
const carried = (name: string, kind: FrameKind, frame: Uint8Array, means: object): FrameVector => ({
  name,
  kind,
  hex: toHex(frame),
  means: meaningOf(means),
});
const says = (name: string, frame: ServerControl) =>
  textVector(name, 'text from the server', encodeServerControl(frame), frame);
const asks = (name: string, frame: ClientControl) =>
  textVector(name, 'text from the client', encodeClientControl(frame), frame);
const sends = (name: string, frame: ClientSealed) =>
  carried(name, 'binary from the client', encodeClientSealed(frame), frame);
const logged = (name: string, seq: number, envelope: Uint8Array) =>
  carried(name, 'binary from the server', encodeMessageEvent(seq, envelope), {
    type: 'message',
    seq,
    envelope,
  });

function stub(name: string, seq: number, hex: string | undefined): FrameVector {
  const frame = concat(u8(SERVER_KIND.stub), u32(seq), bytes(hex));
  const means = decodeServerSealed(frame);
  if (means === undefined) throw new Error('not a stub');
  return carried(name, 'binary from the server', frame, means);
}

function rejoin(position: Position): ClientControl {
  return makeJoin({ id, identity: ann, nonce, as: 'member', secrets, epoch: 0, position });
}

const SESSION: readonly FrameVector[] = [
  textVector('API-1: a room is reserved', 'request: POST /api/rooms', encodeCreateRoom(wanted), wanted),
  textVector('API-1: the server drew its id', 'answer: POST /api/rooms', `{"id":"${id}"}`, { id }),
  carried(
    'API-2: its charter opens it',
    'request: POST /api/rooms/ID/charter',
    encodeCommandWithBlob(welcome.charter, welcome.blob),
    { bytes: welcome.charter, blob: welcome.blob },
  ),
  says('JOIN-1: the server speaks first', { type: 'challenge', nonce }),
  asks(
    'JOIN-2: Ann joins with the key',
    makeJoin({ id, identity: ann, nonce, as: 'key', secrets, epoch: 0 }),
  ),
  says('WELCOME-1: she is in, and one event follows', welcome),
  says('WELCOME-2: a snapshot: she is alone', {
    ...presence,
    snapshot: true,
    joined: [{ slot, idPk: ann.pk }],
    count: 1,
  }),
  carried(
    'WELCOME-2: event 1, the charter',
    'binary from the server',
    encodeCommandEvent(1, welcome.charter, welcome.blob),
    { type: 'command', seq: 1, bytes: welcome.charter, blob: welcome.blob },
  ),
  sends('PROFILE-1: her name', { type: 'profile', sealed: profile }),
  carried(
    'PRESENCE-5: her name comes back',
    'binary from the server',
    encodeProfileFrame(slot, ann.pk, profile),
    { type: 'profile', slot, idPk: ann.pk, sealed: profile },
  ),
  sends('SEND-1: her first message', { type: 'send', n: 1, envelope: sealed(hello) }),
  logged('SEND-2: its echo, event 2', 2, sealed(hello)),
];

const MORE: readonly FrameVector[] = [
  textVector('API-4: refused', 'answer: error', '{"error":"rate","retryAfterMs":10000}', {
    error: 'rate',
    retryAfterMs: 10_000,
  }),
  textVector('API-6: lives of rooms', 'answer: GET /api/limits', '{"life":1800,"lifeMax":86400}', {
    life: 1_800,
    lifeMax: 86_400,
  }),
  asks('JOIN-2: Ann returns and has event 2', rejoin({ logId, seq: 2 })),
  says('RESUME-1: one event follows', resumed({ seq: 3, first: 3, lastN: 1 })),
  says('RESUME-1: none follows', resumed({ seq: 2, first: 3, lastN: 1 })),
  says('RESUME-2: her place is gone', {
    ...welcome,
    seq: 900,
    first: 401,
    reason: 'too_old',
    lastN: 2,
    count: 2,
  }),
  says('LIMIT-2: without rates', {
    ...welcome,
    limits: { members: 200, historyMessages: 500, historyBytes: 1 },
  }),
  says('WELCOME-4: a server of a later version', { ...welcome, features: ['erase', 'files'] }),
  textVector(
    'WELCOME-4: a server of an older version',
    'text from the server',
    encodeServerControl(welcome).replace(NO_FEATURES, ''),
    welcome,
  ),
  asks('LOOK-1: somebody looks', makeLook({ id, identity: guest, nonce, secrets })),
  says('LOOK-2: what they see', {
    type: 'room',
    count: 3,
    expiresInMs: 1_440_000,
    history: 'all',
    full: false,
    closed: false,
    charter: welcome.charter,
    blob: welcome.blob,
  }),
  says('LOOK-2: what an older server says', {
    type: 'room',
    count: 0,
    expiresInMs: 60_000,
    history: 'none',
    full: true,
    closed: false,
  }),
  says('JOIN-5: no such room, or another key', { type: 'denied' }),
  says('JOIN-5: no place left', { type: 'full' }),
  says('PRESENCE-1: Bob comes', {
    ...presence,
    version: 2,
    joined: [{ slot: bobsSlot, idPk: bob.pk }],
    count: 2,
  }),
  says('PRESENCE-2: Bob is away', { ...presence, version: 3, away: [bobsSlot], count: 2 }),
  says('PRESENCE-2: Bob has left', { ...presence, version: 4, left: [bobsSlot], count: 1 }),
  says('PRESENCE-6: only a count', { ...presence, version: 5, count: 201 }),
  sends('SEND-1: the next message', { type: 'send', n: 2, envelope: sealed(longer) }),
  sends('SEND-5: she takes the first one back', {
    type: 'send',
    n: 2,
    erase: { seq: 2, proof: bytes(known.log.messages[0]?.del_token) },
    envelope: sealed(longer),
  }),
  stub('SEND-5: what is left of it', 2, known.log.messages[0]?.stub_unsent),
  stub('SEND-9: what is left of a message whose time is over', 6, known.log.messages[3]?.stub_expired),
  carried(
    'COMMAND-1: the owner ends the room, as its tenth command',
    'binary from the client',
    encodeClientSealed({ type: 'command', bytes: end, blob: NOTHING }),
    { type: 'command', bytes: end, blob: NOTHING },
  ),
  carried('COMMAND-4: its last event', 'binary from the server', encodeCommandEvent(12, end, NOTHING), {
    type: 'command',
    seq: 12,
    bytes: end,
    blob: NOTHING,
  }),
  says('COMMAND-4: so it is over', { type: 'ended', reason: 'owner' }),
  says('COMMAND-2: another command came first', { type: 'refused', c: 10, code: 'stale', retryAfterMs: 0 }),
  asks('ROTATE-2: the owner asks whose records there are', { type: 'records' }),
  asks('ROTATE-2: those after Ann’s', { type: 'records', after: toBase64url(slot) }),
  carried('ROTATE-2: two, and there are more', 'binary from the server', encodeRecords(records), {
    type: 'records',
    ...records,
  }),
  carried('ROTATE-3: a slice for Bob waits for its charter', 'binary from the client', encodeStage(stage), {
    type: 'stage',
    ...stage,
  }),
  carried('ROTATE-3: one is there', 'binary from the server', encodeStaged(stage.tag, 1), {
    type: 'staged',
    tag: stage.tag,
    count: 1,
  }),
  carried('ROTATE-5: Bob gets it', 'binary from the server', encodeSliceFrame(1, bobsSlice), {
    type: 'slice',
    epoch: 1,
    sealed: bobsSlice,
  }),
  says('ROTATE-2: it is not the owner who asks', {
    type: 'refused',
    c: 0,
    code: 'not_allowed',
    retryAfterMs: 0,
  }),
  sends('EPHEMERAL-1: she types', { type: 'ephemeral', sealed: signal }),
  carried('EPHEMERAL-1: the others see that', 'binary from the server', encodeEphemeralFrame(signal), {
    type: 'ephemeral',
    sealed: signal,
  }),
  says('REFUSED-1: a message came too early', { type: 'refused', n: 3, code: 'gap', retryAfterMs: 0 }),
  says('REFUSED-1: something that has no n', { type: 'refused', code: 'rate', retryAfterMs: 10_000 }),
  asks('LIFE-3: keep the room', { type: 'keep' }),
  says('FILE-1: a server that takes files', {
    ...welcome,
    limits: { ...welcome.limits, files: { file: 26_214_400, room: 104_857_600, part: 262_144 } },
    features: ['ephemeral', 'files'],
  }),
  asks('FILE-2: a place for a file of eleven parts', {
    type: 'file',
    fid,
    size: 2_622_096,
    delHash: bytes('be22ed2c22ec36d6aed0355bf93e0ed8'),
    ttlMs: 600_000,
  }),
  says('FILE-2: the place, and nothing of the file is there', {
    type: 'fileOpen',
    fid,
    token: nonce,
    parts: 11,
    have: new Uint8Array(2),
  }),
  says('FILE-3: parts 0, 2 and 9 are there', {
    type: 'fileOpen',
    fid,
    token: nonce,
    parts: 11,
    have: Uint8Array.of(0b101, 0b10),
  }),
  says('FILE-4: no place', { type: 'fileRefused', fid, code: 'room_full', retryAfterMs: 60_000 }),
  asks('FILE-8: she takes it back', {
    type: 'fileErase',
    fid,
    proof: bytes('c2c837d686f556a5aa20a47668ef7cc7'),
  }),
  says('FILE-8: it is gone', { type: 'fileErased', fid }),
  says('LIFE-2: its life starts anew', { type: 'life', expiresInMs: lifeMs }),
  asks('WS-4: still there?', { type: 'ping' }),
  says('WS-4: still here', { type: 'pong' }),
  says('CLOSE-4: move elsewhere', { type: 'goaway', withinMs: 8_000 }),
  asks('PRESENCE-3: goodbye', { type: 'leave' }),
  says('LIFE-4: the room is over', { type: 'ended', reason: 'expired' }),
];

function resumed(position: Pick<Welcome, 'seq' | 'first' | 'lastN'>): Welcome {
  const { reason: _reason, ...rest } = welcome;
  return { ...rest, ...position, mode: 'resume' };
}

const send = encodeClientSealed({ type: 'send', n: 1, envelope: sealed(hello) });
const changed = (frame: Uint8Array, at: number, value: number) =>
  frame.map((byte, i) => (i === at ? value : byte));

const binary = (name: string, rule: string, frame: Uint8Array): MisfitVector => ({
  name,
  kind: 'binary from the client',
  hex: toHex(frame),
  rule,
});
const text = (name: string, words: string, rule = 'FRAME-3'): MisfitVector => ({
  name,
  kind: 'text from the client',
  text: words,
  rule,
});
const skipped = (name: string, words: string): MisfitVector => ({
  name,
  kind: 'text from the server',
  text: words,
  rule: 'FRAME-4',
});

const MISFITS: readonly MisfitVector[] = [
  binary('n is 0', 'FRAME-3', changed(send, 4, 0)),
  binary('neither 0x00 nor 0x01 after n', 'FRAME-3', changed(send, 5, 2)),
  binary('the envelope is one byte short', 'FRAME-3', send.subarray(0, -1)),
  binary('the envelope is one byte long', 'FRAME-3', concat(send, u8(0))),
  binary('another type byte', 'FRAME-3', changed(send, 6, 0x12)),
  binary('a profile that is too short', 'FRAME-3', concat(u8(2), profile.subarray(1))),
  binary('a profile of another type', 'FRAME-3', concat(u8(2), changed(profile, 0, 0x11))),
  binary('a signal that is too short', 'FRAME-3', concat(u8(3), signal.subarray(1))),
  binary('a signal of another type', 'FRAME-3', concat(u8(3), changed(signal, 0, 0x13))),
  binary('a command whose length does not fit', 'FRAME-3', concat(u8(4), u16(end.length + 1), end)),
  binary('a command that is too short', 'FRAME-3', concat(u8(4), u16(end.length - 1), end.subarray(0, -1))),
  binary('slices without a tag', 'FRAME-3', u8(5)),
  binary('half a slice', 'FRAME-3', concat(u8(5), new Uint8Array(8 + 60))),
  binary('nothing', 'FRAME-3', new Uint8Array()),
  text('not JSON', '{'),
  text('a list', '[{"type":"keep"}]'),
  text('a type that does not exist', '{"type":"hello"}'),
  text('a reserved type', '{"type":"knock"}'),
  text('a join without anything', '{"type":"join"}'),
  text(
    'base64url with padding',
    encodeClientControl(rejoin({ logId, seq: 2 })).replace(/"idPk":"[^"]*/, '$&='),
  ),
  text('a position without seq', encodeClientControl(rejoin({ logId, seq: 2 })).replace(',"seq":2', '')),
  text('a seq that is text', encodeClientControl(rejoin({ logId, seq: 2 })).replace('"seq":2', '"seq":"2"')),
  skipped('a type that does not exist', '{"type":"hello"}'),
  skipped('a challenge that is too short', '{"type":"challenge","nonce":"AAAA"}'),
  skipped(
    'a reset without its reason',
    encodeServerControl(welcome).replace('"mode":"reset","reason":"fresh"', '"mode":"reset"'),
  ),
  skipped('a code that does not exist', '{"type":"refused","code":"later","retryAfterMs":1}'),
  {
    name: 'seq is 0',
    kind: 'binary from the server',
    hex: toHex(encodeMessageEvent(0, sealed(hello))),
    rule: 'FRAME-4',
  },
  { name: 'a stub without anything', kind: 'binary from the server', hex: '9300000001', rule: 'FRAME-4' },
  { name: 'a reserved kind', kind: 'binary from the server', hex: '9700000001', rule: 'FRAME-4' },
];
