// Envelopes: what goes in comes out, and nothing else gets in.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ENVELOPE_BUCKETS,
  type RoomId,
  concat,
  isEnvelope,
  parseRoomId,
  toBase64url,
  u16,
  u32,
  u48,
  u8,
  utf8,
} from '@mayfly/protocol';
import { sealBox } from './box.ts';
import { digest } from './derive.ts';
import { type MessageContent, openEnvelope, sealMessage, verifyMessage } from './envelope.ts';
import { contentOf } from '../content/content.ts';
import { CTYPE } from '../content/ctype.ts';
import { eventHash, makeStatement, seenDigest } from './event-hash.ts';
import { epochKeys, roomSecrets } from './keys.ts';
import { sign, signingKey } from './signature.ts';

function roomId(text: string): RoomId {
  const id = parseRoomId(text);
  if (id === undefined) throw new Error('bad room id');
  return id;
}

const root = roomSecrets('S56xJLf2MT2SzL2XAYtD6qMwY43cc5f4').root;
const keys = epochKeys(root, roomId('k7Qm2x'), 0);
const ann = signingKey(new Uint8Array(32).fill(1));
const bob = signingKey(new Uint8Array(32).fill(2));
const logId = toBase64url(new Uint8Array(8).fill(3));
const nothingSeen = makeStatement({ logId, seq: 0 }, 1, []);

let calls = 0;
const random = (length: number) => new Uint8Array(length).fill(++calls % 256);

function content(changes: Partial<MessageContent> = {}): MessageContent {
  return {
    sess: Uint8Array.of(1, 2, 3, 4),
    count: 1,
    prev: new Uint8Array(32),
    statement: nothingSeen,
    at: 1_700_000_000_000,
    ctype: CTYPE.text,
    name: 'Ann',
    body: 'hello',
    ttl: 0,
    ...changes,
  };
}

const seal = (changes: Partial<MessageContent> = {}) => sealMessage(keys, ann, content(changes), random);

// Seals whatever plaintext a member of the room could, around our own encoder.
function sealInner(inner: Uint8Array): Uint8Array {
  const header = concat(u8(0x11), u32(0), u16(0), new Uint8Array(16));
  const padded = new Uint8Array(512);
  padded.set(inner);
  return concat(
    header,
    sealBox(keys.message, concat(utf8('mayfly/v1 env\0'), header, keys.ctx), padded, random),
  );
}

type Field = 'count' | 'events' | 'flags' | 'ctype' | 'name' | 'body' | 'tail';

function innerWith(changes: Partial<Record<Field, Uint8Array>> = {}): Uint8Array {
  const name = utf8('Ann');
  const body = utf8('hi');
  const signed = concat(
    ann.pk,
    Uint8Array.of(1, 2, 3, 4),
    changes.count ?? u32(1),
    new Uint8Array(32),
    new Uint8Array(8),
    changes.events ?? u8(0),
    new Uint8Array(8),
    u48(5),
    changes.ctype ?? u8(1),
    changes.flags ?? u8(0),
    changes.name ?? concat(u8(name.length), name),
    changes.body ?? concat(u16(body.length), body),
  );
  return concat(signed, new Uint8Array(64).fill(1), changes.tail ?? new Uint8Array());
}

// Any code points but lone surrogates, which UTF-8 cannot hold.
const anyText = (maxLength: number) =>
  fc
    .array(fc.integer({ min: 0, max: 0x10_ffff - 0x800 }), { maxLength })
    .map((points) =>
      String.fromCodePoint(...points.map((point) => (point < 0xd800 ? point : point + 0x800))),
    );

const raw = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

const textIn = (changes: Partial<Record<Field, Uint8Array>>) => {
  const opened = openEnvelope(keys, sealInner(innerWith(changes)));
  if (!opened.ok) return 'refused';
  const content = contentOf(opened.message);
  return content.kind === 'text' ? content.text : undefined;
};

function opened(envelope: Uint8Array) {
  const result = openEnvelope(keys, envelope);
  if (!result.ok) throw new Error(result.reason);
  return result.message;
}

describe('ENV-1: opening gives back what was sealed', () => {
  test('any name, text, reference and time', () => {
    const any = fc.record(
      {
        name: anyText(25),
        body: anyText(1000),
        ref: raw(16),
        sess: raw(4),
        prev: raw(32),
        count: fc.integer({ min: 1, max: 0xffff_ffff }),
        at: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
        ttl: fc.integer({ min: 0, max: 0xffff }),
        ctype: fc.integer({ min: 0, max: 255 }),
      },
      { requiredKeys: ['name', 'body', 'sess', 'prev', 'count', 'at', 'ttl', 'ctype'] },
    );
    fc.assert(
      fc.property(any, (changes) => {
        const { envelope, mid } = seal(changes);
        expect(isEnvelope(envelope)).toBe(true);
        const opened = openEnvelope(keys, envelope);
        expect(opened).toMatchObject({ ok: true, message: { ...changes, mid, pk: ann.pk, epoch: 0 } });
        expect(opened.ok && verifyMessage(opened.message)).toBe(true);
      }),
      { numRuns: 20, seed: 11 },
    );
  });

  test('the largest possible message fits', () => {
    const { envelope } = seal({ name: 'é'.repeat(50), body: 'y'.repeat(16_000), ref: new Uint8Array(16) });
    expect(envelope).toHaveLength(16_384 + 63);
    expect(openEnvelope(keys, envelope).ok).toBe(true);
  });
});

describe('ENV-2: lengths', () => {
  test('1 to 85 characters with a short name have one length, 319 bytes', () => {
    for (const name of ['', 'Ann', 'Bernard']) {
      for (let length = 1; length <= 85; length++) {
        expect(seal({ name, body: 'x'.repeat(length) }).envelope).toHaveLength(319);
      }
    }
    expect(seal({ name: 'Bernard', body: 'x'.repeat(86) }).envelope).toHaveLength(575);
  });

  test('another length or type is no envelope', () => {
    const { envelope } = seal();
    for (const length of [0, 1, 62, 63, 318]) {
      expect(openEnvelope(keys, envelope.subarray(0, length))).toEqual({
        ok: false,
        reason: 'not_an_envelope',
      });
    }
    expect(openEnvelope(keys, concat(envelope, u8(0)))).toEqual({ ok: false, reason: 'not_an_envelope' });
    const other = Uint8Array.from(envelope);
    other[0] = 0x13;
    expect(openEnvelope(keys, other)).toEqual({ ok: false, reason: 'not_an_envelope' });
  });

  test('a larger bucket than needed is fine', () => {
    const header = seal().envelope.subarray(0, 23);
    const padded = new Uint8Array(2048);
    padded.set(innerWith());
    const aad = concat(utf8('mayfly/v1 env\0'), header, keys.ctx);
    expect(openEnvelope(keys, concat(header, sealBox(keys.message, aad, padded, random))).ok).toBe(true);
  });
});

describe('ENV-3: the seal holds room, epoch and header', () => {
  test('every single flipped byte is refused, and nothing throws', () => {
    const { envelope } = seal({ ttl: 60 });
    for (let i = 0; i < envelope.length; i++) {
      const changed = envelope.map((byte, j) => (i === j ? byte ^ 0x01 : byte));
      expect(openEnvelope(keys, changed).ok, `byte ${i}`).toBe(false);
    }
  });

  test('another room, another epoch and another link open nothing', () => {
    const { envelope } = seal();
    const otherRoom = epochKeys(root, roomId('k7Qm2y'), 0);
    const otherLink = epochKeys(roomSecrets('TjYPDRpV836unGSCx7hsLBrtiU3qgTJG').root, roomId('k7Qm2x'), 0);
    expect(openEnvelope(otherRoom, envelope)).toEqual({ ok: false, reason: 'seal' });
    expect(openEnvelope(otherLink, envelope)).toEqual({ ok: false, reason: 'seal' });
    expect(openEnvelope(epochKeys(root, roomId('k7Qm2x'), 1), envelope)).toEqual({
      ok: false,
      reason: 'epoch',
    });
    expect(openEnvelope({ ...keys, ctx: new Uint8Array(32) }, envelope)).toEqual({
      ok: false,
      reason: 'seal',
    });
    const renamed = concat(u8(0x11), u32(1), envelope.subarray(5));
    expect(openEnvelope(epochKeys(root, roomId('k7Qm2x'), 1), renamed)).toEqual({
      ok: false,
      reason: 'seal',
    });
  });

  test('any bytes at all: refused, never thrown', () => {
    const lengths = fc.constantFrom(
      ...ENVELOPE_BUCKETS.slice(0, 3).map((bucket) => bucket + 63),
      0,
      1,
      63,
      100,
    );
    const any = lengths.chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
    fc.assert(
      fc.property(any, fc.boolean(), (bytes, typed) => {
        const envelope = typed ? concat(Uint8Array.of(0x11, 0, 0, 0, 0), bytes.subarray(5)) : bytes;
        expect(openEnvelope(keys, envelope).ok).toBe(false);
      }),
      { numRuns: 200, seed: 12 },
    );
  });
});

describe('ENV-4: content against the rules is refused', () => {
  test('the same within the rules is opened', () => {
    expect(openEnvelope(keys, sealInner(innerWith())).ok).toBe(true);
  });

  const notUtf8 = Uint8Array.of(0xc3, 0x28);
  test.each<[string, Partial<Record<Field, Uint8Array>>]>([
    ['count 0', { count: u32(0) }],
    ['a statement over 33 events', { events: u8(33) }],
    ['a name of 101 bytes', { name: concat(u8(101), utf8('x'.repeat(101))) }],
    ['a name of 51 code points', { name: concat(u8(51), utf8('x'.repeat(51))) }],
    ['a name that is not UTF-8', { name: concat(u8(2), notUtf8) }],
    ['a name cut by a surrogate', { name: concat(u8(3), Uint8Array.of(0xed, 0xa0, 0x80)) }],
    ['a text that is not UTF-8', { body: concat(u16(2), notUtf8) }],
    ['a text longer than what is there', { body: concat(u16(16_000), utf8('hi')) }],
    ['padding that is not zero', { tail: Uint8Array.of(0, 1) }],
  ])('%s', (_, changes) => {
    expect(openEnvelope(keys, sealInner(innerWith(changes)))).toEqual({ ok: false, reason: 'content' });
  });

  test('any plaintext: refused or opened, never thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 256, maxLength: 256 }), (inner) => {
        expect(openEnvelope(keys, sealInner(inner))).toHaveProperty('ok');
      }),
      { numRuns: 200, seed: 13 },
    );
  });

  test.each<[string, Partial<MessageContent>]>([
    ['count 0', { count: 0 }],
    ['a long name', { name: 'x'.repeat(51) }],
    ['a wide name', { name: '🦋'.repeat(26) }],
    ['a long text', { body: 'x'.repeat(16_001) }],
  ])('and cannot be sealed by mistake: %s', (_, changes) => {
    expect(() => seal(changes)).toThrow(RangeError);
  });
});

describe('ENV-5: kinds of message', () => {
  test('text is shown; a reserved ctype or flag opens, but is not shown as text', () => {
    expect(textIn({})).toBe('hi');
    expect(textIn({ ctype: u8(2) })).toBeUndefined();
    expect(textIn({ ctype: u8(200) })).toBeUndefined();
    expect(textIn({ flags: u8(2) })).toBeUndefined();
  });
});

describe('ENV-7: authorship', () => {
  test('naming another author is detected', () => {
    const asAnn = { seed: bob.seed, pk: ann.pk };
    const { envelope } = sealMessage(keys, asAnn, content(), random);
    expect(verifyMessage(opened(envelope))).toBe(false);
  });

  test('sealed again by another member, a message keeps its identity only with its own header', () => {
    const original = seal();
    const message = opened(original.envelope);
    expect(message.mid).toEqual(original.mid);
    const signed = innerWith();
    const mid = digest('mid', keys.ctx, original.envelope.subarray(0, 23), signed.subarray(0, -64));
    const copied = { ...message, mid };
    expect(verifyMessage(copied)).toBe(false);
    expect(verifyMessage({ ...message, signature: sign(ann.seed, 'prosig', message.mid) })).toBe(false);
  });
});

describe('EVENT: hashes and statements', () => {
  const hashes = Array.from({ length: 40 }, (_, i) => new Uint8Array(32).fill(i));

  test('EVENT-1: every byte and the kind count', () => {
    const { envelope } = seal();
    const whole = toBase64url(eventHash(0x91, envelope));
    expect(toBase64url(eventHash(0x92, envelope))).not.toBe(whole);
    for (let i = 0; i < envelope.length; i += 7) {
      const changed = envelope.map((byte, j) => (i === j ? byte ^ 1 : byte));
      expect(toBase64url(eventHash(0x91, changed))).not.toBe(whole);
    }
  });

  test('EVENT-3: a sender without events states only a position', () => {
    expect(makeStatement({ logId, seq: 9 }, 4, [])).toEqual({
      logTag: new Uint8Array(4).fill(3),
      seq: 9,
      events: 0,
      seen: new Uint8Array(8),
    });
  });

  test('EVENT-3: log, last command, order and each hash count', () => {
    const log = new Uint8Array(8).fill(3);
    const seen = toBase64url(seenDigest(log, 1, hashes.slice(0, 3)));
    const others = [
      seenDigest(new Uint8Array(8).fill(4), 1, hashes.slice(0, 3)),
      seenDigest(log, 2, hashes.slice(0, 3)),
      seenDigest(log, 1, hashes.slice(0, 3).toReversed()),
      seenDigest(log, 1, hashes.slice(0, 2)),
      seenDigest(log, 1, hashes.slice(1, 4)),
    ];
    for (const other of others) expect(toBase64url(other)).not.toBe(seen);
    expect(makeStatement({ logId, seq: 40 }, 1, hashes).seen).toEqual(seenDigest(log, 1, hashes.slice(8)));
  });

  test('a logId of another length is a bug', () => {
    expect(() => makeStatement({ logId: 'AAAA', seq: 1 }, 1, hashes)).toThrow(RangeError);
  });
});
