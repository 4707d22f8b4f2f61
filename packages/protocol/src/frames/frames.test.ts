import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat, toBase64url, u16, u32, u8, utf8 } from '../bytes.ts';
import {
  type ClientControl,
  type Join,
  type Look,
  decodeClientControl,
  decodeClientSealed,
  encodeClientControl,
  encodeClientSealed,
  epochOf,
} from './client-frames.ts';
import { FILE_PART_BYTES } from '../file-size.ts';
import { FILE_REFUSED_CODES, type FileAsk } from './file-frames.ts';
import { CLOSE, comebackAfter } from '../close.ts';
import {
  CHARTER_BLOB_BYTES,
  type CharterArgs,
  OP_CHARTER,
  decodeCharterArgs,
  decodeCommand,
  decodeCommandWithBlob,
  encodeCharterArgs,
  encodeCommand,
  encodeCommandWithBlob,
  encodeUnsignedCommand,
} from '../command.ts';
import { decodeCreateRoom, encodeCreateRoom } from '../api.ts';
import { BASE58, parseRoomId } from '../ids.ts';
import {
  ENVELOPE_BUCKETS,
  ENVELOPE_OVERHEAD,
  FILE_LIMITS_MAX,
  HISTORY_MAX,
  ROOM_MEMBERS_MAX,
  WAIT_MS_MAX,
} from '../limits.ts';
import {
  FEATURES,
  type ServerControl,
  decodeServerControl,
  decodeServerSealed,
  encodeCommandEvent,
  encodeEphemeralFrame,
  encodeMessageEvent,
  encodeProfileFrame,
  encodeStubEvent,
  encodeServerControl,
} from './server-frames.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const number32 = fc.nat({ max: 0xffff_ffff });
const rate = fc.record({ perSecond: fc.constantFrom(2.5, 5), burst: fc.integer({ min: 1 }) });
const roomId = fc
  .string({ unit: fc.constantFrom(...BASE58), minLength: 4, maxLength: 32 })
  .map((text) => parseRoomId(text) ?? expect.unreachable());
const envelope = fc
  .constantFrom(...ENVELOPE_BUCKETS.slice(0, 3))
  .chain((bucket) => bytes(bucket + ENVELOPE_OVERHEAD))
  .map((sealed) => concat(u8(0x11), sealed.subarray(1)));
const signal = bytes(109).map((sealed) => concat(u8(0x12), sealed.subarray(1)));
const profile = bytes(301).map((sealed) => concat(u8(0x13), sealed.subarray(1)));
const position = fc.record({ logId: bytes(8).map(toBase64url), seq: number32 });

const join: fc.Arbitrary<Join> = fc.record(
  {
    type: fc.constant('join' as const),
    id: roomId,
    idPk: bytes(32),
    as: fc.constantFrom('key' as const, 'owner' as const, 'member' as const),
    idSig: bytes(64),
    keySig: bytes(64),
    linkSig: bytes(64),
    epoch: number32,
    position,
  },
  { requiredKeys: ['type', 'id', 'idPk', 'as', 'idSig'] },
);

const look: fc.Arbitrary<Look> = fc.record({
  type: fc.constant('look' as const),
  id: roomId,
  idPk: bytes(32),
  idSig: bytes(64),
  lookSig: bytes(64),
});

const file: fc.Arbitrary<FileAsk> = fc.record(
  {
    type: fc.constant('file' as const),
    fid: bytes(16),
    size: fc.maxSafeNat().filter((size) => size >= 4_128),
    delHash: bytes(16),
    ttlMs: fc.maxSafeNat(),
  },
  { requiredKeys: ['type', 'fid', 'size', 'delHash'] },
);
const fileErase = fc.record({ type: fc.constant('fileErase' as const), fid: bytes(16), proof: bytes(16) });

const charterArgs: fc.Arbitrary<CharterArgs> = fc
  .record({
    newEpoch: number32,
    accessPk: bytes(32),
    linkPk: bytes(32).filter((pk) => pk.some((byte) => byte !== 0)),
    door: fc.constantFrom(1 as const, 2 as const, 3 as const),
    fresh: fc.boolean(),
    blobHash: bytes(32),
    moderators: fc.array(fc.record({ idPk: bytes(32), mask: fc.nat(255) }), { maxLength: 32 }),
  })
  .map((args) => (args.door === 1 ? { ...args, linkPk: new Uint8Array(32) } : args));

const command = fc
  .tuple(roomId, number32, fc.integer({ min: 1, max: 0xffff_ffff }), charterArgs, bytes(32), bytes(64))
  .map(([id, epoch, c, args, signerPk, signature]) =>
    encodeCommand(
      encodeUnsignedCommand(id, epoch, c, OP_CHARTER, encodeCharterArgs(args)),
      signerPk,
      signature,
    ),
  );

const WEEK_MS = 7 * 24 * 3600 * 1000;
const wait = fc.nat(WAIT_MS_MAX);
const timeLeft = fc.nat(WEEK_MS);

const serverControl: fc.Arbitrary<ServerControl> = fc.oneof(
  fc.record({ type: fc.constant('challenge' as const), nonce: bytes(32) }),
  fc.record({
    type: fc.constantFrom('denied' as const, 'full' as const, 'closed' as const, 'pong' as const),
  }),
  fc.record({ type: fc.constant('life' as const), expiresInMs: timeLeft }),
  fc.record({ type: fc.constant('goaway' as const), withinMs: wait }),
  fc.record({
    type: fc.constant('ended' as const),
    reason: fc.constantFrom('expired' as const, 'owner' as const),
  }),
  fc.record(
    {
      type: fc.constant('refused' as const),
      n: number32,
      code: fc.constantFrom('gap' as const, 'rate' as const),
      retryAfterMs: wait,
    },
    { requiredKeys: ['type', 'code', 'retryAfterMs'] },
  ),
  fc.record({
    type: fc.constant('presence' as const),
    version: number32,
    snapshot: fc.boolean(),
    joined: fc.array(fc.record({ slot: bytes(8), idPk: bytes(32) }), { maxLength: 3 }),
    away: fc.array(bytes(8), { maxLength: 3 }),
    left: fc.array(bytes(8), { maxLength: 3 }),
    count: fc.nat(ROOM_MEMBERS_MAX),
  }),
  fc.integer({ min: 1, max: 4_000 }).chain((parts) =>
    fc.record({
      type: fc.constant('fileOpen' as const),
      fid: bytes(16),
      token: bytes(32),
      parts: fc.constant(parts),
      have: bytes(Math.ceil(parts / 8)),
    }),
  ),
  fc.record({
    type: fc.constant('fileRefused' as const),
    fid: bytes(16),
    code: fc.constantFrom(...FILE_REFUSED_CODES),
    retryAfterMs: wait,
  }),
  fc.record({ type: fc.constant('fileErased' as const), fid: bytes(16) }),
  fc.record({
    type: fc.constant('room' as const),
    count: fc.nat(ROOM_MEMBERS_MAX),
    expiresInMs: timeLeft,
    history: fc.constantFrom('all' as const, 'none' as const),
    full: fc.boolean(),
    closed: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('welcome' as const),
    slot: bytes(8),
    logId: bytes(8).map(toBase64url),
    seq: number32,
    first: number32,
    mode: fc.constant('reset' as const),
    reason: fc.constantFrom('fresh' as const, 'too_old' as const),
    epoch: number32,
    c: number32,
    charter: command,
    blob: bytes(CHARTER_BLOB_BYTES),
    lastN: number32,
    closed: fc.boolean(),
    slow: fc.nat(WAIT_MS_MAX / 1000),
    history: fc.constantFrom('all' as const, 'none' as const),
    count: fc.nat(ROOM_MEMBERS_MAX),
    limits: fc.record(
      {
        members: fc.nat(ROOM_MEMBERS_MAX),
        historyMessages: fc.nat(HISTORY_MAX.messages),
        historyBytes: fc.nat(HISTORY_MAX.bytes),
        rates: fc.record({ messages: rate, bytes: rate }),
        files: fc.record({
          file: fc.nat(FILE_LIMITS_MAX.file),
          room: fc.nat(FILE_LIMITS_MAX.room),
          part: fc.constant(FILE_PART_BYTES),
        }),
      },
      { requiredKeys: ['members', 'historyMessages', 'historyBytes'] },
    ),
    lifeMs: fc.integer({ min: 3_000, max: WEEK_MS }),
    expiresInMs: timeLeft,
    features: fc.subarray([...FEATURES]),
  }),
);

describe('FRAME-1: what is encoded comes back', () => {
  test('control from the client', () => {
    const others: ClientControl[] = [{ type: 'leave' }, { type: 'keep' }, { type: 'ping' }];
    fc.assert(
      fc.property(fc.oneof(join, look, file, fileErase, fc.constantFrom(...others)), (frame) => {
        expect(decodeClientControl(encodeClientControl(frame))).toEqual(frame);
      }),
    );
  });

  test('sealed from the client', () => {
    const send = fc.record(
      {
        type: fc.constant('send' as const),
        n: fc.integer({ min: 1, max: 0xffff_ffff }),
        envelope,
        erase: fc.record({ seq: number32, proof: bytes(16) }),
      },
      { requiredKeys: ['type', 'n', 'envelope'] },
    );
    const frame = fc.oneof(
      send,
      fc.record({ type: fc.constant('profile' as const), sealed: profile }),
      fc.record({ type: fc.constant('ephemeral' as const), sealed: signal }),
    );
    fc.assert(
      fc.property(frame, (sent) => {
        expect(decodeClientSealed(encodeClientSealed(sent))).toEqual(sent);
      }),
    );
  });

  test('control from the server', () => {
    fc.assert(
      fc.property(serverControl, (frame) => {
        expect(decodeServerControl(encodeServerControl(frame))).toEqual(frame);
      }),
    );
  });

  test("control from the server, with Node's Buffers in it", () => {
    const nonce = Buffer.alloc(32, 7);
    expect(decodeServerControl(encodeServerControl({ type: 'challenge', nonce }))).toEqual({
      type: 'challenge',
      nonce: Uint8Array.from(nonce),
    });
  });

  // Large envelopes are compared byte by byte; a busy machine takes long.
  test('events and profiles from the server', () => {
    const seq = fc.integer({ min: 1, max: 0xffff_ffff });
    fc.assert(
      fc.property(seq, envelope, command, bytes(CHARTER_BLOB_BYTES), (at, sealed, charter, blob) => {
        expect(decodeServerSealed(encodeMessageEvent(at, sealed))).toEqual({
          type: 'message',
          seq: at,
          envelope: sealed,
        });
        const event = decodeServerSealed(encodeCommandEvent(at, charter, blob));
        expect(event).toMatchObject({ type: 'command', seq: at, bytes: charter, blob });
      }),
    );
    fc.assert(
      fc.property(signal, (sealed) => {
        const frame = encodeEphemeralFrame(sealed);
        expect(decodeServerSealed(frame)).toEqual({ type: 'ephemeral', sealed });
        expect(decodeServerSealed(frame.subarray(0, -1))).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(bytes(8), bytes(32), profile, (slot, idPk, sealed) => {
        expect(decodeServerSealed(encodeProfileFrame(slot, idPk, sealed))).toEqual({
          type: 'profile',
          slot,
          idPk,
          sealed,
        });
      }),
    );
  });

  test('EVENT-2: stubs from the server, 72 bytes and no other length', () => {
    const stub = fc.record({
      type: fc.constant('stub' as const),
      seq: fc.integer({ min: 1, max: 0xffff_ffff }),
      reason: fc.integer({ min: 0, max: 255 }),
      header: bytes(23),
      restHash: bytes(32),
      proof: bytes(16),
    });
    fc.assert(
      fc.property(stub, (one) => {
        const frame = encodeStubEvent(one);
        expect(decodeServerSealed(frame)).toEqual(one);
        expect(decodeServerSealed(frame.subarray(0, -1))).toBeUndefined();
        expect(decodeServerSealed(concat(frame, u8(0)))).toBeUndefined();
      }),
    );
  });

  test('CMD-4, CMD-6: commands and charters', () => {
    fc.assert(
      fc.property(charterArgs, (args) => {
        expect(decodeCharterArgs(encodeCharterArgs(args))).toEqual(args);
      }),
    );
    fc.assert(
      fc.property(command, fc.uint8Array({ maxLength: 50 }), (signed, blob) => {
        expect(decodeCommandWithBlob(encodeCommandWithBlob(signed, blob))).toMatchObject({
          bytes: signed,
          blob,
        });
      }),
    );
  });

  test('API-1: a room to be created', () => {
    const room = fc.record({
      ownerPk: bytes(32),
      life: number32,
      history: fc.constantFrom('all' as const, 'none' as const),
    });
    fc.assert(
      fc.property(room, (wish) => {
        expect(decodeCreateRoom(encodeCreateRoom(wish))).toEqual(wish);
      }),
    );
  });
});

describe('FRAME-3: nothing foreign throws', () => {
  const decoders = {
    decodeClientControl,
    decodeServerControl,
    decodeCreateRoom,
  };

  test.each(Object.entries(decoders))('%s on any text and any JSON', (_name, decode) => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void decode(text)));
  });

  test('decoders of bytes on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (any) => {
        decodeClientSealed(any);
        decodeServerSealed(any);
        decodeCommand(any);
        decodeCharterArgs(any);
        decodeCommandWithBlob(any);
      }),
    );
  });

  test('a valid frame with one field changed decodes to undefined or to a whole frame', () => {
    fc.assert(
      fc.property(
        join,
        fc.constantFrom('id', 'idPk', 'as', 'idSig', 'keySig', 'epoch', 'position'),
        fc.jsonValue(),
        (frame, name, value) => {
          const spoiled = decodeClientControl(
            JSON.stringify({ ...JSON.parse(encodeClientControl(frame)), [name]: value }),
          );
          expect(spoiled === undefined || spoiled.type === 'join').toBe(true);
        },
      ),
    );
  });

  test('every truncation of a sealed frame is refused', () => {
    const whole = encodeClientSealed({ type: 'send', n: 1, envelope: concat(u8(0x11), new Uint8Array(318)) });
    expect(decodeClientSealed(whole)).toBeDefined();
    for (let length = 0; length < whole.length; length++)
      expect(decodeClientSealed(whole.subarray(0, length))).toBeUndefined();
  });
});

function sampleWelcome() {
  const [sample] = fc.sample(
    serverControl.filter((frame) => frame.type === 'welcome'),
    { seed: 1, numRuns: 1 },
  );
  return JSON.parse(encodeServerControl(sample ?? expect.unreachable()));
}

describe('refused by the decoders', () => {
  const good = {
    type: 'join',
    id: 'k7Qm2x',
    idPk: toBase64url(new Uint8Array(32)),
    as: 'key',
    idSig: toBase64url(new Uint8Array(64)),
  };

  test.each([
    ['no JSON', '{'],
    ['an array', '[]'],
    ['null', 'null'],
    ['an unknown type', '{"type":"shout"}'],
    ['a type that is an object', '{"type":{}}'],
    ['a type from the prototype', '{"__proto__":{"type":"ping"}}'],
    ['a bad id', JSON.stringify({ ...good, id: 'k7Q0Ol' })],
    ['a short key', JSON.stringify({ ...good, idPk: toBase64url(new Uint8Array(31)) })],
    ['padding', JSON.stringify({ ...good, idPk: `${good.idPk}=` })],
    ['an unknown way in', JSON.stringify({ ...good, as: 'god' })],
    ['a null option', JSON.stringify({ ...good, keySig: null })],
    ['a negative epoch', JSON.stringify({ ...good, epoch: -1 })],
    ['a broken position', JSON.stringify({ ...good, position: { logId: 'x', seq: 1 } })],
    ['FRAME-2: more than 4 KiB', JSON.stringify({ ...good, more: 'x'.repeat(4096) })],
  ])('%s', (_what, text) => expect(decodeClientControl(text)).toBeUndefined());

  const place = {
    type: 'file',
    fid: toBase64url(new Uint8Array(16)),
    size: 4_128,
    delHash: toBase64url(new Uint8Array(16)),
  };
  test.each([
    ['size 0', { ...place, size: 0 }],
    ['less than the smallest', { ...place, size: 4_127 }],
    ['2^53', { ...place, size: 2 ** 53 }],
    ['a fraction', { ...place, size: 4_128.5 }],
    ['a size in words', { ...place, size: '4128' }],
    ['a short fid', { ...place, fid: toBase64url(new Uint8Array(15)) }],
    ['no delHash', { ...place, delHash: undefined }],
    ['a time before now', { ...place, ttlMs: -1 }],
    ['no time', { ...place, ttlMs: null }],
    ['an erase without proof', { ...place, type: 'fileErase' }],
  ])('FILE-2: %s', (_what, frame) => {
    expect(decodeClientControl(JSON.stringify(place))).toBeDefined();
    expect(decodeClientControl(JSON.stringify(frame))).toBeUndefined();
  });

  test('FILE-2: a place whose bits are of another file', () => {
    const open = { type: 'fileOpen', fid: new Uint8Array(16), token: new Uint8Array(32), parts: 9 } as const;
    const spelled = (bits: number) => encodeServerControl({ ...open, have: new Uint8Array(bits) });
    expect(decodeServerControl(spelled(2))).toBeDefined();
    for (const bits of [0, 1, 3]) expect(decodeServerControl(spelled(bits))).toBeUndefined();
    expect(decodeServerControl(spelled(2).replace('"parts":9', '"parts":0'))).toBeUndefined();
    expect(decodeServerControl(spelled(2).replace('"parts":9', '"parts":9007199254740991'))).toBeUndefined();
  });

  test('and the same without the fault is fine', () => {
    expect(decodeClientControl(JSON.stringify({ ...good, unknown: 1 }))).toBeDefined();
  });

  test.each([
    ['nothing', u8(0).subarray(1)],
    ['an unknown kind', concat(u8(0x7f), new Uint8Array(400))],
    ['SEND-1: n of 0', concat(u8(1), u32(0), u8(0), u8(0x11), new Uint8Array(318))],
    ['an erase flag of 2', concat(u8(1), u32(1), u8(2), u8(0x11), new Uint8Array(318))],
    ['ENV-2: a length that is no bucket', concat(u8(1), u32(1), u8(0), u8(0x11), new Uint8Array(319))],
    ['ENV-1: another type of envelope', concat(u8(1), u32(1), u8(0), u8(0x10), new Uint8Array(318))],
    ['TYPING-1: a short signal', concat(u8(3), u8(0x12), new Uint8Array(107))],
    ['TYPING-1: a long signal', concat(u8(3), u8(0x12), new Uint8Array(109))],
    ['TYPING-1: another type of signal', concat(u8(3), u8(0x13), new Uint8Array(108))],
    ['PROFILE-1: a short profile', concat(u8(2), u8(0x13), new Uint8Array(299))],
  ])('%s', (_what, frame) => expect(decodeClientSealed(frame)).toBeUndefined());

  test('CMD-4: a charter whose link key does not fit its door', () => {
    const args = {
      newEpoch: 0,
      accessPk: new Uint8Array(32),
      door: 1 as const,
      fresh: false,
      blobHash: new Uint8Array(32),
      moderators: [],
    };
    expect(decodeCharterArgs(encodeCharterArgs({ ...args, linkPk: new Uint8Array(32) }))).toBeDefined();
    expect(
      decodeCharterArgs(encodeCharterArgs({ ...args, linkPk: new Uint8Array(32).fill(1) })),
    ).toBeUndefined();
    expect(
      decodeCharterArgs(encodeCharterArgs({ ...args, door: 2, linkPk: new Uint8Array(32) })),
    ).toBeUndefined();
  });

  test('CMD-1: number 0, a foreign id, bytes left over', () => {
    const id = parseRoomId('k7Qm2x') ?? expect.unreachable();
    const make = (c: number) =>
      encodeCommand(encodeUnsignedCommand(id, 0, c, 1, u16(1)), new Uint8Array(32), new Uint8Array(64));
    expect(decodeCommand(make(1))).toBeDefined();
    expect(decodeCommand(make(0))).toBeUndefined();
    expect(decodeCommand(concat(make(1), u8(0)))).toBeUndefined();
    expect(decodeCommand(concat(u8(6), utf8('k7Q-2x'), make(1).subarray(7)))).toBeUndefined();
  });

  test('WELCOME-1: a reset without its reason, a resume with one', () => {
    const welcome = sampleWelcome();
    expect(decodeServerControl(JSON.stringify(welcome))).toBeDefined();
    expect(decodeServerControl(JSON.stringify({ ...welcome, mode: 'resume' }))).toBeUndefined();
    expect(decodeServerControl(JSON.stringify({ ...welcome, reason: undefined }))).toBeUndefined();
    for (const name of Object.keys(welcome).filter((field) => field !== 'features')) {
      expect(decodeServerControl(JSON.stringify({ ...welcome, [name]: undefined })), name).toBeUndefined();
    }
  });

  test.each([
    ['missing, as on older servers', undefined, []],
    ['null', null, []],
    ['a word', 'erase', []],
    ['an object', { 0: 'erase', length: 1 }, []],
    ['empty', [], []],
    ['names of a later version', ['erase', 'teleport', 7, null, ['files']], ['erase']],
    ['a name twice', ['files', 'erase', 'files'], ['erase', 'files']],
    ['thousands of names', Array.from({ length: 5_000 }, (_, i) => `f${i}`), []],
  ])('WELCOME-4: features, %s: what is known of them, and always a welcome', (_what, features, read) => {
    const decoded = decodeServerControl(JSON.stringify({ ...sampleWelcome(), features }));
    if (decoded?.type !== 'welcome') throw new Error('no welcome');
    expect(decoded.features).toEqual(read);
  });

  const five = { perSecond: 5, burst: 15 };
  test.each([
    ['none', undefined, false],
    ['both', { messages: five, bytes: { perSecond: 2.5, burst: 1 } }, true],
    ['more than both', { messages: { ...five, more: 1 }, bytes: five, frames: five }, true],
    ['one', { messages: five }, false],
    ['nothing a second', { messages: { perSecond: 0, burst: 15 }, bytes: five }, false],
    ['no number', { messages: { perSecond: '5', burst: 15 }, bytes: five }, false],
    ['no end', { messages: { perSecond: null, burst: null }, bytes: five }, false],
    ['a list', [five, five], false],
  ])('LIMIT-2: rates, %s: a welcome with or without them, never no welcome', (_what, rates, there) => {
    const welcome = sampleWelcome();
    const decoded = decodeServerControl(JSON.stringify({ ...welcome, limits: { ...welcome.limits, rates } }));
    if (decoded?.type !== 'welcome') throw new Error('no welcome');
    expect(decoded.limits.rates !== undefined).toBe(there);
    expect(Object.keys(decoded.limits.rates ?? {})).toEqual(there ? ['messages', 'bytes'] : []);
  });
});

describe('ids and epochs', () => {
  test('ID-1: 4 to 32 base58 characters', () => {
    for (const text of ['k7Qm', '1'.repeat(32), 'zzzzzz']) expect(parseRoomId(text)).toBe(text);
    for (const text of ['', 'abc', '1'.repeat(33), 'k7Q0m', 'k7QIm', 'k7Qlm', 'k7QOm', 'k7Qm ', 'k7Qm\n']) {
      expect(parseRoomId(text), JSON.stringify(text)).toBeUndefined();
    }
  });

  test('ENV-1: the epoch stands in the clear header', () => {
    expect(epochOf(concat(u8(0x11), u32(0x01020304), new Uint8Array(20)))).toBe(0x01020304);
  });
});

describe('CLOSE-1: which codes bring a client back', () => {
  test.each(Object.entries(CLOSE))('%s', (_reason, { code, comeback }) =>
    expect(comebackAfter(code)).toBe(comeback),
  );

  test('CLOSE-2: an unknown code comes back, unless its range says never', () => {
    for (const code of [1005, 1006, 1015, 3000, 3999, 4030, 4499, 5000]) {
      expect(comebackAfter(code)).toBe('backoff');
    }
    for (const code of [4500, 4777, 4999]) expect(comebackAfter(code)).toBe('never');
  });

  test('CLOSE-2: a known code means what the table says, not what its range says', () => {
    for (const { code } of Object.values(CLOSE)) expect(code).toBeLessThan(4500);
  });

  test('no two reasons share a code', () => {
    const codes = Object.values(CLOSE).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });
});
