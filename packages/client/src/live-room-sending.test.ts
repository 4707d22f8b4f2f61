// What a page sends: once, in order, whatever happens to its connection.

import { BODY_BYTES_MAX } from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PATIENCE } from './connection/connection.ts';
import { OVERTAKEN_PATIENCE_MS } from './outgoing/outbox.ts';
import { openEnvelope } from './crypto/envelope.ts';
import { logTagOf } from './crypto/event-hash.ts';
import { Author, KEYS } from './testing/author.ts';
import { enter, open } from './testing/open-room.ts';
import { LOG_ID } from './testing/server-double.ts';
import { seededRandom } from './testing/random.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => void vi.useRealTimers());

describe('sending', () => {
  test("accepts what fits, and refuses what doesn't", async () => {
    const { room } = await enter();
    expect(room.send('  \n ')).toEqual({ ok: false, reason: 'empty' });
    expect(room.send('é'.repeat(BODY_BYTES_MAX / 2 + 1))).toEqual({ ok: false, reason: 'too_long' });
    expect(room.send('é'.repeat(BODY_BYTES_MAX / 2))).toMatchObject({ ok: true });
  });

  test('the key is the same in the outbox and in the log; the echo moves it over', async () => {
    const { room, server, outgoing, of, last } = await enter();
    const result = room.send('hi');
    if (!result.ok) throw new Error(result.reason);
    expect(last('outbox')?.outgoing).toMatchObject([{ key: result.key, text: 'hi', state: 'sending' }]);
    server.logSent();
    expect(outgoing()).toEqual([]);
    expect(of('messages').at(-1)?.messages).toMatchObject([{ key: result.key, own: true, text: 'hi' }]);
  });

  test('before the first connection: waits, and is sent by itself', async () => {
    const { room, server, outgoing, texts } = await open();
    room.send('early');
    expect(outgoing()).toEqual(['early:waiting']);
    server.letIn();
    server.logSent();
    expect(texts()).toEqual(['early']);
  });

  test('SEND-2: never duplicated, never lost, whether or not it was logged before the loss', async () => {
    const { room, server, texts, outgoing, reconnect, sent } = await enter();
    room.send('a');
    room.send('b');
    server.logSent({ silently: true });
    reconnect();
    room.send('c');
    expect(outgoing()).toEqual(['a:waiting', 'b:waiting', 'c:waiting']);
    server.letIn();
    expect(texts()).toEqual(['a', 'b']);
    expect(sent().map(({ n }) => n)).toEqual([3]);
    server.logSent();
    expect(texts()).toEqual(['a', 'b', 'c']);
    expect(outgoing()).toEqual([]);
  });

  test('SEND-2: a lost message is sent again with the same bytes and number', async () => {
    const { room, reconnect, server, sent } = await enter();
    room.send('a');
    const [first] = sent();
    reconnect();
    server.letIn();
    expect(sent()).toEqual([first]);
  });

  test('one chain: others see no gap and no conflict, through refusals and losses', async () => {
    const { room, server, reconnect, sent } = await enter();
    const witness = await open({ name: 'Witness', random: seededRandom('witness') });
    room.send('a');
    server.logSent();
    room.send('refused');
    room.send('b');
    server.refuseSent('server_full');
    server.logSent();
    reconnect();
    server.letIn();
    room.send('c');
    server.logSent();
    expect(sent()).toHaveLength(1);
    witness.server.frames.push(...server.frames.slice(1));
    witness.server.letIn();
    const seen = witness.of('messages').flatMap(({ messages }) => messages);
    expect(seen.map(({ text }) => text)).toEqual(['a', 'b', 'c']);
    expect(seen.every(({ missingBefore, conflicting }) => missingBefore === 0 && !conflicting)).toBe(true);
    expect(witness.last('unverified')).toBeUndefined();
  });

  test('SEND-8: a server that says it logged a message, and resumes without it: the message stays, as failed', async () => {
    const { room, server, reconnect, last, of, texts } = await enter();
    room.send('a');
    reconnect();
    server.lastN = 1;
    server.letIn();
    expect(last('outbox')?.outgoing).toMatchObject([{ text: 'a', state: 'failed', why: 'withheld' }]);
    expect(of('trimmed')).toEqual([]);
    room.retry(last('outbox')?.outgoing[0]?.key ?? '');
    server.logSent();
    expect(texts()).toEqual(['a']);
  });

  test('RECV-4: written before the first welcome, a message states the log it goes to', async () => {
    const { room, server, sent } = await open();
    room.send('early');
    server.letIn();
    const [opened] = sent().map(({ envelope }) => openEnvelope(KEYS, envelope));
    expect(opened).toMatchObject({
      ok: true,
      message: { count: 1, statement: { logTag: logTagOf(LOG_ID), seq: 1 } },
    });
  });

  test('ENV-7: another log begins a new chain for new messages; those sealed before stay as they are', async () => {
    const { room, server, reconnect, sent } = await enter();
    room.send('a');
    server.logSent();
    reconnect();
    room.send('b');
    server.logId = 'AAAAAAAAAAA';
    server.lastN = 0;
    server.frames.splice(1);
    server.letIn();
    room.send('c');
    const chains = sent().map(({ envelope }) => {
      const result = openEnvelope(KEYS, envelope);
      if (!result.ok) throw new Error(result.reason);
      const { sess, count, body } = result.message;
      return { sess, body: `${body} ${count}` };
    });
    expect(chains.map(({ body }) => body)).toEqual(['b 2', 'c 1']);
    expect(chains[0]?.sess).not.toEqual(chains[1]?.sess);
  });

  test("no echo for 10 s, while others' messages arrive: not confirmed; the next connection sends it", async () => {
    const { room, server, network, outgoing, texts } = await enter();
    const ann = new Author('Ann');
    room.send('mine');
    for (const text of ['one', 'two']) {
      vi.advanceTimersByTime(OVERTAKEN_PATIENCE_MS / 2 - 1);
      server.append(ann.write(text).envelope);
    }
    expect(network.open).toHaveLength(1);
    vi.advanceTimersByTime(2);
    expect(network.open).toHaveLength(0);
    expect(outgoing()).toEqual(['mine:unconfirmed']);
    vi.advanceTimersByTime(PATIENCE.firstRetry);
    server.letIn();
    server.logSent();
    expect(texts()).toEqual(['one', 'two', 'mine']);
    expect(outgoing()).toEqual([]);
  });

  test('REFUSED-1: the end of a pause is reported by itself', async () => {
    const { room, server, last, outgoing, sent } = await enter();
    room.send('a');
    room.send('b');
    server.wire.say({ type: 'refused', n: 1, code: 'rate', retryAfterMs: 1000 });
    server.wire.say({ type: 'refused', n: 2, code: 'gap', retryAfterMs: 0 });
    expect(outgoing()).toEqual(['a:slowed', 'b:slowed']);
    vi.advanceTimersByTime(1000);
    expect(sent()).toHaveLength(3);
    expect(outgoing()).toEqual(['a:sending', 'b:slowed']);
    expect(last('outbox')?.outgoing[1]).not.toHaveProperty('until');
  });

  test('a failed message can be retried or deleted', async () => {
    const { room, server, outgoing, last } = await enter();
    room.send('a');
    server.wire.say({ type: 'refused', n: 1, code: 'server_full', retryAfterMs: 0 });
    expect(last('outbox')?.outgoing).toMatchObject([{ state: 'failed', why: 'server_full' }]);
    room.retry(last('outbox')?.outgoing[0]?.key ?? '');
    expect(outgoing()).toEqual(['a:sending']);
    server.wire.say({ type: 'refused', n: 1, code: 'server_full', retryAfterMs: 0 });
    room.discard(last('outbox')?.outgoing[0]?.key ?? '');
    expect(outgoing()).toEqual([]);
  });
});
