// A server that shows people different things, and the people who say so: attacks 11, 12, 36 and 40, and the honest
// situations in which no one may be accused.

import {
  type LogEvent,
  type Stub,
  decodeServerSealed,
  encodeCommand,
  encodeCommandEvent,
  encodeMessageEvent,
  encodeUnsignedCommand,
} from '@mayfly/protocol';
import { describe, expect, test } from 'vitest';
import type { Statement } from '../crypto/event-hash.ts';
import { type SigningKey, sign } from '../crypto/signature.ts';
import type { Trouble } from '../room-updates.ts';
import { Author, ID, KEYS, OWNER } from '../testing/author.ts';
import { LOG_ID, unsentStub } from '../testing/random-log.ts';
import { Receiver } from './receiver.ts';

const NOW = Date.UTC(2026, 0, 1);
const OTHER_LOG = 'AAAAAAAAAAA';
const OP_DOOR = 2;

const me = new Author('Me');

/** What it begins with. `head`: of its welcome. */
type Opening = {
  readonly logId?: string;
  readonly seq?: number;
  readonly c?: number;
  readonly head?: number;
};

/** What a person's page holds, who also writes. */
class Page {
  readonly author: Author;
  readonly receiver: Receiver;
  #trouble: Trouble | undefined;

  constructor(name: string, { logId = LOG_ID, seq = 0, c = 0, head }: Opening = {}) {
    this.author = name === 'Me' ? me : new Author(name);
    const options = { id: ID, idPk: this.author.key.pk, ownerPk: OWNER.pk, keysOf: () => KEYS };
    this.receiver = new Receiver(options, { logId, seq }, { c, head: head ?? seq, moderators: [] });
  }

  get seq(): number {
    return this.receiver.position.seq;
  }

  /** Seals what it says now. */
  write(text: string, statement: Statement = this.receiver.statement()): Uint8Array {
    return this.author.write(text, { statement, at: NOW }).envelope;
  }

  /** Each event by itself, as it comes. */
  read(...events: readonly LogEvent[]): void {
    for (const event of events) this.#note(this.receiver.receive([event], NOW, true));
  }

  /** All at once, as a history. */
  readHistory(...events: readonly LogEvent[]): void {
    this.#note(this.receiver.receive(events, NOW, false));
  }

  reset(logId: string, seq: number, c = 0, head = seq): void {
    this.receiver.skipTo({ logId, seq }, { c, head, moderators: [] });
  }

  /** Whom and what it accuses. */
  get sees() {
    const { server = false, others = [], lies = [] } = this.#trouble ?? {};
    return { server, others: others.map(({ person }) => person.name), lies };
  }

  #note({ trouble }: { readonly trouble: Trouble | undefined }): void {
    this.#trouble = trouble ?? this.#trouble;
  }
}

const NO_ONE = { server: false, others: [], lies: [] };

function message(seq: number, envelope: Uint8Array): LogEvent {
  return decoded(encodeMessageEvent(seq, envelope));
}

function command(seq: number, c: number, signer: SigningKey = OWNER, args = new Uint8Array(1)): LogEvent {
  const signed = encodeUnsignedCommand(ID, 0, c, OP_DOOR, args);
  const bytes = encodeCommand(signed, signer.pk, sign(signer.seed, 'cmd', signed));
  return decoded(encodeCommandEvent(seq, bytes, new Uint8Array()));
}

function decoded(frame: Uint8Array): LogEvent {
  const found = decodeServerSealed(frame);
  if (found === undefined || !('seq' in found)) throw new Error('not an event');
  return found;
}

/** An honest server: everyone on the list reads it. */
function say(speaker: Page, text: string, pages: readonly Page[]): void {
  const event = message(speaker.seq + 1, speaker.write(text));
  for (const page of pages) page.read(event);
}

describe('RECV-5: what others state about the log', () => {
  test('attack 12: two messages at one place accuse the other with the next message, on both sides', () => {
    const [ann, bob, mallory] = [new Page('Me'), new Page('Bob'), new Page('Mallory')];
    say(mallory, 'hi', [ann, bob, mallory]);
    ann.read(message(2, mallory.write('pay Ann')));
    bob.read(message(2, mallory.write('pay Bob')));
    const [fromBob, fromAnn] = [bob.write('paid'), ann.write('paid')];
    ann.read(message(3, fromBob));
    bob.read(message(3, fromAnn));
    expect(ann.sees).toEqual({ server: false, others: ['Bob'], lies: [] });
    expect(bob.sees).toEqual({ server: false, others: ['Me'], lies: [] });
  });

  test('attack 11: two messages in another order, for one page only; two people make it the server', () => {
    const [ann, bob, carl] = [new Page('Me'), new Page('Bob'), new Page('Carl')];
    const [first, second] = [bob.write('one'), carl.write('two')];
    ann.read(message(1, second), message(2, first));
    for (const page of [bob, carl]) page.read(message(1, first), message(2, second));
    ann.read(message(3, bob.write('three')));
    expect(ann.sees).toEqual({ server: false, others: ['Bob'], lies: [] });
    ann.read(message(4, bob.write('four')));
    expect(ann.sees.others).toEqual(['Bob']);
    ann.read(message(5, carl.write('five')));
    expect(ann.sees).toEqual({ server: true, others: ['Bob', 'Carl'], lies: [] });
  });

  test('a message left out for one page; a statement about what comes later than itself', () => {
    const [ann, bob] = [new Page('Me'), new Page('Bob')];
    const hidden = new Author('Carl').write('hidden').envelope;
    bob.read(message(1, hidden));
    ann.read(message(1, bob.write('did you see that?')));
    expect(ann.sees.others).toEqual(['Bob']);
  });

  test('another number of the last command is another history', () => {
    const [ann, bob] = [new Page('Me', { c: 1 }), new Page('Bob', { c: 2 })];
    const hi = message(1, new Author('Carl').write('hi').envelope);
    for (const page of [ann, bob]) page.read(hi);
    ann.read(message(2, bob.write('a command is missing there')));
    expect(ann.sees.others).toEqual(['Bob']);
  });

  test('what is not accepted accuses no one: anyone could have written it', () => {
    const [ann, bob, mallory] = [new Page('Me'), new Page('Bob'), new Page('Mallory')];
    say(bob, 'hi', [ann, bob, mallory]);
    const statement = { ...bob.receiver.statement(), seen: new Uint8Array(8) };
    const forged = bob.author.forge(mallory.author.key, 'you see other things', { statement }).envelope;
    ann.read(message(2, forged));
    expect(ann.sees).toEqual(NO_ONE);
  });

  test('more than 16 messages in a row for another log', () => {
    const ann = new Page('Me');
    const bob = new Page('Bob', { logId: OTHER_LOG });
    for (let seq = 1; seq <= 16; seq++) ann.read(message(seq, bob.write(`${seq}`)));
    expect(ann.sees).toEqual(NO_ONE);
    ann.read(message(17, bob.write('17')));
    expect(ann.sees.others).toEqual(['Bob']);
  });
});

const everyone = () => [new Page('Me'), new Page('Bob'), new Page('Carl')] as const;

describe('RECV-5, attack 39: no honest situation accuses anyone', () => {
  test('a conversation with commands, and a stub in place of what was unsent', () => {
    const [ann, bob, carl] = everyone();
    const pages = [ann, bob, carl];
    say(ann, 'hi', pages);
    for (const page of pages) page.read(command(2, 1));
    say(bob, 'hi', pages);
    const hash = carl.write('oops');
    const stub: Stub = { type: 'stub', seq: 4, ...unsentStub(carl.author.key.seed, hash) };
    ann.read(stub);
    for (const page of [bob, carl]) page.read(message(4, hash));
    for (let i = 0; i < 40; i++) say(pages[i % 3] ?? ann, `${i}`, pages);
    for (const page of pages) page.read(command(page.seq + 1, 2));
    for (const speaker of pages) say(speaker, 'bye', pages);
    for (const page of pages) expect(page.sees).toEqual(NO_ONE);
  });

  test('a newcomer, one with a trimmed log, and one in a room that shows no history', () => {
    const [ann, bob] = everyone();
    const log = [command(1, 1)];
    for (const page of [ann, bob]) page.read(...log);
    for (let seq = 2; seq <= 60; seq++) {
      const speaker = seq % 2 === 0 ? ann : bob;
      log.push(seq === 40 ? command(seq, 2) : message(seq, speaker.write(`${seq}`)));
      for (const page of [ann, bob]) page.read(...log.slice(-1));
    }
    const whole = new Page('Whole', { head: 60, c: 2 });
    whole.readHistory(...log);
    expect(whole.sees).toEqual(NO_ONE);
    // Whatever the first event in sight is.
    for (let from = 0; from <= 60; from++) {
      const opening = { seq: from, c: 2, head: 60 };
      const late = new Page(`late ${from}`, opening);
      late.readHistory(...log.slice(from));
      const hello = message(61, late.write('hello'));
      for (const page of [new Page('Present', { head: 60, c: 2 }), new Page('Empty', { seq: 60, c: 2 })]) {
        page.readHistory(...log.slice(page.seq));
        page.read(hello);
        expect(page.sees).toEqual(NO_ONE);
      }
      late.read(message(61, bob.write('hello')));
      expect(late.sees).toEqual(NO_ONE);
    }
  });

  test('a new log, into which several people send again what they had waiting', () => {
    const [ann, bob, carl] = everyone();
    say(bob, 'hi', [ann, bob, carl]);
    const waiting = [bob, carl].flatMap((page) =>
      Array.from({ length: 16 }, (_, i) => page.write(`waits ${i}`)),
    );
    for (const page of [ann, bob, carl]) page.reset(OTHER_LOG, 0);
    for (const [i, envelope] of waiting.entries())
      for (const page of [ann, bob, carl]) page.read(message(i + 1, envelope));
    for (const speaker of [bob, carl, ann]) say(speaker, 'still here', [ann, bob, carl]);
    for (const page of [ann, bob, carl]) expect(page.sees).toEqual(NO_ONE);
    const late = new Page('Late', { logId: OTHER_LOG, head: 40 });
    late.readHistory(...waiting.map((envelope, i) => message(i + 1, envelope)));
    expect(late.sees).toEqual(NO_ONE);
  });

  test('a history that a new log kept: all of it was sealed for the log before', () => {
    const ann = new Page('Me', { logId: OTHER_LOG, head: 40 });
    const bob = new Page('Bob');
    ann.readHistory(...Array.from({ length: 40 }, (_, i) => message(i + 1, bob.write(`${i}`))));
    expect(ann.sees).toEqual(NO_ONE);
  });

  test('our own messages of before a reload', () => {
    const ann = new Page('Me');
    ann.read(message(1, ann.write('hi', { ...ann.receiver.statement(), seq: 5, events: 1 })));
    expect(ann.sees).toEqual(NO_ONE);
  });
});

describe('RECV-6: what no honest server does', () => {
  test.each<[string, Partial<Stub>]>([
    ["without its author's proof", { proof: new Uint8Array(16) }],
    ['said to have expired, which never would', { reason: 2, proof: new Uint8Array(16) }],
    ['for a reason that does not exist', { reason: 3 }],
  ])('attack 40: a stub %s', (_what, odd) => {
    const [ann, bob] = [new Page('Me'), new Page('Bob')];
    const stub: Stub = {
      type: 'stub',
      seq: 1,
      ...unsentStub(bob.author.key.seed, bob.write('hidden')),
      ...odd,
    };
    ann.read(stub);
    expect(ann.sees).toEqual({ server: true, others: [], lies: ['false_stub'] });
    expect(ann.receiver.unverified).toBe(1);
  });

  test('attack 40: a timer that was hurried is none of it', () => {
    const [ann, bob] = [new Page('Me'), new Page('Bob')];
    const { envelope } = bob.author.write('soon', { ttl: 60 });
    const proof = new Uint8Array(16);
    ann.read({ type: 'stub', seq: 1, ...unsentStub(bob.author.key.seed, envelope), reason: 2, proof });
    expect(ann.sees).toEqual(NO_ONE);
  });

  test('another event in the place of one that was there: again, and after a reset that went back', () => {
    const [first, second] = [new Author('Bob'), new Author('Carl')].map(
      (author) => author.write('hi').envelope,
    );
    if (first === undefined || second === undefined) throw new Error('nothing written');
    const ann = new Page('Me');
    ann.read(message(1, first));
    ann.receiver.compare(message(1, first));
    ann.read();
    expect(ann.sees).toEqual(NO_ONE);
    ann.reset(LOG_ID, 0);
    ann.read(message(1, first));
    expect(ann.sees).toEqual(NO_ONE);
    ann.reset(LOG_ID, 0);
    ann.read(message(1, second));
    expect(ann.sees).toEqual({ server: true, others: [], lies: ['changed_event'] });

    const other = new Page('Me');
    other.read(message(1, first));
    other.receiver.compare(message(1, second));
    other.readHistory();
    expect(other.sees).toEqual({ server: true, others: [], lies: ['changed_event'] });
  });

  const stranger = new Author('Stranger').key;
  const otherArgs = Uint8Array.of(1);

  test.each<[string, readonly LogEvent[]]>([
    ['out of turn', [command(1, 1), command(2, 3)]],
    ['in the place of another with its number', [command(1, 1), command(2, 1, OWNER, otherArgs)]],
  ])('attack 36: a command %s', (_what, events) => {
    const ann = new Page('Me');
    ann.read(...events);
    expect(ann.sees).toEqual({ server: true, others: [], lies: ['false_command'] });
  });

  test('the same command again has no effect', () => {
    const ann = new Page('Me');
    ann.read(command(1, 1), command(2, 1));
    expect(ann.sees).toEqual(NO_ONE);
    expect(ann.receiver.c).toBe(1);
  });

  test('CMD-3: who might give a command before its welcome, a page can only tell from a charter on', () => {
    const ann = new Page('Me', { c: 1, head: 1 });
    ann.readHistory(command(1, 1, stranger));
    expect(ann.sees).toEqual(NO_ONE);
    ann.read(command(2, 2, stranger));
    expect(ann.sees).toEqual({ server: true, others: [], lies: ['false_command'] });
  });

  test('CMD-8: what a former moderator ordered before the first charter in sight leaves no hole in the numbers', () => {
    const ann = new Page('Me', { c: 4, head: 4 });
    ann.readHistory(command(1, 1), command(2, 2, stranger), command(3, 3), command(4, 4, stranger));
    ann.read(command(5, 5));
    expect(ann.sees).toEqual(NO_ONE);
    expect(ann.receiver.c).toBe(5);
  });
});
