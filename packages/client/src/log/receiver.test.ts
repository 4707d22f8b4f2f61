import {
  type LogEvent,
  OP_CHARTER,
  concat,
  decodeServerSealed,
  encodeCharterArgs,
  encodeCommand,
  encodeCommandEvent,
  encodeMessageEvent,
  encodeUnsignedCommand,
} from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { VOUCHING_REACH } from './chain.ts';
import { verifyMessage } from '../crypto/envelope.ts';
import { eventHash, seenDigest } from '../crypto/event-hash.ts';
import { type SigningKey, sign } from '../crypto/signature.ts';
import { CLOCK_TOLERANCE_MS } from '../clock.ts';
import { Receiver } from './receiver.ts';
import {
  Author,
  ID,
  OWNER,
  SECRETS,
  keysOfEpoch,
  reseal,
  roomId,
  spoilSignature,
} from '../testing/author.ts';

vi.mock(import('../crypto/envelope.ts'), async (original) => {
  const real = await original();
  return { ...real, verifyMessage: vi.fn(real.verifyMessage) };
});

const LOG = 'yMnKy8zNzs8';
const LOG_BYTES = Uint8Array.from([0xc8, 0xc9, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf]);
const NOW = Date.UTC(2026, 0, 1);

beforeEach(() => void vi.useFakeTimers({ now: NOW }));
afterEach(() => void vi.useRealTimers());

function event(seq: number, envelope: Uint8Array): LogEvent {
  return decoded(encodeMessageEvent(seq, envelope));
}

function charterEvent(
  seq: number,
  c: number,
  newEpoch: number,
  signer: SigningKey = OWNER,
  id = ID,
): LogEvent {
  const args = encodeCharterArgs({
    newEpoch,
    accessPk: SECRETS.access.pk,
    linkPk: new Uint8Array(32),
    door: 1,
    fresh: false,
    blobHash: new Uint8Array(32),
    moderators: [],
  });
  const signed = encodeUnsignedCommand(id, newEpoch, c, OP_CHARTER, args);
  const bytes = encodeCommand(signed, signer.pk, sign(signer.seed, 'cmd', signed));
  return decoded(encodeCommandEvent(seq, bytes, new Uint8Array()));
}

function decoded(frame: Uint8Array): LogEvent {
  const found = decodeServerSealed(frame);
  if (found === undefined || !('seq' in found)) throw new Error('not an event');
  return found;
}

const me = new Author('Me');
const ofThisLog = { logTag: LOG_BYTES.slice(0, 4), seq: 1, events: 1, seen: new Uint8Array(8) };

const written = (epoch: number, body: string) =>
  new Author(body).write(body, {}, keysOfEpoch(epoch)).envelope;

/** By a welcome that named 5 commands up to seq 13, where the events from 11 on follow. */
const entered = () => receiver(10, [0], 5, 13);

function cAt(room: Receiver, ...events: readonly LogEvent[]): number {
  room.receive(events, NOW, false);
  return room.c;
}

/** Two messages, the first at this seq. */
const written2 = (seq: number) => ['x', 'y'].map((body, i) => event(seq + i, written(0, body)));

/** From a welcome: the last command, and the newest event then. */
const lawOf = (c: number, head: number) => ({ c, head, moderators: [] });

function receiver(seq = 0, epochs: readonly number[] = [0], c = 0, head = seq): Receiver {
  return new Receiver(
    {
      id: ID,
      idPk: me.key.pk,
      ownerPk: OWNER.pk,
      keysOf: (epoch) => (epochs.includes(epoch) ? keysOfEpoch(epoch) : undefined),
    },
    { logId: LOG, seq },
    lawOf(c, head),
  );
}

type View = { readonly shown: readonly string[]; readonly unverified: number };

/** Messages by position, the newest version of each, as a page keeps them. */
function viewOf(
  take: (receiver: Receiver) => readonly (readonly {
    seq: number;
    text: string | undefined;
    conflicting: boolean;
    missingBefore: number;
  }[])[],
): View {
  const room = receiver();
  const page = new Map<number, string>();
  for (const message of take(room).flat()) {
    const marks = `${message.conflicting ? '!' : ''}${message.missingBefore > 0 ? `+${message.missingBefore}` : ''}`;
    page.set(message.seq, `${message.seq}:${message.text}${marks}`);
  }
  const shown = [...page].toSorted(([a], [b]) => a - b).map(([, text]) => text);
  return { shown, unverified: room.unverified };
}

const late = (events: readonly LogEvent[]): View =>
  viewOf((room) => [room.receive(events, NOW, false).messages]);
const live = (events: readonly LogEvent[]): View =>
  viewOf((room) => events.map((one) => room.receive([one], NOW, true).messages));

/** What a page that was there saw, and what one that came later sees, must be one thing. */
function everybodySees(envelopes: readonly Uint8Array[], shown: readonly string[], unverified: number): void {
  const events = envelopes.map((envelope, i) => event(i + 1, envelope));
  expect(live(events)).toEqual({ shown, unverified });
  expect(late(events)).toEqual({ shown, unverified });
}

describe('RECV-0: what is shown', () => {
  test('has author, time and text; our own are marked', () => {
    const ann = new Author('Ann');
    const events = [event(1, ann.write('hi').envelope), event(2, me.write('hello').envelope)];
    const [first, second] = receiver().receive(events, NOW, true).messages;
    expect(first).toMatchObject({
      seq: 1,
      text: 'hi',
      own: false,
      at: NOW,
      clockOff: false,
      from: { name: 'Ann' },
    });
    expect(second).toMatchObject({ seq: 2, text: 'hello', own: true });
  });

  test('an unknown ctype has a sender and no text', () => {
    const ann = new Author('Ann');
    everybodySees([ann.write('{}', { ctype: 9 }).envelope], ['1:undefined'], 0);
  });

  test('with an impossible clock, the arrival is shown', () => {
    const ann = new Author('Ann');
    const ahead = ann.write('ahead', { at: NOW + CLOCK_TOLERANCE_MS + 1 }).envelope;
    const behind = ann.write('behind', { at: NOW - CLOCK_TOLERANCE_MS - 1 }).envelope;
    const events = [event(1, ahead), event(2, behind)];
    expect(
      receiver()
        .receive(events, NOW, true)
        .messages.map(({ at, clockOff }) => ({ at, clockOff })),
    ).toEqual([
      { at: NOW, clockOff: true },
      { at: NOW, clockOff: true },
    ]);
    const history = receiver().receive(events, NOW, false).messages;
    expect(history.map(({ clockOff }) => clockOff)).toEqual([true, false]);
  });
});

describe('RECV-1: the epoch in force at a position', () => {
  test('is the one of the last charter before it', () => {
    const room = receiver(0, [0, 1]);
    const events = [
      charterEvent(1, 1, 0),
      event(2, written(0, 'old')),
      event(3, written(1, 'early')),
      charterEvent(4, 2, 1),
      event(5, written(1, 'new')),
      event(6, written(0, 'kicked')),
    ];
    expect(room.receive(events, NOW, false).messages.map(({ text }) => text)).toEqual(['old', 'new']);
    expect(room.unverified).toBe(2);
  });

  test('before the first charter in sight may rise, but never falls', () => {
    const room = receiver(7, [0, 1]);
    const events = [event(8, written(0, 'a')), event(9, written(1, 'b')), event(10, written(0, 'c'))];
    expect(room.receive(events, NOW, false).messages.map(({ text }) => text)).toEqual(['a', 'b']);
    expect(room.unverified).toBe(1);
  });

  test('is unknown again after a hole: it may have risen there, but not fallen', () => {
    const room = receiver(0, [0, 1]);
    room.receive([charterEvent(1, 1, 0)], NOW, false);
    room.skipTo({ logId: LOG, seq: 20 }, lawOf(2, 20));
    const events = [event(21, written(1, 'new')), event(22, written(0, 'kicked'))];
    expect(room.receive(events, NOW, false).messages.map(({ text }) => text)).toEqual(['new']);
    expect(room.unverified).toBe(1);
  });

  test('is not changed by repeating an older charter: commands are numbered without gaps', () => {
    const room = receiver(0, [0, 1]);
    const rotated = [charterEvent(1, 1, 0), charterEvent(2, 2, 1)];
    const repeated = [charterEvent(3, 1, 0), charterEvent(4, 2, 0), charterEvent(5, 4, 0)];
    const events = [...rotated, ...repeated, event(6, written(1, 'still'))];
    expect(room.receive(events, NOW, true).messages.map(({ text }) => text)).toEqual(['still']);
    expect(room.c).toBe(2);
    room.receive([charterEvent(7, 3, 1)], NOW, true);
    expect([room.c, room.charterC]).toEqual([3, 3]);
  });

  test('is not changed by a command of anyone but the owner, or of another room', () => {
    const room = receiver(0, [0, 1]);
    const events = [
      charterEvent(1, 1, 0),
      charterEvent(2, 2, 1, new Author('Mallory').key),
      charterEvent(3, 2, 1, OWNER, roomId('other1')),
      charterEvent(4, 2, 1, { seed: new Author('Mallory').key.seed, pk: OWNER.pk }),
      event(5, written(0, 'still')),
    ];
    expect(room.receive(events, NOW, false).messages.map(({ text }) => text)).toEqual(['still']);
    expect(room.unverified).toBe(0);
  });

  test('without keys: counted', () => {
    everybodySees([written(5, 'later')], [], 1);
  });

  test("messages that don't open are counted, and nothing throws", () => {
    const good = new Author('Ann').write('hi').envelope;
    const flipped = good.map((byte, i) => (i === 60 ? byte ^ 1 : byte));
    everybodySees([flipped, good], ['2:hi'], 1);
  });
});

describe('RECV-2: a message is shown once', () => {
  test('when the server repeats it', () => {
    const { envelope } = new Author('Ann').write('once');
    everybodySees([envelope, envelope, envelope], ['1:once'], 0);
  });

  test('when a member seals it again', () => {
    const { envelope } = new Author('Ann').write('once');
    everybodySees([envelope, reseal(envelope)], ['1:once'], 0);
  });

  test("an unverifiable copy doesn't block the real one", () => {
    const ann = new Author('Ann');
    const first = ann.write('real').envelope;
    everybodySees(
      [spoilSignature(first, 'real', 'Ann'), first, ann.write('next').envelope],
      ['2:real', '3:next'],
      0,
    );
  });
});

describe('RECV-3: accepted by its own signature, or vouched for by the message after it', () => {
  test("a message under another member's key is not shown", () => {
    const ann = new Author('Ann');
    const bob = new Author('Bob');
    const forged = ann.forge(bob.key, 'I am Ann').envelope;
    everybodySees([forged, ann.write('so am I').envelope], ['2:so am I'], 1);
  });

  test('forged in the middle of a chain: the others stay verified', () => {
    const ann = new Author('Ann');
    const bob = new Author('Bob');
    const honest = Array.from({ length: 20 }, (_, i) => ann.write(`m${i}`).envelope);
    const forged = ann.forge(bob.key, 'forged', { count: 11 }).envelope;
    const all = honest.toSpliced(10, 0, forged);
    const shown = all.flatMap((one, i) => (one === forged ? [] : [`${i + 1}:m${i > 10 ? i - 1 : i}`]));
    everybodySees(all, shown, 1);
  });

  test('forged under a new count: the next honest message names another predecessor', () => {
    const ann = new Author('Ann');
    const a = ann.write('a').envelope;
    const forged = ann.forge(new Author('Bob').key, 'forged').envelope;
    ann.lose();
    everybodySees([a, forged, ann.write('c').envelope], ['1:a', '3:c+1'], 1);
  });

  test('a broken signature in mid-chain: vouched for by the next, it appears at its own position', () => {
    const ann = new Author('Ann');
    const [a, b, c] = [ann.write('a').envelope, ann.write('b').envelope, ann.write('c').envelope];
    everybodySees([a, spoilSignature(b, 'b', 'Ann'), c], ['1:a', '2:b', '3:c'], 0);
  });

  test('two in a row wait for the third', () => {
    const ann = new Author('Ann');
    const [a, b, c] = [ann.write('a').envelope, ann.write('b').envelope, ann.write('c').envelope];
    const events = [spoilSignature(a, 'a', 'Ann'), spoilSignature(b, 'b', 'Ann'), c].map((one, i) =>
      event(i + 1, one),
    );
    expect(live(events.slice(0, 2))).toEqual({ shown: [], unverified: 2 });
    everybodySees(
      [spoilSignature(a, 'a', 'Ann'), spoilSignature(b, 'b', 'Ann'), c],
      ['1:a', '2:b', '3:c'],
      0,
    );
  });

  test('a successor with the wrong count, or of another chain, vouches for nothing', () => {
    const ann = new Author('Ann');
    const a = ann.write('a');
    const spoiled = spoilSignature(a.envelope, 'a', 'Ann');
    everybodySees([spoiled, ann.write('b', { count: 7 }).envelope], ['2:b'], 1);
    ann.restart();
    everybodySees([spoiled, ann.write('c', { prev: a.mid, count: 2 }).envelope], ['2:c'], 1);
  });

  test("a successor that came earlier doesn't vouch for it", () => {
    const ann = new Author('Ann');
    const a = ann.write('a').envelope;
    const b = ann.write('b').envelope;
    everybodySees([b, spoilSignature(a, 'a', 'Ann')], ['1:b'], 1);
  });

  test('a successor vouches for it, however many forgeries wait with it', () => {
    const ann = new Author('Ann');
    const first = ann.write('first').envelope;
    const forged = Array.from(
      { length: 80 },
      (_, i) => ann.forge(new Author('Bob').key, `f${i}`, { count: 100 + i }).envelope,
    );
    const all = [spoilSignature(first, 'first', 'Ann'), ...forged, ann.write('second').envelope];
    everybodySees(all, ['1:first', '82:second'], 80);
  });

  test.each([
    { away: VOUCHING_REACH, shown: ['1:first', `${1 + VOUCHING_REACH}:second`], unverified: 0 },
    { away: VOUCHING_REACH + 1, shown: [`${2 + VOUCHING_REACH}:second`], unverified: 1 },
  ])('a signature $away events later: $unverified not verified', ({ away, shown, unverified }) => {
    const ann = new Author('Ann');
    const first = spoilSignature(ann.write('first').envelope, 'first', 'Ann');
    const events = [event(1, first), event(1 + away, ann.write('second').envelope)];
    expect(live(events)).toEqual({ shown, unverified });
    expect(late(events)).toEqual({ shown, unverified });
  });

  test('the position of the signature counts, not that of a message it vouches for', () => {
    const ann = new Author('Ann');
    const [a, b, c] = [ann.write('a').envelope, ann.write('b').envelope, ann.write('c').envelope];
    const [first, middle] = [spoilSignature(a, 'a', 'Ann'), spoilSignature(b, 'b', 'Ann')];
    const events = [event(1, first), event(400, middle), event(600, c)];
    expect(live(events)).toEqual({ shown: ['400:b', '600:c'], unverified: 1 });
    expect(late(events)).toEqual({ shown: ['400:b', '600:c'], unverified: 1 });
  });

  test('a batch after one with waiting messages accepts what a single batch would', () => {
    const ann = new Author('Ann');
    const one = ann.forge(ann.key, 'pay account ONE');
    const two = ann.write('pay account TWO').envelope;
    const next = ann.write('done', { prev: one.mid }).envelope;
    const events = [spoilSignature(one.envelope, 'pay account ONE', 'Ann'), two, next].map((envelope, i) =>
      event(i + 1, envelope),
    );
    const cut = viewOf((room) => [
      room.receive(events.slice(0, 1), NOW, false).messages,
      room.receive(events.slice(1), NOW, false).messages,
    ]);
    expect(cut).toEqual({ shown: ['2:pay account TWO', '3:done'], unverified: 1 });
    expect(late(events)).toEqual(cut);
    expect(live(events)).toEqual(cut);
  });

  test('a history of 200 messages of 20 senders, one forged, needs only the newest signatures', () => {
    const authors = Array.from({ length: 20 }, (_, i) => new Author(`a${i}`));
    const events = Array.from({ length: 200 }, (_, i) =>
      event(i + 1, authors[i % 20]?.write(`m${i}`).envelope ?? new Uint8Array()),
    );
    const spoiled = event(
      51,
      authors[10]?.forge(me.key, 'forged', { count: 900 }).envelope ?? new Uint8Array(),
    );
    const room = receiver();
    const check = vi.mocked(verifyMessage).mockClear();
    const shown = room.receive(events.with(50, spoiled), NOW, false).messages;
    expect(shown).toHaveLength(199);
    expect(room.unverified).toBe(1);
    // One each for 19 senders, and one for every message of the sender whose chain is disturbed.
    expect(check.mock.calls.length).toBeLessThanOrEqual(19 + 10);
  });
});

describe('RECV-4: counts rise with the positions', () => {
  test('an old message that this page missed, repeated later: counted', () => {
    const ann = new Author('Ann');
    const missed = ann.write('missed').envelope;
    const [b, c] = [ann.write('b').envelope, ann.write('c').envelope];
    everybodySees([b, c, missed], ['1:b', '2:c'], 1);
  });

  test('two signed messages with one count: the first is kept, its sender is marked', () => {
    const ann = new Author('Ann');
    const other = ann.forge(ann.key, 'for Bob').envelope;
    const first = ann.write('for me').envelope;
    everybodySees([first, other], ['1:for me!'], 0);
  });

  test("that mark needs both signatures: a forger can't accuse anyone", () => {
    const ann = new Author('Ann');
    const forged = ann.forge(new Author('Bob').key, 'forged').envelope;
    everybodySees([ann.write('honest').envelope, forged], ['1:honest'], 1);
  });

  test('even if the first was only vouched for', () => {
    const ann = new Author('Ann');
    const other = ann.forge(ann.key, 'other').envelope;
    const first = spoilSignature(ann.write('first').envelope, 'first', 'Ann');
    const second = ann.write('second').envelope;
    everybodySees([first, second, other], ['1:first', '2:second'], 1);
  });

  test('a message vouched for late is not inserted before a lower count', () => {
    const ann = new Author('Ann');
    const high = ann.write('high', { count: 9 });
    const low = ann.write('low', { count: 3 }).envelope;
    const last = ann.write('last', { count: 10, prev: high.mid }).envelope;
    everybodySees([spoilSignature(high.envelope, 'high', 'Ann'), low, last], ['2:low', '3:last+6'], 1);
  });

  test('nor before another with its own count', () => {
    const ann = new Author('Ann');
    const first = ann.write('first', { count: 9 });
    const rival = ann.write('rival', { count: 9 }).envelope;
    const last = ann.write('last', { count: 10, prev: first.mid }).envelope;
    everybodySees([spoilSignature(first.envelope, 'first', 'Ann'), rival, last], ['2:rival', '3:last'], 1);
  });

  test('a new chain begins at one, and accuses no one', () => {
    const ann = new Author('Ann');
    const before = [ann.write('a').envelope, ann.write('b').envelope];
    ann.restart();
    everybodySees([...before, ann.write('c').envelope], ['1:a', '2:b', '3:c'], 0);
  });
});

describe('RECV-7: missing messages', () => {
  test('between two messages are reported', () => {
    const ann = new Author('Ann');
    const a = ann.write('a').envelope;
    ann.lose();
    ann.lose();
    everybodySees([a, ann.write('d').envelope], ['1:a', '2:d+2'], 0);
  });

  test('before the first of a chain are reported, if this page has the log from its first event', () => {
    const ann = new Author('Ann');
    ann.lose();
    ann.lose();
    everybodySees([ann.write('c', { statement: ofThisLog }).envelope], ['1:c+2'], 0);
  });

  test('before the first of a chain are not reported if the history begins later, or has a hole', () => {
    const ann = new Author('Ann');
    ann.lose();
    const b = ann.write('b', { statement: ofThisLog }).envelope;
    expect(receiver(1).receive([event(2, b)], NOW, false).messages).toMatchObject([{ missingBefore: 0 }]);
    const room = receiver();
    room.skipTo({ logId: LOG, seq: 9 }, lawOf(1, 9));
    expect(room.receive([event(10, b)], NOW, false).messages).toMatchObject([{ missingBefore: 0 }]);
  });

  test('before the first of a chain are not reported if it began in another log', () => {
    const ann = new Author('Ann');
    ann.lose();
    everybodySees([ann.write('b').envelope], ['1:b'], 0);
  });

  test('before the first of a chain are reported in a log that this page reached by a reset', () => {
    const ann = new Author('Ann');
    const room = receiver(30);
    room.skipTo({ logId: LOG, seq: 0 }, lawOf(1, 0));
    ann.lose();
    const b = ann.write('b', { statement: ofThisLog }).envelope;
    expect(room.receive([event(1, b)], NOW, false).messages).toMatchObject([{ missingBefore: 1 }]);
  });

  test('keep their number when the message is reported again', () => {
    const ann = new Author('Ann');
    const room = receiver();
    room.receive([event(1, ann.write('a').envelope)], NOW, true);
    ann.lose();
    room.skipTo({ logId: LOG, seq: 20 }, lawOf(1, 20));
    const rival = ann.forge(ann.key, 'rival').envelope;
    room.receive([event(21, ann.write('c').envelope)], NOW, false);
    room.skipTo({ logId: LOG, seq: 40 }, lawOf(1, 40));
    const again = room.receive([event(41, rival)], NOW, false).messages;
    expect(again).toMatchObject([{ text: 'c', conflicting: true, missingBefore: 0 }]);
  });

  test('are not reported across a hole announced by the server', () => {
    const ann = new Author('Ann');
    const room = receiver();
    room.receive([event(1, ann.write('a').envelope)], NOW, true);
    ann.lose();
    room.skipTo({ logId: LOG, seq: 40 }, lawOf(1, 40));
    const [c] = room.receive([event(41, ann.write('c').envelope)], NOW, false).messages;
    expect(c).toMatchObject({ missingBefore: 0 });
    ann.lose();
    const [e] = room.receive([event(42, ann.write('e').envelope)], NOW, true).messages;
    expect(e).toMatchObject({ missingBefore: 1 });
  });

  test('are not reported across an older hole for a message that waited through a newer one', () => {
    const ann = new Author('Ann');
    const room = receiver();
    room.receive([event(1, ann.write('a').envelope)], NOW, true);
    ann.lose();
    room.skipTo({ logId: LOG, seq: 20 }, lawOf(1, 20));
    room.receive([event(21, spoilSignature(ann.write('c').envelope, 'c', 'Ann'))], NOW, false);
    room.skipTo({ logId: LOG, seq: 40 }, lawOf(1, 40));
    const shown = room.receive([event(41, ann.write('d').envelope)], NOW, false).messages;
    expect(shown.map(({ text, missingBefore }) => [text, missingBefore])).toEqual([
      ['c', 0],
      ['d', 0],
    ]);
  });

  test('a server that goes back in its log: new messages are shown after those already here', () => {
    const ann = new Author('Ann');
    const [a, b] = [ann.write('a').envelope, ann.write('b').envelope];
    const room = receiver();
    room.receive([event(1, a), event(2, b), event(3, ann.write('c').envelope)], NOW, true);
    room.skipTo({ logId: LOG, seq: 0 }, lawOf(1, 0));
    const bob = new Author('Bob').write('new').envelope;
    const shown = room.receive(
      [event(1, a), event(2, bob), event(3, ann.write('d').envelope)],
      NOW,
      false,
    ).messages;
    expect(shown.map(({ seq, text }) => `${seq}:${text}`)).toEqual(['5:new', '6:d']);
    expect(room.unverified).toBe(0);
  });

  test('another log continues after what is here, and repeats nothing', () => {
    const ann = new Author('Ann');
    const a = ann.write('a').envelope;
    const room = receiver();
    room.receive([event(1, a), event(2, ann.write('b').envelope)], NOW, true);
    room.skipTo({ logId: 'AAAAAAAAAAA', seq: 0 }, lawOf(1, 0));
    const shown = room.receive([event(1, a), event(2, ann.write('c').envelope)], NOW, false).messages;
    expect(shown.map(({ seq, text }) => `${seq}:${text}`)).toEqual(['4:c']);
    expect(room.position).toEqual({ logId: 'AAAAAAAAAAA', seq: 2 });
  });
});

describe('EVENT-3: what the next message states', () => {
  test('before anything was received: the log, and our position in it', () => {
    expect(receiver(7).statement()).toEqual({
      logTag: LOG_BYTES.slice(0, 4),
      seq: 7,
      events: 0,
      seen: new Uint8Array(8),
    });
  });

  test('the unbroken run up to the newest event, at most 32, and the last command', () => {
    const ann = new Author('Ann');
    const charter = charterEvent(1, 1, 0);
    const messages = Array.from({ length: 40 }, (_, i) => ann.write(`m${i}`).envelope);
    const room = receiver();
    room.receive([charter, ...messages.slice(0, 2).map((one, i) => event(i + 2, one))], NOW, false);
    const hashes = messages.map((one) => eventHash(0x91, one));
    const charterHash = charter.type === 'command' ? [eventHash(0x92, charter.bytes)] : [];
    expect(room.statement()).toMatchObject({
      seq: 3,
      events: 3,
      seen: seenDigest(LOG_BYTES, 1, [...charterHash, ...hashes.slice(0, 2)]),
    });
    room.receive(
      messages.slice(2).map((one, i) => event(i + 4, one)),
      NOW,
      true,
    );
    expect(room.statement()).toMatchObject({
      seq: 41,
      events: 32,
      seen: seenDigest(LOG_BYTES, 1, hashes.slice(-32)),
    });
  });

  test('the last command from the welcome, or one that came after it, and no older one', () => {
    expect(cAt(entered())).toBe(5);
    // Up to the head of the welcome, numbering begins with the first one in sight.
    expect(cAt(entered(), charterEvent(11, 3, 0))).toBe(3);
    expect(cAt(entered(), charterEvent(11, 4, 0), charterEvent(12, 5, 0))).toBe(5);
    expect(cAt(entered(), charterEvent(11, 6, 0))).toBe(5);
    // Repeated there, it can't be the last one.
    expect(cAt(entered(), charterEvent(11, 1, 0), ...written2(12))).toBe(5);
    expect(cAt(entered(), ...written2(11), charterEvent(13, 5, 0), charterEvent(14, 1, 0))).toBe(5);
    expect(cAt(entered(), ...written2(11), ...written2(13), charterEvent(15, 6, 0))).toBe(6);
    expect(cAt(entered(), ...written2(11), ...written2(13), charterEvent(15, 1, 0))).toBe(5);
  });

  test('includes unverifiable messages: they are in the log', () => {
    const room = receiver();
    const bad = concat(new Author('Ann').write('x').envelope).fill(7, 50, 90);
    room.receive([event(1, bad)], NOW, true);
    expect(room.statement()).toMatchObject({ seq: 1, events: 1 });
  });

  test('starts over after a hole', () => {
    const ann = new Author('Ann');
    const room = receiver();
    room.receive([event(1, ann.write('a').envelope)], NOW, true);
    room.skipTo({ logId: LOG, seq: 9 }, lawOf(3, 9));
    expect(room.statement()).toMatchObject({ seq: 9, events: 0 });
    const b = ann.write('b').envelope;
    room.receive([event(10, b)], NOW, true);
    expect(room.statement()).toMatchObject({
      seq: 10,
      events: 1,
      seen: seenDigest(LOG_BYTES, 3, [eventHash(0x91, b)]),
    });
  });
});
