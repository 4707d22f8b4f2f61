// A page that stays open for days: what it keeps of the log doesn't grow with it (EFFECT-9).

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type LogEvent, toHex } from '@mayfly/protocol';
import { beforeEach, expect, test, vi } from 'vitest';
import { CTYPE } from '../content/ctype.ts';
import { writePoll } from '../content/poll.ts';
import { writeUnsend } from '../content/unsend.ts';
import type { OpenedMessage } from '../crypto/envelope.ts';
import type { Message } from '../room-updates.ts';
import { ID, KEYS, OWNER } from '../testing/author.ts';
import { LOG_ID } from '../testing/random-log.ts';
import { below, pick, seededRandom } from '../testing/random.ts';
import { NOW, Talkers, type Written, about, bytes, proofOf } from '../testing/talkers.ts';
import { Receiver } from './receiver.ts';

// Instead of the 10,000 of a real page, which take too long.
const REACH = 300;
vi.mock(import('./horizon.ts'), async (original) => ({ ...(await original()), REACH_EVENTS: 300 }));

/** More than after which a message is forgotten. */
const FORGOTTEN = 1_350;
const PEOPLE = 20;
const OURS = bytes(0, 32);

/** Honest talk of every kind. */
class Talk {
  readonly talkers = new Talkers();
  readonly #random = seededRandom('days');
  readonly #recent: OpenedMessage[] = [];

  next(): LogEvent {
    const person = below(this.#random, PEOPLE);
    const ttl = below(this.#random, 50) === 0 ? 60_000 : 0;
    const { event, opened } = this.talkers.write(person, { ttl, ...this.#draw(bytes(person, 32)) });
    this.#recent.push(opened);
    if (this.#recent.length > 200) this.#recent.shift();
    return event;
  }

  #draw(pk: Uint8Array): Written {
    const chance = below(this.#random, 10);
    if (this.#recent.length === 0 || chance < 4) return { ctype: CTYPE.text, body: `${chance}` };
    const target = pick(this.#random, this.#recent);
    if (chance < 6) return { ctype: CTYPE.reaction, body: '👍', ...about(target) };
    if (chance === 6) return { ctype: CTYPE.text, body: 'a reply', ...about(target) };
    if (chance === 7) return poll();
    if (chance === 8) return { ctype: CTYPE.vote, body: '1', ...about(target) };
    const own = this.#recent.find((other) => toHex(other.pk) === toHex(pk));
    if (own === undefined) return { ctype: CTYPE.text, body: 'x' };
    return below(this.#random, 4) > 0 ? { ctype: CTYPE.edit, body: 'edited', ...about(own) } : unsend(own);
  }
}

function poll(): Written {
  return { ctype: CTYPE.poll, body: writePoll({ question: '?', options: ['a', 'b'], many: false }) };
}

function unsend(target: OpenedMessage): Written {
  const body = writeUnsend({ proof: proofOf(target.mid), leavesLine: true });
  return { ctype: CTYPE.unsend, body, ...about(target) };
}

/** What a page shows. */
class Reader {
  readonly receiver: Receiver;
  readonly shown = new Map<string, Message>();

  constructor(talkers: Talkers, seq = 0) {
    this.receiver = new Receiver(
      { id: ID, idPk: OURS, ownerPk: OWNER.pk, keysOf: () => KEYS, crypto: talkers.crypto },
      { logId: LOG_ID, seq },
      { c: 0, head: seq, moderators: [] },
    );
  }

  take(events: readonly LogEvent[], live = true): void {
    const { messages, gone } = this.receiver.receive(events, NOW, live);
    for (const key of gone) this.shown.delete(key);
    for (const message of messages) this.shown.set(message.key, message);
  }

  message({ mid }: OpenedMessage): Message | undefined {
    return this.shown.get(toHex(mid));
  }

  describe(from: number): unknown {
    return [...this.shown.values()]
      .filter(({ seq, replyTo }) => seq > from && replyTo === undefined)
      .sort((a, b) => a.seq - b.seq)
      .map(({ seq, text, reactions, edits, poll: shown }) => ({
        seq,
        text,
        edits: edits?.length,
        reactions: reactions.map(({ people }) => people.length),
        votes: shown?.options.map(({ voters }) => voters.length),
      }));
  }
}

let talkers: Talkers;
beforeEach(() => {
  talkers = new Talkers();
});

/** So many messages that nothing is about. */
function fill(reader: Reader, count: number): void {
  for (let i = 0; i < count; i++)
    reader.take([talkers.write(1, { ctype: CTYPE.text, body: 'between' }).event]);
}

function text(): Written {
  return { ctype: CTYPE.text, body: 'said' };
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  collect();
  return process.memoryUsage().heapUsed;
}

test('EFFECT-9: a page doesn’t grow from the 2,000th message to the 5,000th, and newcomers see the same', () => {
  const talk = new Talk();
  const reader = new Reader(talk.talkers);
  const [early, late, end] = [2_000, 5_000, 5_200];
  const newest: LogEvent[] = [];
  const listen = (until: number) => {
    while (talk.talkers.seq < until) {
      const event = talk.next();
      if (event.seq > late) newest.push(event);
      reader.take([event]);
    }
  };
  listen(early);
  const before = heapBytes();
  listen(late);
  // A message kept takes thousands, its place in a map hundreds.
  expect((heapBytes() - before) / (late - early)).toBeLessThan(250);
  expect(reader.shown.size).toBeLessThan(FORGOTTEN);

  listen(end);
  const newcomer = new Reader(talk.talkers, late);
  newcomer.take(newest, false);
  expect(newcomer.describe(late)).toEqual(reader.describe(late));
});

test.each([
  [REACH, 1],
  [REACH + 1, 0],
])(
  'EFFECT-9: of an effect %i positions after its target, %i count, live and in one batch',
  (distance, counted) => {
    const target = talkers.write(1, text());
    const events = [target.event];
    while (events.length < distance) events.push(talkers.write(2, text()).event);
    events.push(talkers.write(3, { ctype: CTYPE.reaction, body: '👍', ...about(target.opened) }).event);
    for (const batches of [[events], events.map((event) => [event])]) {
      const reader = new Reader(talkers);
      for (const batch of batches) reader.take(batch);
      expect(reader.message(target.opened)?.reactions).toHaveLength(counted);
    }
  },
);

test('EFFECT-9: what is forgotten is shown no longer, whatever it was', () => {
  const reader = new Reader(talkers);
  const said = talkers.write(2, text());
  const timed = talkers.write(2, { ...text(), ttl: 60_000 });
  reader.take([said.event, timed.event]);
  fill(reader, REACH);
  expect([said, timed].map(({ opened }) => reader.message(opened) !== undefined)).toEqual([true, true]);
  expect(reader.receiver.nextEnd).toBe(NOW + 60_000_000);
  fill(reader, FORGOTTEN - REACH);
  expect([said, timed].map(({ opened }) => reader.message(opened))).toEqual([undefined, undefined]);
  expect(reader.receiver.nextEnd).toBeUndefined();
  expect(reader.receiver.find(toHex(said.opened.mid))).toBeUndefined();
});

test('EFFECT-6: a reply shows what it answers for as long as it is shown itself', () => {
  const reader = new Reader(talkers);
  const asked = talkers.write(2, { ctype: CTYPE.text, body: 'a question' });
  reader.take([asked.event]);
  fill(reader, 1_100);
  const reply = talkers.write(3, { ctype: CTYPE.text, body: 'an answer', ...about(asked.opened) });
  reader.take([reply.event]);
  fill(reader, 250);
  expect(reader.message(asked.opened)).toBeUndefined();
  reader.take([talkers.write(4, { ctype: CTYPE.reaction, body: '👍', ...about(reply.opened) }).event]);
  expect(reader.message(reply.opened)).toMatchObject({
    replyTo: { text: 'a question' },
    reactions: [{ emoji: '👍' }],
  });
});

test('RECV-2, RECV-4: a forgotten message that comes again is counted, not shown; an erased one isn’t even counted', () => {
  const reader = new Reader(talkers);
  const said = talkers.write(2, text());
  const taken = talkers.write(2, text());
  reader.take([said.event, taken.event, talkers.write(2, unsend(taken.opened)).event]);
  fill(reader, FORGOTTEN);
  reader.take([talkers.again(said.opened), talkers.again(taken.opened)]);
  expect([said, taken].map(({ opened }) => reader.message(opened))).toEqual([undefined, undefined]);
  expect(reader.receiver.unverified).toBe(1);
});

test('RECV-7: messages missing before one whose predecessor is forgotten are still missing', () => {
  const reader = new Reader(talkers);
  reader.take([talkers.write(2, text()).event]);
  fill(reader, FORGOTTEN);
  talkers.lose(2, 3);
  const next = talkers.write(2, text());
  reader.take([next.event]);
  expect(reader.message(next.opened)?.missingBefore).toBe(3);
});
