// Replies, edits, reactions, pins and polls: what a page sends, and what it shows of them.

import { BODY_BYTES_MAX, toHex } from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CTYPE } from './content/ctype.ts';
import { newIdentity } from './people/identity.ts';
import type { PollResult, SendResult } from './room.ts';
import { Author } from './testing/author.ts';
import { enter } from './testing/open-room.ts';
import { seededRandom } from './testing/random.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => void vi.useRealTimers());

const keyOf = (result: SendResult | PollResult) => (result.ok ? result.key : '');

/** As `enter`, with what the page shows by now. */
async function talking(options: Parameters<typeof enter>[0] = {}) {
  const all = await enter(options);
  const { room, server, of } = all;
  const shown = (key: string) =>
    of('messages')
      .flatMap(({ messages }) => messages)
      .findLast((message) => message.key === key);
  const notices = () => of('notices').flatMap((update) => update.notices);
  /** Sends a text and has it logged; its key. */
  const say = (text: string) => {
    const key = keyOf(room.send(text));
    server.logSent();
    return key;
  };
  const ann = new Author('Ann');
  /** A text of someone else's; its key. */
  const hear = (text: string) => {
    const { envelope, mid } = ann.write(text);
    server.append(envelope);
    return { key: toHex(mid), ref: mid.slice(0, 16) };
  };
  return { ...all, shown, notices, say, hear, ann };
}

describe('EFFECT-6: a reply', () => {
  test('names what it answers, in the outbox and in the log', async () => {
    const { room, server, last, shown, hear } = await talking();
    const { key } = hear('shall we?');
    const answer = keyOf(room.send('yes', { replyTo: key }));
    const replyTo = { key, text: 'shall we?', from: { name: 'Ann' } };
    expect(last('outbox')?.outgoing).toMatchObject([{ text: 'yes', replyTo }]);
    server.logSent();
    expect(shown(answer)).toMatchObject({ text: 'yes', replyTo });
  });

  test('is refused if this page does not hold what it answers', async () => {
    const { room } = await talking();
    expect(room.send('yes', { replyTo: 'ab'.repeat(32) })).toEqual({ ok: false, reason: 'unknown_target' });
  });

  test('keeps the wording that it answered', async () => {
    const { room, server, shown, say } = await talking();
    const key = say('first');
    const answer = keyOf(room.send('ok', { replyTo: key }));
    room.edit(key, 'second');
    server.logSent();
    expect(shown(key)?.text).toBe('second');
    expect(shown(answer)?.replyTo?.text).toBe('first');
  });
});

describe('EFFECT-2: an edit', () => {
  test('is pending, not a row, until its echo; then it is the wording', async () => {
    const { room, server, last, outgoing, shown, say } = await talking();
    const key = say('helo');
    expect(room.edit(key, 'hello')).toEqual({ ok: true });
    expect(outgoing()).toEqual([]);
    expect(last('pending')?.effects).toMatchObject([
      { what: 'edit', target: key, body: 'hello', state: 'sending' },
    ]);
    server.logSent();
    expect(last('pending')?.effects).toEqual([]);
    expect(shown(key)).toMatchObject({ text: 'hello', edits: [{ text: 'helo' }] });
  });

  test("only of one's own text", async () => {
    const { room, say, hear } = await talking();
    expect(room.edit(hear('hers').key, 'mine')).toEqual({ ok: false, reason: 'not_yours' });
    expect(room.edit('ab'.repeat(32), 'what?')).toEqual({ ok: false, reason: 'unknown_target' });
    const key = say('mine');
    expect(room.edit(key, ' ')).toEqual({ ok: false, reason: 'empty' });
    expect(room.edit(key, 'x'.repeat(BODY_BYTES_MAX + 1))).toEqual({ ok: false, reason: 'too_long' });
  });

  test("of another's text changes nothing, and shows nothing", async () => {
    const { server, of, shown, say, ann } = await talking();
    const key = say('mine');
    const rows = of('messages').length;
    const ref = Uint8Array.from(Buffer.from(key, 'hex').subarray(0, 16));
    server.append(ann.write('hers now', { ctype: CTYPE.edit, ref }).envelope);
    expect(of('messages')).toHaveLength(rows);
    expect(shown(key)?.text).toBe('mine');
  });
});

describe('EFFECT-3: a reaction', () => {
  test('is shown with the message, one a person, and can be taken back', async () => {
    const { room, server, shown, hear, ann } = await talking();
    const { key, ref } = hear('done');
    server.append(ann.write('🎉', { ctype: CTYPE.reaction, ref }).envelope);
    room.react(key, '👍');
    server.logSent();
    expect(shown(key)?.reactions).toMatchObject([
      { emoji: '🎉', people: [{ name: 'Ann' }], own: false },
      { emoji: '👍', people: [{ name: 'Me' }], own: true },
    ]);
    vi.advanceTimersByTime(1_000);
    room.react(key, '');
    server.logSent();
    expect(shown(key)?.reactions).toMatchObject([{ emoji: '🎉' }]);
  });

  test('is one emoji, to a message', async () => {
    const { room, hear } = await talking();
    expect(room.react(hear('done').key, 'yes')).toEqual({ ok: false, reason: 'not_an_emoji' });
    expect(room.react('ab'.repeat(32), '👍')).toEqual({ ok: false, reason: 'unknown_target' });
  });

  test('EFFECT-7: ten at once are sent one a second', async () => {
    const { room, hear, sent } = await talking();
    for (let i = 0; i < 10; i++) room.react(hear(`${i}`).key, '👍');
    expect(sent()).toHaveLength(1);
    vi.advanceTimersByTime(3_000);
    expect(sent()).toHaveLength(4);
  });

  test('RECV-7: a gap before it is reported, though it is no row', async () => {
    const { server, notices, hear, ann } = await talking();
    const { ref } = hear('done');
    ann.lose();
    server.append(ann.write('🎉', { ctype: CTYPE.reaction, ref }).envelope);
    expect(notices()).toMatchObject([{ what: 'effect', missingBefore: 1, from: { name: 'Ann' } }]);
  });

  test('a failed one can be retried, and a new one replaces it', async () => {
    const { room, server, last, shown, hear } = await talking();
    const { key } = hear('done');
    room.react(key, '👍');
    server.refuseSent('server_full');
    expect(last('pending')?.effects).toMatchObject([{ state: 'failed', why: 'server_full', body: '👍' }]);
    vi.advanceTimersByTime(1_000);
    room.react(key, '👎');
    expect(last('pending')?.effects).toMatchObject([{ state: 'sending', body: '👎' }]);
    server.logSent();
    expect(shown(key)?.reactions).toMatchObject([{ emoji: '👎' }]);
  });
});

describe('EFFECT-4: a pin', () => {
  test('by the owner: shown with the message, and as a line', async () => {
    const { room, server, shown, notices, hear } = await talking({
      identity: newIdentity(seededRandom('owner'), 'Owner'),
    });
    const { key } = hear('rules');
    expect(room.pin(key)).toEqual({ ok: true });
    server.logSent();
    expect(shown(key)?.pinned).toBe(true);
    room.unpin(key);
    server.logSent();
    expect(shown(key)?.pinned).toBe(false);
    expect(notices()).toMatchObject([
      { what: 'pinned', target: key, own: true },
      { what: 'unpinned', target: key },
    ]);
  });

  test('by anyone else: refused here, and without effect from others', async () => {
    const { room, server, shown, notices, hear, ann } = await talking();
    const { key, ref } = hear('rules');
    expect(room.pin(key)).toEqual({ ok: false, reason: 'not_owner' });
    server.append(ann.write('1', { ctype: CTYPE.notice, ref }).envelope);
    expect(shown(key)?.pinned).toBe(false);
    expect(notices()).toEqual([]);
  });

  test('a saved copy is a line by anyone', async () => {
    const { room, server, notices, outgoing } = await talking();
    expect(room.noteSaved()).toEqual({ ok: true });
    expect(outgoing()).toEqual([]);
    server.logSent();
    expect(notices()).toMatchObject([{ what: 'saved', own: true, from: { name: 'Me' } }]);
  });
});

describe('EFFECT-5: a poll', () => {
  const POLL = { question: 'When?', options: ['today', 'never'], many: false };

  test('is sent, voted in, and closed', async () => {
    const { room, server, last, shown } = await talking();
    const key = keyOf(room.poll(POLL));
    expect(last('outbox')?.outgoing).toMatchObject([{ text: 'When?', poll: POLL }]);
    server.logSent();
    expect(room.vote(key, [1])).toEqual({ ok: true });
    server.logSent();
    expect(shown(key)?.poll?.options).toMatchObject([
      { text: 'today', voters: [], own: false },
      { text: 'never', voters: [{ name: 'Me' }], own: true },
    ]);
    vi.advanceTimersByTime(1_000);
    expect(room.closePoll(key)).toEqual({ ok: true });
    server.logSent();
    expect(shown(key)?.poll?.closed).toBe(true);
    expect(room.vote(key, [0])).toEqual({ ok: false, reason: 'closed' });
    expect(room.closePoll(key)).toEqual({ ok: false, reason: 'closed' });
  });

  test.each([
    ['wrong_options', { ...POLL, options: ['one'] }],
    ['wrong_options', { ...POLL, options: Array.from({ length: 11 }, () => 'x') }],
    ['empty', { ...POLL, question: ' ' }],
    ['empty', { ...POLL, options: ['a', ''] }],
    ['too_long', { ...POLL, question: 'x'.repeat(201) }],
    ['too_long', { ...POLL, options: ['a', 'x'.repeat(101)] }],
  ])('is refused as %s', async (reason, poll) => {
    const { room } = await talking();
    expect(room.poll(poll)).toEqual({ ok: false, reason });
  });

  test('takes only votes that fit', async () => {
    const { room, server, hear } = await talking();
    const key = keyOf(room.poll(POLL));
    server.logSent();
    expect(room.vote(key, [0, 1])).toEqual({ ok: false, reason: 'wrong_options' });
    expect(room.vote(key, [2])).toEqual({ ok: false, reason: 'wrong_options' });
    expect(room.vote(key, [0.5])).toEqual({ ok: false, reason: 'wrong_options' });
    expect(room.vote(hear('no poll').key, [0])).toEqual({ ok: false, reason: 'unknown_target' });
    expect(room.closePoll(hear('no poll').key)).toEqual({ ok: false, reason: 'unknown_target' });
  });
});

test('SEND-7: what is said about a message survives a reload', async () => {
  const { room, server, storage, hear } = await talking();
  const { key } = hear('done');
  server.wire.breakWith(1006);
  room.react(key, '👍');
  room.send('answer', { replyTo: key });
  room.close();
  const after = await enter({ storage });
  expect(after.outgoing()).toEqual(['answer:sending']);
  expect(after.last('pending')?.effects).toMatchObject([{ what: 'reaction', body: '👍' }]);
});

test('once the room is over, nothing is sent', async () => {
  const { room, hear, sent } = await talking();
  const { key } = hear('done');
  room.leave();
  const ended = { ok: false, reason: 'ended' };
  expect(room.send('x', { replyTo: key })).toEqual(ended);
  expect(room.edit(key, 'x')).toEqual(ended);
  expect(room.react(key, '👍')).toEqual(ended);
  expect(room.pin(key)).toEqual(ended);
  expect(room.noteSaved()).toEqual({ ok: false });
  expect(sent()).toEqual([]);
});
