// UNSEND-1 to UNSEND-4: pages that were there, and newcomers, who get stubs for what is gone by then, show and count the
// same, even if only part of it is gone.

import { type LogEvent, type Stub, decodeServerSealed, encodeMessageEvent } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { CTYPE } from '../content/ctype.ts';
import { writeUnsend } from '../content/unsend.ts';
import { eraseProof } from '../crypto/envelope.ts';
import { Author, ID, KEYS, OWNER, type Sealed, reseal, spoilSignature } from '../testing/author.ts';
import { NO_COMMANDS } from '../testing/log-readers.ts';
import { LOG_ID, unsentStub } from '../testing/random-log.ts';
import type { Received } from './receiver.ts';
import { Receiver } from './receiver.ts';

const NOW = Date.UTC(2026, 0, 1);
const TTL = 60;
const AFTER = NOW + TTL * 1_000;

type Placed = { readonly present: LogEvent; readonly late: LogEvent };

/** One event for all. */
function same(event: LogEvent): Placed {
  return { present: event, late: event };
}

function message(seq: number, envelope: Uint8Array): LogEvent {
  const found = decodeServerSealed(encodeMessageEvent(seq, envelope));
  if (found?.type !== 'message') throw new Error('not an event');
  return found;
}

function expiredStub(seq: number, author: Author, { envelope }: Sealed): Stub {
  const stub = unsentStub(author.key.seed, envelope);
  return { type: 'stub', seq, ...stub, reason: 2, proof: new Uint8Array(16) };
}

/** A message with a ttl, which newcomers get as a stub. */
function timed(seq: number, author: Author, sealed: Sealed, envelope = sealed.envelope): Placed {
  return { present: message(seq, envelope), late: expiredStub(seq, author, sealed) };
}

function unsendOf(author: Author, { mid, envelope }: Sealed) {
  const proof = eraseProof(author.key.seed, envelope.subarray(23, 47));
  const body = writeUnsend({ proof, leavesLine: true });
  const odd = { ctype: CTYPE.unsend, ref: mid.slice(0, 16), at: NOW };
  return { body, ref: odd.ref, seal: () => author.write(body, odd) };
}

const say = (author: Author, text: string, ttl = 0) => author.write(text, { at: NOW, ttl });

/** Without the signature that its author made. */
const unsigned = ({ envelope }: Sealed, text: string) => spoilSignature(envelope, text, 'Ann');

class Page {
  readonly #receiver = new Receiver(
    { id: ID, idPk: new Uint8Array(32), ownerPk: OWNER.pk, keysOf: () => KEYS },
    { logId: LOG_ID, seq: 0 },
    NO_COMMANDS,
  );
  readonly #rows = new Map<string, string>();

  receive(events: readonly LogEvent[], arrivedAt: number, live: boolean): this {
    this.#apply(this.#receiver.receive(events, arrivedAt, live));
    return this;
  }

  get shows(): readonly string[] {
    return [...this.#rows.values(), `${this.#receiver.unverified} not verified`].toSorted();
  }

  #apply({ gone, messages, unsent }: Received): void {
    for (const key of gone) this.#rows.delete(key);
    for (const { key, seq, text } of messages) this.#rows.set(key, `${seq} ${text}`);
    for (const { key, seq } of unsent) this.#rows.set(key, `${seq} (unsent)`);
  }
}

/** What a page shows that was there, and what a newcomer shows, once the ttl of everything is over. */
function readings(events: readonly Placed[]): readonly (readonly string[])[] {
  const present = new Page();
  for (const one of events) present.receive([one.present], NOW, true);
  const late = events.map((one) => one.late);
  const oneByOne = new Page();
  for (const one of late) oneByOne.receive([one], AFTER, false);
  return [
    present.receive([], AFTER, true).shows,
    new Page().receive(late, AFTER, false).shows,
    oneByOne.shows,
  ];
}

function expectAll(events: readonly Placed[], shown: readonly string[]): void {
  expect(readings(events)).toEqual([shown, shown, shown]);
}

test('UNSEND-3: a copy is over, the message itself was unsent: a line is left where the copy stood', () => {
  const ann = new Author('Ann');
  const oops = say(ann, 'oops', TTL);
  const stub: Stub = { type: 'stub', seq: 2, ...unsentStub(ann.key.seed, oops.envelope) };
  expectAll([timed(1, ann, oops, reseal(oops.envelope)), same(stub)], ['0 not verified', '1 (unsent)']);
});

test('UNSEND-3: a message was unsent before its time was over: a line is left, also for those who get the later stub', () => {
  const ann = new Author('Ann');
  const oops = say(ann, 'oops', TTL);
  const unsend = unsendOf(ann, oops).seal();
  expectAll([timed(1, ann, oops), same(message(2, unsend.envelope))], ['0 not verified', '1 (unsent)']);
});

test('UNSEND-3: so for those who read the unsend and the stub of a copy in one go', () => {
  const ann = new Author('Ann');
  const oops = say(ann, 'oops', TTL);
  const unsend = message(2, unsendOf(ann, oops).seal().envelope);
  const page = new Page().receive([message(1, oops.envelope)], NOW, true);
  page.receive([unsend, expiredStub(3, ann, oops)], NOW, false);
  expect(page.shows).toEqual(['0 not verified', '1 (unsent)']);
});

test('UNSEND-1: an unsend that is a replay while another message stands in its way takes back all the same', () => {
  const ann = new Author('Ann');
  const oops = say(ann, 'oops', TTL);
  ann.restart();
  const unsend = unsendOf(ann, oops).seal();
  const inItsWay = say(ann, 'later', TTL);
  expectAll(
    [timed(1, ann, oops), timed(2, ann, inItsWay), same(message(3, unsend.envelope))],
    ['0 not verified', '1 (unsent)'],
  );
});

test('UNSEND-1: what was vouched for by a message that is over now stays unsent', () => {
  const ann = new Author('Ann');
  const oops = say(ann, 'oops');
  const voucher = say(ann, 'soon gone', TTL);
  const unsend = unsendOf(ann, oops).seal();
  expectAll(
    [same(message(1, unsigned(oops, 'oops'))), timed(2, ann, voucher), same(message(3, unsend.envelope))],
    ['0 not verified', '1 (unsent)'],
  );
});

test('UNSEND-1: so does what an unsend took back that was vouched for by such a message', () => {
  const ann = new Author('Ann');
  const oops = say(ann, 'oops');
  const { body, ref, seal } = unsendOf(ann, oops);
  const unsend = spoilSignature(seal().envelope, body, 'Ann', ref);
  const voucher = say(ann, 'soon gone', TTL);
  expectAll(
    [same(message(1, oops.envelope)), same(message(2, unsend)), timed(3, ann, voucher)],
    ['1 (unsent)', '1 not verified'],
  );
});

test('UNSEND-1: what only a message vouched for that was over when it came is unsent, in one batch or in several', () => {
  const ann = new Author('Ann');
  const oops = say(ann, 'oops');
  const over = say(ann, 'over', TTL);
  const unsend = unsendOf(ann, oops);
  ann.restart();
  const events = [unsigned(oops, 'oops'), over.envelope, unsend.seal().envelope].map((envelope, i) =>
    message(i + 1, envelope),
  );
  const oneByOne = new Page();
  for (const event of events) oneByOne.receive([event], AFTER, false);
  const inOne = new Page().receive(events, AFTER, false);
  expect([oneByOne.shows, inOne.shows]).toEqual([
    ['0 not verified', '1 (unsent)'],
    ['0 not verified', '1 (unsent)'],
  ]);
});

test('UNSEND-3: the unsend that stands first says whether a line is left, whoever repeats its proof', () => {
  const [ann, bob] = [new Author('Ann'), new Author('Bob')];
  const oops = say(ann, 'oops', TTL);
  const { body, ref } = unsendOf(ann, oops);
  const first = ann.write(`e${body.slice(1)}`, { ctype: CTYPE.unsend, ref, at: NOW });
  const again = bob.write(body, { ctype: CTYPE.unsend, ref, at: NOW });
  const unsends = [first, again].map(({ envelope }, i) => same(message(i + 2, envelope)));
  expectAll([timed(1, ann, oops), ...unsends], ['0 not verified']);
});

test("UNSEND-1: an unsend under another key takes nothing back, and the proof of another message doesn't", () => {
  const [ann, bob] = [new Author('Ann'), new Author('Bob')];
  const [hers, other] = [say(ann, 'hers'), say(ann, 'other')];
  const { body, ref } = unsendOf(ann, hers);
  const byBob = bob.write(body, { ctype: CTYPE.unsend, ref, at: NOW });
  const wrong = ann.write(unsendOf(ann, other).body, { ctype: CTYPE.unsend, ref, at: NOW });
  expectAll(
    [hers, other, byBob, wrong].map(({ envelope }, i) => same(message(i + 1, envelope))),
    ['0 not verified', '1 hers', '2 other'],
  );
});
