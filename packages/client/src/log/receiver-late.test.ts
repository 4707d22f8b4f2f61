// RECV-4: a message written long before it was delivered is marked, whoever posted it.

import { type LogEvent, decodeServerSealed, encodeMessageEvent } from '@mayfly/protocol';
import { describe, expect, test } from 'vitest';
import { logTagOf } from '../crypto/event-hash.ts';
import { LATE_AFTER_MS } from './freshness.ts';
import { CLOCK_TOLERANCE_MS } from '../clock.ts';
import { Receiver } from './receiver.ts';
import { Author, ID, KEYS, OWNER } from '../testing/author.ts';

const LOG = 'yMnKy8zNzs8';
const NOW = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const me = new Author('Me');

type Written = { readonly by: Author; readonly text: string; readonly saw: number; readonly at: number };

function written(seq: number, { by, text, saw, at }: Written, events = 1, log = LOG): LogEvent {
  const statement = { logTag: logTagOf(log), seq: saw, events, seen: new Uint8Array(8) };
  return event(seq, by.write(text, { statement, at }).envelope);
}

function event(seq: number, envelope: Uint8Array): LogEvent {
  const found = decodeServerSealed(encodeMessageEvent(seq, envelope));
  if (found?.type !== 'message') throw new Error('not an event');
  return found;
}

const lawOf = (c: number, head: number) => ({ c, head, moderators: [] });

function receiver(seq: number): Receiver {
  const room = { id: ID, idPk: me.key.pk, ownerPk: OWNER.pk, keysOf: () => KEYS };
  return new Receiver(room, { logId: LOG, seq }, lawOf(1, seq));
}

const marks = (messages: readonly { text: string | undefined; late: boolean }[]) =>
  messages.map(({ text, late }) => `${text}${late ? ' (late)' : ''}`);

describe("RECV-4: someone else's message, reposted to a page that never had it", () => {
  test('live, if newcomers get no history: late, with the signed time', () => {
    const at = NOW - 20 * MINUTE;
    const [yes] = receiver(50).receive(
      [written(51, { by: new Author('Ann'), text: 'Yes, send the money', saw: 3, at })],
      NOW,
      true,
    ).messages;
    expect(yes).toMatchObject({ late: true, at, clockOff: false });
  });

  test('in a history that has dropped the first one', () => {
    const ann = new Author('Ann');
    const bob = new Author('Bob');
    const events = [
      written(100, { by: bob, text: 'hello', saw: 99, at: NOW }),
      written(101, { by: ann, text: 'Yes, send the money', saw: 3, at: NOW - 20 * MINUTE }),
    ];
    expect(marks(receiver(99).receive(events, NOW, false).messages)).toEqual([
      'hello',
      'Yes, send the money (late)',
    ]);
  });

  test('in a log that went back: no one can have seen events after their message', () => {
    const room = receiver(20);
    room.skipTo({ logId: LOG, seq: 4 }, lawOf(1, 4));
    const again = written(5, { by: new Author('Ann'), text: 'again', saw: 9, at: NOW - 20 * MINUTE });
    expect(marks(room.receive([again], NOW, true).messages)).toEqual(['again (late)']);
  });

  test('after a message that does not open: that is in the log too', () => {
    const junk = new Author('Bob').write('junk').envelope.fill(0, 60, 90);
    const again = written(7, { by: new Author('Ann'), text: 'again', saw: 5, at: NOW - 20 * MINUTE });
    expect(marks(receiver(5).receive([event(6, junk), again], NOW, true).messages)).toEqual(['again (late)']);
  });
});

describe('RECV-4: honest messages', () => {
  test('overtaken by others in transit are not late', () => {
    const [ann, bob] = [new Author('Ann'), new Author('Bob')];
    const events = [
      written(1, { by: ann, text: 'a', saw: 1, at: NOW }),
      written(2, { by: bob, text: 'b', saw: 1, at: NOW }),
      written(3, { by: ann, text: 'c', saw: 1, at: NOW }),
    ];
    expect(marks(receiver(0).receive(events, NOW, true).messages)).toEqual(['a', 'b', 'c']);
    expect(marks(receiver(0).receive(events, NOW + MINUTE, false).messages)).toEqual(['a', 'b', 'c']);
  });

  test.each([
    { ago: LATE_AFTER_MS, late: false },
    { ago: LATE_AFTER_MS + 1, late: true },
  ])('that waited $ago ms for a connection: late $late, live and in the history', ({ ago, late }) => {
    const events = [
      written(2, { by: new Author('Bob'), text: 'meanwhile', saw: 1, at: NOW }),
      written(3, { by: new Author('Ann'), text: 'from the tunnel', saw: 1, at: NOW - ago }),
    ];
    const shown = ['meanwhile', late ? 'from the tunnel (late)' : 'from the tunnel'];
    expect(marks(receiver(1).receive(events, NOW, true).messages)).toEqual(shown);
    expect(marks(receiver(1).receive(events, NOW + MINUTE, false).messages)).toEqual(shown);
  });

  test('that were not overtaken are never late; if the clock is far off, the arrival is shown', () => {
    const at = NOW - CLOCK_TOLERANCE_MS - 1;
    const [first] = receiver(1).receive(
      [written(2, { by: new Author('Ann'), text: 'a', saw: 1, at })],
      NOW,
      true,
    ).messages;
    expect(first).toMatchObject({ late: false, clockOff: true, at: NOW });
  });

  test('with a clock that is always slow are not late', () => {
    const [ann, bob] = [new Author('Ann'), new Author('Bob')];
    const slow = NOW - 15 * MINUTE;
    const messages = receiver(1).receive(
      [
        written(2, { by: ann, text: 'a', saw: 1, at: slow }),
        written(3, { by: bob, text: 'b', saw: 2, at: NOW }),
        written(4, { by: ann, text: 'c', saw: 2, at: slow }),
      ],
      NOW,
      true,
    ).messages;
    expect(marks(messages)).toEqual(['a', 'b', 'c']);
    expect(messages[2]).toMatchObject({ clockOff: true, at: NOW });
  });

  test('with a clock found to be slow only later are reported again', () => {
    const [ann, bob] = [new Author('Ann'), new Author('Bob')];
    const slow = NOW - 5 * MINUTE;
    const room = receiver(1);
    const first = [
      written(2, { by: bob, text: 'b', saw: 1, at: NOW }),
      written(3, { by: ann, text: 'a', saw: 1, at: slow }),
    ];
    expect(marks(room.receive(first, NOW, true).messages)).toEqual(['b', 'a (late)']);
    const next = written(4, { by: ann, text: 'c', saw: 3, at: slow });
    expect(marks(room.receive([next], NOW, true).messages)).toEqual(['a', 'c']);
  });

  test('of someone whose clock was right before are late', () => {
    const [ann, bob] = [new Author('Ann'), new Author('Bob')];
    const messages = receiver(1).receive(
      [
        written(2, { by: ann, text: 'a', saw: 1, at: NOW }),
        written(3, { by: bob, text: 'b', saw: 2, at: NOW }),
        written(4, { by: ann, text: 'c', saw: 1, at: NOW - 5 * MINUTE }),
      ],
      NOW,
      true,
    ).messages;
    expect(marks(messages)).toEqual(['a', 'b', 'c (late)']);
  });

  test("are not late because of someone's impossible clock", () => {
    const [ann, bob] = [new Author('Ann'), new Author('Bob')];
    const events = [
      written(2, { by: bob, text: 'from tomorrow', saw: 1, at: NOW + 24 * 60 * MINUTE }),
      written(3, { by: ann, text: 'a', saw: 1, at: NOW }),
    ];
    expect(marks(receiver(1).receive(events, NOW, false).messages)).toEqual(['from tomorrow', 'a']);
  });
});

describe('RECV-4: what a sender had seen', () => {
  const old = { by: new Author('Ann'), text: 'a', at: NOW - 20 * MINUTE };

  test('is known from the position alone if they held no events', () => {
    expect(marks(receiver(50).receive([written(51, { ...old, saw: 3 }, 0)], NOW, true).messages)).toEqual([
      'a (late)',
    ]);
    const honest = written(51, { by: new Author('Bob'), text: 'b', saw: 50, at: NOW - 20 * MINUTE }, 0);
    expect(marks(receiver(50).receive([honest], NOW, true).messages)).toEqual(['b']);
  });

  test('is unknown if they do not say, or had seen another log: no mark', () => {
    const unsaid = written(51, { by: new Author('Ann'), text: 'a', saw: 0, at: old.at }, 0);
    expect(marks(receiver(50).receive([unsaid], NOW, true).messages)).toEqual(['a']);
    const elsewhere = written(51, { by: new Author('Ann'), text: 'a', saw: 3, at: old.at }, 1, 'AAAAAAAAAAA');
    expect(marks(receiver(50).receive([elsewhere], NOW, true).messages)).toEqual(['a']);
  });
});
