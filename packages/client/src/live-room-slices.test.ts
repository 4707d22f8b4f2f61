// A room receives in slices: the order of frames, long histories, and keys that are pressed meanwhile.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { OpenedMessage } from './crypto/envelope.ts';
import { verifyMessage } from './crypto/envelope.ts';
import type { SignatureChecker } from './crypto/web-signatures.ts';
import { Author } from './testing/author.ts';
import { enter, open } from './testing/open-room.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => void vi.useRealTimers());

/** Checks that the test answers. */
function byHand() {
  const asked: { messages: readonly OpenedMessage[]; answer: () => void }[] = [];
  const checks: SignatureChecker = {
    check(messages, done) {
      const answer = () => done(new Set(messages.filter(verifyMessage)));
      asked.push({ messages, answer });
    },
  };
  return { asked, signatures: () => checks };
}

const ann = () => new Author('Ann');

describe('signatures checked elsewhere', () => {
  test('RECV-3: a message is shown when its verdict is there, and in order with all other frames', async () => {
    const { asked, signatures } = byHand();
    const { server, texts, of, updates } = await enter({ signatures });
    const author = ann();
    server.append(author.write('one').envelope);
    server.wire.say({ type: 'life', expiresInMs: 777_000 });
    server.append(author.write('two').envelope);
    expect(texts()).toEqual([]);
    expect(of('life').at(-1)?.expiresInMs).not.toBe(777_000);
    asked[0]?.answer();
    expect(texts()).toEqual(['one']);
    asked[1]?.answer();
    expect(texts()).toEqual(['one', 'two']);
    const order = updates.flatMap((update) => {
      if (update.type === 'messages') return update.messages.map(({ text }) => text);
      return update.type === 'life' && update.expiresInMs === 777_000 ? ['life'] : [];
    });
    expect(order).toEqual(['one', 'life', 'two']);
  });

  test('what comes meanwhile is received in one go, with one signature for a chain', async () => {
    const { asked, signatures } = byHand();
    const { server, of, texts } = await enter({ signatures });
    const author = ann();
    for (let i = 0; i < 10; i++) server.append(author.write(`${i}`).envelope);
    asked[0]?.answer();
    asked[1]?.answer();
    expect(texts()).toEqual(Array.from({ length: 10 }, (_, i) => `${i}`));
    expect(asked.map(({ messages }) => messages.length)).toEqual([1, 1]);
    expect(of('messages').map(({ messages }) => messages.length)).toEqual([1, 9]);
  });

  test('RECV-0: a forged one is counted, whatever else was checked with it', async () => {
    const { asked, signatures } = byHand();
    const { server, texts, last } = await enter({ signatures });
    server.append(ann().write('right').envelope);
    server.append(new Author('Ben').forge(new Author('Mallory').key, 'forged').envelope);
    while (asked.length > 0) asked.shift()?.answer();
    expect(texts()).toEqual(['right']);
    expect(last('unverified')).toEqual({ type: 'unverified', count: 1 });
  });

  test('a loss or an end doesn’t wait for a verdict, and nothing is lost or comes twice', async () => {
    const { asked, signatures } = byHand();
    const { server, texts, reconnect, connection } = await enter({ signatures });
    const author = ann();
    server.append(author.write('before').envelope);
    reconnect();
    expect(texts()).toEqual(['before']);
    expect(server.letIn().position?.seq).toBe(2);
    server.append(author.write('after').envelope);
    server.wire.breakWith(4500);
    for (const { answer } of asked) answer();
    expect(texts()).toEqual(['before', 'after']);
    expect(connection()).not.toBe('live');
  });

  test('the word that the room is over comes after the messages before it', async () => {
    const { asked, signatures } = byHand();
    const { server, texts, connection } = await enter({ signatures });
    server.append(ann().write('last words').envelope);
    server.wire.say({ type: 'ended', reason: 'owner' });
    expect(connection()).toBe('live');
    asked[0]?.answer();
    expect(texts()).toEqual(['last words']);
    expect(connection()).toBe('owner');
  });
});

/** Runs until nothing happens any longer; each step is a task of its own. */
async function tasksUntil(isOver: () => boolean, each: () => void = () => {}): Promise<number> {
  let tasks = 0;
  while (!isOver()) {
    await new Promise((resolve) => setImmediate(resolve));
    tasks += 1;
    each();
    if (tasks > 10_000) throw new Error('it never ends');
  }
  return tasks;
}

describe('a long history', () => {
  test('is received in tasks of a few items each, the newest shown first, and what is shown is the same', async () => {
    vi.useRealTimers();
    const authors = Array.from({ length: 20 }, (_, i) => new Author(`${i}`));
    const { server, of, texts } = await open();
    for (let i = 0; i < 600; i++) server.append(authors[i % 20]?.write(`${i}`).envelope ?? new Uint8Array());
    server.letIn({ limits: { members: 1000, historyMessages: 601, historyBytes: 2_097_152 } });
    expect(texts()).toEqual([]);
    expect(await tasksUntil(() => texts().length === 600)).toBeGreaterThan(20);
    const [first, ...others] = of('messages');
    expect(first?.messages.at(-1)?.text).toBe('599');
    expect(others.length).toBe(2);
    const bySeq = of('messages')
      .flatMap(({ messages }) => messages)
      .toSorted((a, b) => a.seq - b.seq);
    expect(bySeq.map(({ text }) => text)).toEqual(Array.from({ length: 600 }, (_, i) => `${i}`));
    expect(of('messages').every(({ history }) => history)).toBe(true);
  });

  test('a loss in its middle takes the rest at once', async () => {
    const author = ann();
    const { server, texts, reconnect } = await open();
    for (let i = 0; i < 100; i++) server.append(author.write(`${i}`).envelope);
    server.letIn();
    expect(texts()).toEqual([]);
    reconnect();
    expect(texts()).toHaveLength(100);
    expect(server.letIn().position?.seq).toBe(101);
    expect(texts()).toHaveLength(100);
  });
});
