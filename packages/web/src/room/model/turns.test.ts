import type { Message, Outgoing, Person } from '@mayfly/client';
import { describe, expect, test } from 'vitest';
import { Timeline } from './timeline.ts';
import { type Bubble, timedBubble } from './turns.ts';

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
    reactions: [],
    pinned: false,
    ...more,
  };
}

const outgoing = (key: string, minutes: number): Outgoing => ({
  key,
  text: key,
  at: NOON + minutes * MINUTE,
  state: 'sending',
});

function timelineOf(...messages: readonly Message[]): Timeline {
  const timeline = new Timeline(NOON + 60 * MINUTE);
  timeline.addMessages(messages);
  return timeline;
}

const joins = (timeline: Timeline, who: Person) =>
  timeline.notice((notices, after) => notices.joined(who, NOON, after));

/** One line for each item: what a reader would see. */
const outline = ({ blocks }: Timeline) =>
  blocks.value.flatMap(({ items }) =>
    items.value.map((item) => {
      if (item.type !== 'turn') return item.type === 'notice' ? item.notice.type : item.type;
      const keys = item.bubbles.map((b) => (b.type === 'message' ? b.message.key : `(${b.outgoing.key})`));
      return `${item.person?.name ?? 'me'}: ${keys.join(' ')}`;
    }),
  );

describe('a turn', () => {
  test('is what one person wrote, with less than five minutes between', () => {
    const timeline = timelineOf(
      message(2, juno, 0),
      message(3, juno, 4),
      message(4, me, 5),
      message(5, juno, 6),
    );
    expect(outline(timeline)).toEqual(['Juno: m2 m3', 'me: m4', 'Juno: m5']);
  });

  test('ends after five minutes of silence, counted from its last message', () => {
    const timeline = timelineOf(
      message(2, juno, 0),
      message(3, juno, 4),
      message(4, juno, 8.9),
      message(5, juno, 13.9),
    );
    expect(outline(timeline)).toEqual(['Juno: m2 m3 m4', 'Juno: m5']);
  });

  test('ends when its author changes their name', () => {
    const timeline = timelineOf(message(2, juno, 0), message(3, person('June', 'Juno'), 1));
    expect(outline(timeline)).toEqual(['Juno: m2', 'June: m3']);
  });

  test('ends at a notice', () => {
    const timeline = timelineOf(message(2, juno, 0));
    joins(timeline, layla);
    timeline.addMessages([message(3, juno, 1)]);
    expect(outline(timeline)).toEqual(['Juno: m2', 'joined', 'Juno: m3']);
  });

  test('of 32 messages ends where the log reaches a multiple of 32, wherever late messages stand', () => {
    const seqs = Array.from({ length: 90 }, (_, i) => i + 10).filter((seq) => seq !== 20);
    const timeline = timelineOf(...seqs.map((seq) => message(seq, juno, 0)));
    const ends = ['Juno: m10 … m63', 'Juno: m64 … m95', 'Juno: m96 … m99'];
    const short = () => outline(timeline).map((line) => line.replace(/(m\d+) .* (m\d+)/, '$1 … $2'));
    expect(short()).toEqual(ends);
    timeline.addMessages([message(20, juno, 0)]);
    expect(short()).toEqual(ends);
  });
});

describe('order', () => {
  test('follows seq, whatever the order of arrival and whatever the clocks say', () => {
    const timeline = timelineOf(message(5, juno, 0));
    timeline.addMessages([message(3, layla, 9), message(2, juno, 3)]);
    expect(outline(timeline)).toEqual(['Juno: m2', 'ليلى: m3', 'Juno: m5']);
  });

  test('a notice stays behind the message that was the newest then', () => {
    const timeline = timelineOf(message(4, layla, 1));
    joins(timeline, me);
    timeline.addMessages([message(2, juno, 0), message(5, juno, 1)]);
    expect(outline(timeline)).toEqual(['Juno: m2', 'ليلى: m4', 'joined', 'Juno: m5']);
  });

  test('another log comes after the one before, though its numbers begin anew', () => {
    const timeline = timelineOf(message(7, juno, 0));
    timeline.notice((notices, after) => notices.add({ type: 'reset', reason: 'new_log' }, NOON, after));
    timeline.beginLog();
    timeline.addMessages([message(2, layla, 1, { key: 'new' })]);
    expect(outline(timeline)).toEqual(['Juno: m7', 'reset', 'ليلى: new']);
  });

  test('a known message keeps its place and takes the new marks', () => {
    const timeline = timelineOf(message(2, juno, 0), message(3, layla, 0));
    timeline.beginLog();
    const added = timeline.addMessages([message(9, juno, 0, { key: 'm2', conflicting: true })]);
    expect(added).toEqual([]);
    expect(outline(timeline)).toEqual(['Juno: m2', 'ليلى: m3']);
    const [item] = timeline.blocks.value[0]?.items.value ?? [];
    expect(item).toMatchObject({ bubbles: [{ message: { key: 'm2', seq: 2, conflicting: true } }] });
  });
});

describe('our own messages', () => {
  test('wait at the end, in their order, joined to our turn before them', () => {
    const timeline = timelineOf(message(2, me, 0));
    timeline.setOutbox([outgoing('a', 1), outgoing('b', 2)]);
    expect(outline(timeline)).toEqual(['me: m2 (a) (b)']);
    timeline.setOutbox([outgoing('b', 2), outgoing('a', 1)]);
    expect(outline(timeline)).toEqual(['me: m2 (b) (a)']);
  });

  test('keep turn and bubble when the echo comes', () => {
    const timeline = timelineOf();
    const keys = () => timeline.blocks.value.flatMap(({ items }) => items.value.map(({ key }) => key));
    timeline.setOutbox([outgoing('a', 0), outgoing('b', 0)]);
    const before = keys();
    expect(outline(timeline)).toEqual(['me: (a) (b)']);
    timeline.addMessages([message(2, me, 0, { key: 'a' })]);
    expect(outline(timeline)).toEqual(['me: a (b)']);
    timeline.setOutbox([outgoing('b', 0)]);
    expect(outline(timeline)).toEqual(['me: a (b)']);
    expect(keys()).toEqual(before);
  });

  test('are never shown twice while echo and outbox overlap', () => {
    const timeline = timelineOf(message(2, me, 0, { key: 'a' }));
    timeline.setOutbox([outgoing('a', 0)]);
    expect(outline(timeline)).toEqual(['me: a']);
  });
});

test('a message that was taken back is a line at its place in the log, once, and ends a turn', () => {
  const timeline = timelineOf(message(3, juno, 0), message(5, juno, 0));
  for (let i = 0; i < 2; i++)
    timeline.addUnsent([
      { key: 'h2', seq: 2 },
      { key: 'h4', seq: 4 },
    ]);
  expect(outline(timeline)).toEqual(['unsent', 'Juno: m3', 'unsent', 'Juno: m5']);
  expect(timeline.firstSeq.value).toBe(2);
  expect(timeline.messagesSeen).toBe(2);
});

describe('RECV-4: a message that was delivered long after it was written', () => {
  const late = message(4, juno, -60, { late: true });

  test('stands at its place in the log, in the turn of its sender', () => {
    const timeline = timelineOf(message(2, layla, 0), message(3, juno, 0), late, message(5, juno, 1));
    expect(outline(timeline)).toEqual(['ليلى: m2', 'Juno: m3 m4 m5']);
  });

  test('divides no days, and keeps what follows it in its turn', () => {
    const yesterday = message(2, juno, -24 * 60, { late: true });
    const timeline = timelineOf(yesterday, message(3, juno, 0), message(4, juno, 6));
    expect(outline(timeline)).toEqual(['Juno: m2 m3', 'Juno: m4']);
    timeline.setNow(NOON + 24 * 60 * MINUTE);
    expect(outline(timeline)).toEqual(['Juno: m2', 'day', 'Juno: m3', 'Juno: m4']);
  });

  test('gives its turn no time', () => {
    const onTime: Bubble = { type: 'message', message: message(3, juno, 0) };
    expect(timedBubble([{ type: 'message', message: late }, onTime])).toBe(onTime);
    expect(timedBubble([{ type: 'message', message: late }])).toBeUndefined();
  });
});

describe('dividers', () => {
  const nextDay = 24 * 60;

  test('today has none', () => {
    expect(outline(timelineOf(message(2, juno, 0)))).toEqual(['Juno: m2']);
  });

  test('each day has one once the first day is over', () => {
    const timeline = timelineOf(message(2, juno, 0), message(3, juno, 1), message(4, juno, nextDay));
    expect(outline(timeline)).toEqual(['Juno: m2 m3', 'day', 'Juno: m4']);
    timeline.setNow(NOON + nextDay * MINUTE);
    expect(outline(timeline)).toEqual(['day', 'Juno: m2 m3', 'day', 'Juno: m4']);
  });

  test('a clock that goes back divides nothing', () => {
    const timeline = timelineOf(message(2, juno, nextDay), message(3, layla, 0), message(4, juno, nextDay));
    timeline.setNow(NOON + nextDay * MINUTE);
    expect(outline(timeline)).toEqual(['Juno: m2', 'ليلى: m3', 'Juno: m4']);
  });

  test('what is unread begins with a divider', () => {
    const timeline = timelineOf(message(2, juno, 0), message(3, juno, 0), message(4, juno, 0));
    timeline.markUnread('m3');
    expect(outline(timeline)).toEqual(['Juno: m2', 'new', 'Juno: m3 m4']);
    timeline.markUnread(undefined);
    expect(outline(timeline)).toEqual(['Juno: m2 m3 m4']);
  });

  test('a line says how many messages are missing, right before the next of that person', () => {
    const timeline = timelineOf(message(2, juno, 0), message(3, juno, 0, { missingBefore: 2 }));
    expect(outline(timeline)).toEqual(['Juno: m2', 'missing', 'Juno: m3']);
    expect(timeline.blocks.value[0]?.items.value[1]).toMatchObject({ count: 2, person: juno });
  });
});

test('keys are unique over 2,000 messages', () => {
  const timeline = timelineOf(
    ...Array.from({ length: 2000 }, (_, i) => message(i + 2, i % 3 ? juno : layla, i / 10)),
  );
  timeline.markUnread('m1000');
  joins(timeline, me);
  const keys = timeline.blocks.value.flatMap(({ items }) => items.value.map(({ key }) => key));
  expect(new Set(keys).size).toBe(keys.length);
});
