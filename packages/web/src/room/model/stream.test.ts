import type { Message, Outgoing, Person } from '@mayfly/client';
import { describe, expect, test } from 'vitest';
import {
  type Bubble,
  type Placed,
  type StreamInput,
  type StreamItem,
  keepUnchanged,
  placeMessages,
  streamItems,
  timedBubble,
} from './stream.ts';
import type { Notice } from './notices.ts';
import { sharedNames } from './shared-names.ts';

const NOON = new Date(2026, 4, 10, 12, 0, 0).getTime();
const MINUTE = 60_000;

const person = (name: string, idPk = name): Person => ({ idPk, name, tag: 'k3F9', colour: 7, emoji: [] });
const juno = person('Juno');
const layla = person('ليلى');
const me = person('Sam');

function message(seq: number, from: Person, minutes: number, more: Partial<Message> = {}): Message {
  return {
    key: `m${seq}`,
    seq,
    from,
    own: from === me,
    text: `text ${seq}`,
    at: NOON + minutes * MINUTE,
    clockOff: false,
    late: false,
    missingBefore: 0,
    conflicting: false,
    ...more,
  };
}

const place = (...messages: Message[]): readonly Placed[] => placeMessages([], 0, messages);
const outgoing = (key: string, minutes: number): Outgoing => ({
  key,
  text: key,
  at: NOON + minutes * MINUTE,
  state: 'sending',
});
const notice = (type: 'joined' | 'left', after: number, minutes = 0): Notice => ({
  key: `${type}-${after}`,
  type,
  people: [juno],
  after: { log: 0, seq: after },
  at: NOON + minutes * MINUTE,
});

function items(input: Partial<StreamInput>): readonly StreamItem[] {
  return streamItems({
    placed: [],
    notices: [],
    outbox: [],
    firstUnread: undefined,
    sharedNames: new Set(),
    now: NOON + 60 * MINUTE,
    ...input,
  });
}

/** One line for each item: what a reader would see. */
const outline = (list: readonly StreamItem[]) =>
  list.map((item) => {
    if (item.type !== 'turn') return item.type === 'notice' ? item.notice.type : item.type;
    const keys = item.bubbles.map((b) => (b.type === 'message' ? b.message.key : `(${b.outgoing.key})`));
    return `${item.person?.name ?? 'me'}: ${keys.join(' ')}`;
  });

describe('turns', () => {
  test('group what one person wrote within five minutes', () => {
    const placed = place(message(2, juno, 0), message(3, juno, 4), message(4, me, 5), message(5, juno, 6));
    expect(outline(items({ placed }))).toEqual(['Juno: m2 m3', 'me: m4', 'Juno: m5']);
  });

  test('begin anew after five minutes of silence, counted from the last bubble', () => {
    const placed = place(
      message(2, juno, 0),
      message(3, juno, 4),
      message(4, juno, 8.9),
      message(5, juno, 13.9),
    );
    expect(outline(items({ placed }))).toEqual(['Juno: m2 m3 m4', 'Juno: m5']);
  });

  test('begin anew when somebody renames themselves', () => {
    const placed = place(message(2, juno, 0), message(3, person('June', 'Juno'), 1));
    expect(outline(items({ placed }))).toEqual(['Juno: m2', 'June: m3']);
  });

  test('two people of one name are two, and both are tagged', () => {
    const other = person('Juno', 'another key');
    const list = items({
      placed: place(message(2, juno, 0), message(3, other, 1), message(4, layla, 2)),
      sharedNames: sharedNames([juno, other, layla]),
    });
    expect(list.map((item) => item.type === 'turn' && item.tagged)).toEqual([true, true, false]);
  });

  test('a notice ends a turn', () => {
    const placed = place(message(2, juno, 0), message(3, juno, 1));
    expect(outline(items({ placed, notices: [notice('joined', 2)] }))).toEqual([
      'Juno: m2',
      'joined',
      'Juno: m3',
    ]);
  });
});

describe('order', () => {
  test('follows seq whatever the order of arrival and whatever the clocks say', () => {
    const placed = placeMessages(place(message(5, juno, 0)), 0, [message(3, layla, 9), message(2, juno, 3)]);
    expect(outline(items({ placed }))).toEqual(['Juno: m2', 'ليلى: m3', 'Juno: m5']);
  });

  test('a notice stands where it came in the log', () => {
    const placed = place(message(2, juno, 0), message(3, layla, 0), message(4, layla, 0));
    const notices = [notice('joined', 0), notice('left', 3), notice('joined', 9)];
    expect(outline(items({ placed, notices }))).toEqual([
      'joined',
      'Juno: m2',
      'ليلى: m3',
      'left',
      'ليلى: m4',
      'joined',
    ]);
  });

  test('history that comes later goes above a notice that stands after it', () => {
    const notices = [notice('left', 4)];
    const placed = placeMessages(place(message(4, layla, 1)), 0, [message(2, juno, 0)]);
    expect(outline(items({ placed, notices }))).toEqual(['Juno: m2', 'ليلى: m4', 'left']);
  });

  test('another log comes after the one before, though its numbers begin anew', () => {
    const placed = placeMessages(place(message(7, juno, 0)), 1, [message(2, layla, 1, { key: 'new' })]);
    const reset: Notice = { key: 'r', type: 'reset', reason: 'new_log', after: { log: 0, seq: 7 }, at: NOON };
    expect(outline(items({ placed, notices: [reset] }))).toEqual(['Juno: m7', 'reset', 'ليلى: new']);
  });

  test('a message told again keeps its place and takes the new marks', () => {
    const before = place(message(2, juno, 0), message(3, layla, 0));
    const after = placeMessages(before, 1, [message(9, juno, 0, { key: 'm2', conflicting: true })]);
    expect(after.map(({ log, message: { key, conflicting } }) => [log, key, conflicting])).toEqual([
      [0, 'm2', true],
      [0, 'm3', false],
    ]);
  });
});

describe('own messages', () => {
  test('wait at the end, in their order, joined to the own turn before them', () => {
    const placed = place(message(2, me, 0));
    const list = items({ placed, outbox: [outgoing('a', 1), outgoing('b', 2)] });
    expect(outline(list)).toEqual(['me: m2 (a) (b)']);
  });

  test('keep turn and bubble when the echo comes', () => {
    const before = items({ outbox: [outgoing('a', 0), outgoing('b', 0)] });
    const after = items({ placed: place(message(2, me, 0, { key: 'a' })), outbox: [outgoing('b', 0)] });
    expect(outline(before)).toEqual(['me: (a) (b)']);
    expect(outline(after)).toEqual(['me: a (b)']);
    expect(after.map((item) => item.key)).toEqual(before.map((item) => item.key));
  });

  test('are never shown twice while echo and outbox overlap', () => {
    const placed = place(message(2, me, 0, { key: 'a' }));
    expect(outline(items({ placed, outbox: [outgoing('a', 0)] }))).toEqual(['me: a']);
  });
});

describe('RECV-4: a message that was delivered long after it was written', () => {
  const late = message(4, juno, -60, { late: true });

  test('stands at its place in the log, in the turn of its sender', () => {
    const placed = place(message(2, layla, 0), message(3, juno, 0), late, message(5, juno, 1));
    expect(outline(items({ placed }))).toEqual(['ليلى: m2', 'Juno: m3 m4 m5']);
  });

  test('divides no days, and keeps what follows it in its turn', () => {
    const yesterday = message(2, juno, -24 * 60, { late: true });
    const placed = place(yesterday, message(3, juno, 0), message(4, juno, 6));
    expect(outline(items({ placed }))).toEqual(['Juno: m2 m3', 'Juno: m4']);
    const tomorrow = NOON + 24 * 60 * MINUTE;
    expect(outline(items({ placed, now: tomorrow }))).toEqual(['Juno: m2', 'day', 'Juno: m3', 'Juno: m4']);
  });

  test('gives its turn no time', () => {
    const onTime: Bubble = { type: 'message', message: message(3, juno, 0) };
    expect(timedBubble([{ type: 'message', message: late }, onTime])).toBe(onTime);
    expect(timedBubble([{ type: 'message', message: late }])).toBeUndefined();
  });
});

describe('dividers', () => {
  const nextDay = 24 * 60;

  test('a day that is today has none', () => {
    expect(outline(items({ placed: place(message(2, juno, 0)) }))).toEqual(['Juno: m2']);
  });

  test('each day has one when the stream began earlier', () => {
    const placed = place(message(2, juno, 0), message(3, juno, 1), message(4, juno, nextDay));
    expect(outline(items({ placed, now: NOON + nextDay * MINUTE }))).toEqual([
      'day',
      'Juno: m2 m3',
      'day',
      'Juno: m4',
    ]);
  });

  test('a clock that goes back divides nothing', () => {
    const placed = place(message(2, juno, nextDay), message(3, layla, 0), message(4, juno, nextDay));
    const list = outline(items({ placed, now: NOON + nextDay * MINUTE }));
    expect(list).toEqual(['Juno: m2', 'ليلى: m3', 'Juno: m4']);
  });

  test('what has not been seen begins with a divider of its own', () => {
    const placed = place(message(2, juno, 0), message(3, juno, 0), message(4, juno, 0));
    expect(outline(items({ placed, firstUnread: 'm3' }))).toEqual(['Juno: m2', 'new', 'Juno: m3 m4']);
  });

  test('missing messages are told right before the next of that person', () => {
    const placed = place(message(2, juno, 0), message(3, juno, 0, { missingBefore: 2 }));
    const list = items({ placed });
    expect(outline(list)).toEqual(['Juno: m2', 'missing', 'Juno: m3']);
    expect(list[1]).toMatchObject({ count: 2, person: juno });
  });
});

describe('keepUnchanged', () => {
  const placed = place(message(2, juno, 0), message(3, layla, 0));

  test('keeps the very objects of what says the same', () => {
    const notices = [notice('joined', 0)];
    const before = items({ placed, notices });
    const after = items({ placed, notices, outbox: [outgoing('a', 1)] });
    const kept = keepUnchanged(before, after);
    expect(kept.slice(0, 3).map((item, i) => item === before[i])).toEqual([true, true, true]);
    expect(kept).toEqual(after);
  });

  test.each<[string, Partial<StreamInput>]>([
    ['a mark changes', { placed: placeMessages(placed, 0, [message(3, layla, 0, { conflicting: true })]) }],
    ['a name gets shared', { placed, sharedNames: new Set(['ليلى']) }],
    ['a bubble joins', { placed: placeMessages(placed, 0, [message(4, layla, 1)]) }],
  ])('takes the new object when %s', (_, change) => {
    const before = items({ placed });
    const [same, changed] = keepUnchanged(before, items(change));
    expect(same).toBe(before[0]);
    expect(changed).not.toBe(before[1]);
  });

  test('keys are unique over 2,000 messages', () => {
    const many = place(
      ...Array.from({ length: 2000 }, (_, i) => message(i + 2, i % 3 ? juno : layla, i / 10)),
    );
    const list = items({ placed: many, firstUnread: 'm1000', notices: [notice('joined', 500)] });
    expect(new Set(list.map((item) => item.key)).size).toBe(list.length);
  });
});
