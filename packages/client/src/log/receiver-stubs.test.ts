// Erased messages in the log of a later server: 72 bytes replace each of them (EVENT-2).

import { type LogEvent, type Stub, decodeServerSealed, encodeMessageEvent } from '@mayfly/protocol';
import { describe, expect, test, vi } from 'vitest';
import { openEnvelope, verifyMessage } from '../crypto/envelope.ts';
import { logTagOf } from '../crypto/event-hash.ts';
import { Author, ID, KEYS, OWNER } from '../testing/author.ts';
import { NO_COMMANDS } from '../testing/log-readers.ts';
import { LOG_ID, unsentStub } from '../testing/random-log.ts';
import { verifyCommand } from '../crypto/command.ts';
import { Receiver, type ReceiverOptions } from './receiver.ts';

const NOW = Date.UTC(2026, 0, 1);
const statement = { logTag: logTagOf(LOG_ID), seq: 0, events: 0, seen: new Uint8Array(8) };

function newReceiver(crypto?: ReceiverOptions['crypto']): Receiver {
  const options = {
    id: ID,
    idPk: new Uint8Array(32),
    ownerPk: OWNER.pk,
    keysOf: () => KEYS,
    ...(crypto && { crypto }),
  };
  return new Receiver(options, { logId: LOG_ID, seq: 0 }, NO_COMMANDS);
}

function event(seq: number, envelope: Uint8Array): LogEvent {
  const found = decodeServerSealed(encodeMessageEvent(seq, envelope));
  if (found?.type !== 'message') throw new Error('not an event');
  return found;
}

/** Of the next message of the author, which is never shown. */
function erased(
  author: Author,
  seq: number,
  ttl = 0,
): { readonly envelope: Uint8Array; readonly stub: Stub } {
  const { envelope } = author.write('erased', { statement, ttl });
  return { envelope, stub: { type: 'stub', seq, ...unsentStub(author.key.seed, envelope) } };
}

/** How many messages are missing before each one that is shown. */
const missing = (...events: readonly LogEvent[]) =>
  newReceiver()
    .receive(events, NOW, false)
    .messages.map(({ missingBefore }) => missingBefore);

test('EVENT-2: an unsent message leaves only its position and its hash', () => {
  const ann = new Author('Ann');
  const { envelope, stub } = erased(ann, 1);
  const room = newReceiver();
  const received = room.receive([stub], NOW, false);
  expect(received).toMatchObject({
    messages: [],
    authors: [],
    unsent: [{ key: expect.any(String), seq: 1 }],
  });
  expect(room.unverified).toBe(0);

  const present = newReceiver();
  present.receive([event(1, envelope)], NOW, true);
  expect(room.statement()).toEqual(present.statement());
});

test('EVENT-2: an expired message leaves no line', () => {
  const { stub } = erased(new Author('Ann'), 1, 60);
  const room = newReceiver();
  const expired = { ...stub, reason: 2, proof: new Uint8Array(16) };
  expect(room.receive([expired], NOW, false).unsent).toEqual([]);
  expect(room.unverified).toBe(0);
});

test.each<[string, Partial<Stub>]>([
  ["without its author's proof", { proof: new Uint8Array(16) }],
  ['said to have expired, which never would', { reason: 2, proof: new Uint8Array(16) }],
  ['for a reason that does not exist', { reason: 3 }],
])('EVENT-2: a stub %s hides a message, which is counted', (_what, odd) => {
  const { stub } = erased(new Author('Ann'), 1);
  const room = newReceiver();
  expect(room.receive([{ ...stub, ...odd }], NOW, false).unsent).toEqual([]);
  expect(room.unverified).toBe(1);
  expect(room.position.seq).toBe(1);
});

test('RECV-7: what was erased is not missing; a false stub explains nothing', () => {
  const ann = new Author('Ann');
  const a = event(1, ann.write('a', { statement }).envelope);
  const { stub } = erased(ann, 2);
  const c = event(3, ann.write('c', { statement }).envelope);
  expect(missing(a, stub, c)).toEqual([0, 0]);
  expect(missing(a, { ...stub, reason: 3 }, c)).toEqual([0, 1]);
  ann.lose();
  const e = event(4, ann.write('e', { statement }).envelope);
  expect(missing(a, stub, c, e)).toEqual([0, 0, 1]);
});

test('RECV-7: nor is what was erased before the first message of a chain', () => {
  const ann = new Author('Ann');
  const { stub } = erased(ann, 1);
  const b = event(2, ann.write('b', { statement }).envelope);
  expect(newReceiver().receive([stub, b], NOW, false).messages).toMatchObject([{ missingBefore: 0 }]);
  expect(newReceiver().receive([{ ...stub, reason: 3 }, b], NOW, false).messages).toMatchObject([
    { missingBefore: 1 },
  ]);
});

test('RECV-7: a stub that comes again hides no other message', () => {
  const ann = new Author('Ann');
  const a = event(1, ann.write('a', { statement }).envelope);
  const { stub } = erased(ann, 2);
  ann.lose();
  const d = event(4, ann.write('d', { statement }).envelope);
  expect(missing(a, stub, { ...stub, seq: 3 }, d)).toEqual([0, 2]);
});

test('RECV-3: a message before an erased one stands by its own signature', () => {
  const ann = new Author('Ann');
  const a = event(1, ann.write('a').envelope);
  const { stub } = erased(ann, 2);
  const c = event(3, ann.write('c').envelope);
  expect(
    newReceiver()
      .receive([a, stub, c], NOW, false)
      .messages.map(({ text }) => text),
  ).toEqual(['a', 'c']);
});

test('UNSEND-2: after a reset that goes back, a stub is not shown twice, and takes the place of its message', () => {
  const ann = new Author('Ann');
  const first = erased(ann, 1);
  const second = erased(ann, 2);
  const room = newReceiver();
  room.receive([first.stub, event(2, second.envelope)], NOW, true);
  room.skipTo({ logId: LOG_ID, seq: 0 }, NO_COMMANDS);
  expect(room.receive([first.stub, second.stub], NOW, false)).toMatchObject({
    messages: [],
    gone: [expect.any(String)],
    unsent: [{ seq: 2 }],
  });
});

describe('RECV-3: a history of 500 messages by 20 people', () => {
  const authors = Array.from({ length: 20 }, (_, i) => new Author(`${i}`));
  const written = Array.from({ length: 500 }, (_, i) => {
    const author = authors[i % 20] ?? new Author('');
    return { author, ...author.write(`${i}`, { statement }) };
  });
  const erasedEvery = (distance: number) =>
    written.map(({ author, envelope }, i): LogEvent => {
      if (i % distance !== distance - 1) return event(i + 1, envelope);
      return { type: 'stub', seq: i + 1, ...unsentStub(author.key.seed, envelope) };
    });

  test.each([
    [0, Infinity],
    [10, 50],
    [50, 10],
  ])('and %i stubs takes one signature a person, and at most one more a stub', (stubs, distance) => {
    const verify = vi.fn(verifyMessage);
    const room = newReceiver({ openEnvelope, verifyCommand, verifyMessage: verify });
    const { messages, unsent } = room.receive(erasedEvery(distance), NOW, false);
    expect([messages.length, unsent.length, room.unverified]).toEqual([500 - stubs, stubs, 0]);
    expect(verify.mock.calls.length).toBeLessThanOrEqual(20 + stubs);
  });
});
