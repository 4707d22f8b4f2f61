// A member reposts someone else's message to pages that never had it: it is shown as late (RECV-4).

import { encodeMessageEvent } from '@mayfly/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LIST_PAUSE_MS } from './people/roster.ts';
import { Author } from './testing/author.ts';
import { open } from './testing/open-room.ts';
import { LOG_ID } from './testing/server-double.ts';
import { logTagOf } from './crypto/event-hash.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

/** A room in which Ann's "Yes, send the money" stood at seq 2, and whose server holds nothing before this seq. */
async function joinAt(first: number) {
  const all = await open();
  const { server } = all;
  const ann = new Author('Ann');
  const say = (text: string, saw: number) =>
    ann.write(text, { statement: { logTag: logTagOf(LOG_ID), seq: saw, events: 1, seen: new Uint8Array(8) } })
      .envelope;
  const yes = say('Yes, send the money', 1);
  const others = Array.from({ length: 8 }, (_, i) => new Author(`a${i}`).write(`${i}`).envelope);
  for (const envelope of [yes, ...others]) server.frames.push(encodeMessageEvent(server.seq + 1, envelope));
  vi.advanceTimersByTime(20 * MINUTE);
  server.letIn({ first, seq: server.seq, history: first > server.seq ? 'none' : 'all' });
  const messages = () => all.of('messages').flatMap((updates) => updates.messages);
  return { ...all, ann, yes, messages };
}

test('RECV-4: a newcomer without history sees when it was written, live', async () => {
  const { server, yes, messages } = await joinAt(11);
  server.append(yes);
  expect(messages()).toMatchObject([{ text: 'Yes, send the money', late: true, at: START, clockOff: false }]);
});

test('RECV-4: a newcomer to a trimmed history sees it there', async () => {
  const all = await open();
  const { server } = all;
  const ann = new Author('Ann');
  const statement = { logTag: logTagOf(LOG_ID), seq: 1, events: 1, seen: new Uint8Array(8) };
  const yes = ann.write('Yes, send the money', { statement }).envelope;
  server.frames.push(encodeMessageEvent(2, yes));
  vi.advanceTimersByTime(20 * MINUTE);
  const bob = new Author('Bob');
  for (const envelope of [bob.write('hello').envelope, yes])
    server.frames.push(encodeMessageEvent(server.seq + 1, envelope));
  server.letIn({ first: 3 });
  const messages = all.of('messages').flatMap((updates) => updates.messages);
  expect(messages.map(({ text, late }) => [text, late])).toEqual([
    ['hello', false],
    ['Yes, send the money', true],
  ]);
});

test('RECV-4: a page that already had it drops it', async () => {
  const { server, yes, messages, last } = await joinAt(1);
  const before = messages().length;
  server.append(yes);
  expect(messages()).toHaveLength(before);
  expect(last('unverified')).toBeUndefined();
});

test('RECV-4: it renames no one, and makes no one present', async () => {
  const { server, ann, yes, last } = await joinAt(11);
  const slot = new Uint8Array(8).fill(2);
  server.wire.say({
    type: 'presence',
    version: 1,
    snapshot: true,
    joined: [{ slot, idPk: ann.key.pk }],
    away: [],
    left: [],
    count: 1,
  });
  server.append(yes);
  vi.advanceTimersByTime(LIST_PAUSE_MS);
  expect(last('members')?.members).toMatchObject([{ name: '' }]);
  server.wire.say({
    type: 'presence',
    version: 2,
    snapshot: false,
    joined: [],
    away: [],
    left: [],
    count: 400,
  });
  server.append(new Author('Bob').write('hi').envelope);
  vi.advanceTimersByTime(LIST_PAUSE_MS);
  expect(last('members')?.members.map(({ name }) => name)).toEqual(['Bob', '']);
});
