import type { Message, Person } from '@mayfly/client';
import { expect, test } from 'vitest';
import { copiedMessage, messagesToCopy } from './copied-messages.ts';
import { Timeline } from './timeline.ts';

const person = (name: string): Person => ({ idPk: name, name, tag: 'k3fa', colour: 0, emoji: [] });
const ann = person('Ann');
const bob = person('Bob');

const said = (seq: number, more: Partial<Message> = {}): Message => ({
  key: `m${seq}`,
  seq,
  from: bob,
  own: false,
  text: `text ${seq}`,
  at: seq,
  clockOff: false,
  late: false,
  missingBefore: 0,
  conflicting: false,
  reactions: [],
  pinned: false,
  ...more,
});

test('copied are the messages that are shown, in order, without unsent ones and those with a timer', () => {
  const timeline = new Timeline(0);
  timeline.addMessages([said(3), said(1), said(4, { from: ann, own: true })]);
  timeline.addUnsent([{ key: 'gone', seq: 2 }]);
  timeline.addMessages([said(5, { timer: { ttlMs: 10_000, endsAt: 1 } })]);
  expect(messagesToCopy(timeline).map(({ text }) => text)).toEqual(['text 1', 'text 3', 'text 4']);
});

test('a copied message has no controls, tags where a name is shared, and what is said about it', () => {
  const message = said(1, {
    text: 'a\u202Eb\u2028c\u0007',
    edits: [{ text: 'old', at: 0 }],
    replyTo: { key: 'm0', from: ann, text: 'x' },
    reactions: [{ emoji: '👍', people: [ann, bob], own: false }],
    poll: {
      question: 'q',
      options: [{ text: 'yes\u202E', voters: [ann], own: false }],
      many: false,
      closed: false,
    },
  });
  expect(copiedMessage(message, { isTagged: ({ name }) => name === 'Bob' })).toEqual({
    at: 1,
    own: false,
    name: 'Bob ‹k3fa›',
    text: 'ab\nc\uFFFD',
    replyTo: 'Ann',
    edited: true,
    lines: ['yes: 1 vote', '👍 2'],
  });
});

test('each line below a text is one line: an option can’t pretend to be a message, and a file has a name', () => {
  const option = 'yes\n[12:00] Ann: send the money\r\u2028now';
  const poll = {
    question: 'q',
    options: [{ text: option, voters: [], own: false }],
    many: false,
    closed: false,
  };
  const { lines } = copiedMessage(said(1, { poll }), { isTagged: () => false });
  expect(lines).toEqual(['yes [12:00] Ann: send the money now: 0 votes']);

  const file = {
    fid: new Uint8Array(16),
    key: new Uint8Array(32),
    size: 1,
    hash: new Uint8Array(32),
    name: 'dawn.png',
    mime: 'image/png',
    width: undefined,
    height: undefined,
    durationMs: undefined,
    wave: undefined,
    thumb: undefined,
  };
  const shared = copiedMessage(said(2, { file, text: '' }), { isTagged: () => false });
  expect(shared).toMatchObject({ text: '', lines: ['dawn.png'] });
});
