// Taking messages back, and messages with a timer: what a page sends, and what it shows of them.

import { toHex } from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CTYPE } from './content/ctype.ts';
import { readUnsend, writeUnsend } from './content/unsend.ts';
import { eraseProof } from './crypto/envelope.ts';
import type { SendResult } from './room.ts';
import { Author, type Sealed, reseal } from './testing/author.ts';
import { open } from './testing/open-room.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => void vi.useRealTimers());

const ERASES = { features: ['erase'] } as const;
const keyOf = (result: SendResult) => (result.ok ? result.key : '');

async function talking(welcome: Parameters<Awaited<ReturnType<typeof open>>['server']['letIn']>[0] = ERASES) {
  const all = await open();
  all.server.letIn(welcome);
  const { room, server, updates } = all;
  /** What a page holds that applies every update. */
  const held = () => {
    const rows = new Map<string, string | undefined>();
    for (const update of updates) {
      if (update.type === 'messages') for (const { key, text } of update.messages) rows.set(key, text);
      if (update.type === 'gone') for (const key of update.keys) rows.delete(key);
      if (update.type === 'unsent') for (const { key } of update.unsent) rows.set(key, '(unsent)');
    }
    return [...rows.values()];
  };
  const say = (text: string, options?: Parameters<typeof room.send>[1]) => {
    const key = keyOf(room.send(text, options));
    server.logSent();
    return key;
  };
  const stubs = () => server.frames.flatMap((frame, i) => (frame[0] === 0x93 ? [i + 1] : []));
  return { ...all, held, say, stubs };
}

describe('SEND-5, UNSEND-1: unsend', () => {
  test('names the message by its place, proves that it is ours, and leaves a line', async () => {
    const { room, server, held, say, stubs, sent, last } = await talking();
    const key = say('oops');
    say('next');
    expect(room.unsend(key)).toEqual({ ok: true });
    expect(last('pending')?.effects).toMatchObject([{ what: 'unsend', target: key, state: 'sending' }]);
    expect(sent().at(-1)?.erase?.seq).toBe(2);
    server.logSent();
    expect(stubs()).toEqual([2]);
    expect(held()).toEqual(['next', '(unsent)']);
    expect(last('pending')?.effects).toEqual([]);
    expect(last('unverified')).toBeUndefined();
  });

  test("only one's own, only what is there, only once, only where the server erases", async () => {
    const { room, server, say, sent } = await talking();
    const theirs = new Author('Ann').write('hers');
    server.append(theirs.envelope);
    expect(room.unsend(toHex(theirs.mid))).toEqual({ ok: false, reason: 'not_yours' });
    expect(room.unsend('ab'.repeat(32))).toEqual({ ok: false, reason: 'unknown_target' });
    const key = say('mine');
    const before = sent().length;
    room.unsend(key);
    room.unsend(key);
    expect(sent()).toHaveLength(before + 1);

    const old = await talking({});
    const other = old.say('mine');
    expect(old.room.canErase).toBe(false);
    expect(old.room.unsend(other)).toEqual({ ok: false, reason: 'not_supported' });
    expect(old.room.send('soon gone', { ttlMs: 10_000 })).toEqual({ ok: false, reason: 'not_supported' });
    expect(old.sent()).toHaveLength(1);
  });

  test('its edits go first, newest first, one erase each, and only the message leaves a line', async () => {
    const { room, server, held, say, stubs, sent } = await talking();
    const key = say('first');
    room.edit(key, 'second');
    server.logSent();
    room.edit(key, 'third');
    server.logSent();
    room.unsend(key);
    expect(sent().flatMap(({ erase }) => erase?.seq ?? [])).toEqual([4, 3, 2]);
    server.logSent();
    expect(stubs()).toEqual([2, 3, 4]);
    expect(held()).toEqual(['(unsent)']);
  });

  test('waits for an edit that is on its way, so that nothing of it stays', async () => {
    const { room, server, held, say, stubs, sent } = await talking();
    const key = say('first');
    room.edit(key, 'second');
    expect(room.unsend(key)).toEqual({ ok: true });
    expect(sent().flatMap(({ erase }) => erase ?? [])).toEqual([]);
    server.logSent();
    server.logSent();
    expect(stubs()).toEqual([2, 3]);
    expect(held()).toEqual(['(unsent)']);
  });

  test('a page that comes back later, or for the first time, holds the same', async () => {
    const { room, server, held, say, reconnect } = await talking();
    const key = say('oops');
    say('kept');
    server.wire.breakWith(1006);
    room.unsend(key);
    vi.advanceTimersByTime(10_000);
    server.letIn(ERASES);
    server.logSent();
    expect(held()).toEqual(['kept', '(unsent)']);
    const late = await open();
    late.server.frames.push(...server.frames.slice(1));
    late.server.letIn(ERASES);
    expect(late.texts()).toEqual(['kept']);
    expect(late.of('unsent').flatMap(({ unsent }) => unsent)).toMatchObject([{ seq: 2 }]);
    expect(late.last('unverified')).toBeUndefined();
    reconnect();
    server.letIn(ERASES);
    expect(held()).toEqual(['kept', '(unsent)']);
  });

  test('what the server refuses fails like any message, and nothing is taken away', async () => {
    const { room, server, held, say, last } = await talking();
    const key = say('stays');
    room.unsend(key);
    server.refuseSent('not_allowed');
    expect(last('pending')?.effects).toMatchObject([{ what: 'unsend', state: 'failed', why: 'not_allowed' }]);
    expect(held()).toEqual(['stays']);
    room.unsend(key);
    server.logSent();
    expect(held()).toEqual(['(unsent)']);
  });

  test('where the next server erases nothing, what waited for it fails, and the rest is sent', async () => {
    const { room, server, say, sent, reconnect, last } = await talking();
    const key = say('old');
    server.wire.breakWith(1006);
    room.unsend(key);
    room.send('soon gone', { ttlMs: 10_000 });
    room.send('plain');
    reconnect();
    server.letIn({});
    expect(sent().map(({ erase }) => erase)).toEqual([undefined]);
    expect(last('pending')?.effects).toMatchObject([{ what: 'unsend', state: 'failed' }]);
    expect(last('outbox')?.outgoing).toMatchObject([
      { text: 'soon gone', state: 'failed' },
      { text: 'plain', state: 'sending' },
    ]);
  });

  test('UNSEND-1: with a wrong proof or by someone else it changes nothing; UNSEND-2: a copy brings nothing back', async () => {
    const { server, held } = await talking();
    const [ann, bob] = [new Author('Ann'), new Author('Bob')];
    const hers = ann.write('hers');
    server.append(hers.envelope);
    const ref = hers.mid.slice(0, 16);
    const proof = eraseProof(ann.key.seed, hers.envelope.subarray(23, 47));
    const about = (right: Uint8Array) => ({
      ctype: CTYPE.unsend,
      ref,
      body: writeUnsend({ proof: right, leavesLine: true }),
    });
    const write = (author: Author, right: Uint8Array) => {
      const { body, ...odd } = about(right);
      server.append(author.write(body, odd).envelope);
    };
    write(bob, proof);
    write(ann, new Uint8Array(16));
    expect(held()).toEqual(['hers']);
    write(ann, proof);
    expect(held()).toEqual(['(unsent)']);
    server.append(reseal(hers.envelope));
    expect(held()).toEqual(['(unsent)']);
  });

  test('UNSEND-2: what an erased reaction or edit had replaced counts again', async () => {
    const { server, of } = await talking();
    const ann = new Author('Ann');
    const write = (body: string, odd: Parameters<Author['write']>[1] = {}) => {
      const sealed = ann.write(body, odd);
      server.append(sealed.envelope);
      return sealed;
    };
    const takeBack = ({ mid, envelope }: Sealed) => {
      const proof = eraseProof(ann.key.seed, envelope.subarray(23, 47));
      write(writeUnsend({ proof, leavesLine: false }), { ctype: CTYPE.unsend, ref: mid.slice(0, 16) });
    };
    const text = write('first');
    const ref = text.mid.slice(0, 16);
    write('👍', { ctype: CTYPE.reaction, ref });
    const reaction = write('🎉', { ctype: CTYPE.reaction, ref });
    const edit = write('second', { ctype: CTYPE.edit, ref });
    const shown = () =>
      of('messages')
        .flatMap(({ messages }) => messages)
        .at(-1);
    expect(shown()).toMatchObject({ text: 'second', reactions: [{ emoji: '🎉' }] });
    takeBack(edit);
    expect(shown()).toMatchObject({ text: 'first', reactions: [{ emoji: '🎉' }] });
    takeBack(reaction);
    expect(shown()).toMatchObject({ text: 'first', reactions: [{ emoji: '👍' }] });
  });

  test('EFFECT-6: a reply to it says that it answers something that is no longer here', async () => {
    const { room, server, say, of } = await talking();
    const key = say('question');
    const answer = say('answer', { replyTo: key });
    room.react(key, '👍');
    server.logSent();
    room.unsend(key);
    server.logSent();
    const shown = of('messages').flatMap(({ messages }) => messages);
    expect(shown.findLast((message) => message.key === answer)?.replyTo).toEqual({});
  });
});

describe('SEND-9: a message with a timer', () => {
  test('has it in its header, says when it ends, and is gone then, also its replies know', async () => {
    const { room, server, held, say, sent, of } = await talking();
    const key = say('soon gone', { ttlMs: 10_000 });
    expect(Buffer.from(sent()[0]?.envelope ?? []).readUInt16BE(5)).toBe(10);
    const message = of('messages').flatMap(({ messages }) => messages)[0];
    expect(message?.timer).toEqual({ ttlMs: 10_000, endsAt: Date.now() + 10_000 });
    vi.advanceTimersByTime(9_999);
    expect(held()).toEqual(['soon gone']);
    room.edit(key, 'sooner');
    expect(Buffer.from(sent()[1]?.envelope ?? []).readUInt16BE(5)).toBe(1);
    server.logSent();
    vi.advanceTimersByTime(1);
    expect(held()).toEqual([]);
    expect(of('unsent')).toEqual([]);
  });

  test.each([0, -1_000, 1_500, 65_536_000, NaN])('%d ms is no timer', async (ttlMs) => {
    const { room } = await talking();
    expect(room.send('x', { ttlMs })).toEqual({ ok: false, reason: 'wrong_timer' });
  });

  test('each ends at its own time, and one timer waits for the next of them', async () => {
    const { held, say, room } = await talking();
    for (const seconds of [30, 10, 20]) say(`${seconds}`, { ttlMs: seconds * 1_000 });
    const seen: string[] = [];
    for (let i = 0; i < 3; i++) {
      vi.advanceTimersByTime(10_000);
      seen.push(held().join());
    }
    expect(seen).toEqual(['30,20', '30', '']);
    room.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is over for a page that slept through its end, before it shows anything else', async () => {
    const { room, held, say } = await talking();
    say('soon gone', { ttlMs: 10_000 });
    vi.setSystemTime(Date.now() + 60_000);
    room.wake();
    expect(held()).toEqual([]);
  });

  test('in a history, by the time at which it was written', async () => {
    const { server, of, updates } = await open();
    const ann = new Author('Ann');
    const at = Date.now() - 6_000;
    server.append(ann.write('four seconds left', { at, ttl: 10 }).envelope);
    server.append(ann.write('over', { at: at - 5_000, ttl: 10 }).envelope);
    server.letIn(ERASES);
    expect(of('messages').flatMap(({ messages }) => messages)).toMatchObject([
      { text: 'four seconds left', timer: { endsAt: Date.now() + 4_000 } },
    ]);
    vi.advanceTimersByTime(4_000);
    expect(updates.some((update) => update.type === 'gone' && update.keys.length === 1)).toBe(true);
  });
});

test('BODY-5: an unsend reads as it was written, and nothing else is one', () => {
  const body = { proof: new Uint8Array(16).fill(7), leavesLine: false };
  expect(readUnsend(writeUnsend(body))).toEqual(body);
  const text = writeUnsend(body);
  for (const odd of [
    '',
    'm',
    text.slice(1),
    `x${text.slice(1)}`,
    `${text}A`,
    text.slice(0, -1),
    `${text.slice(0, -1)}B`,
  ])
    expect(readUnsend(odd), odd).toBeUndefined();
});
