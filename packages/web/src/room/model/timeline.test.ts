import type { Message, Outgoing, Person } from '@mayfly/client';
import { describe, expect, test } from 'vitest';
import { effect } from '@preact/signals';
import { Notices } from './notices.ts';
import { BLOCK_LENGTH_MAX } from './item-blocks.ts';
import { Timeline } from './timeline.ts';
import { type Item, LONG_TURN } from './turns.ts';

const NOON = new Date(2026, 4, 10, 12, 0, 0).getTime();
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const person = (name: string, idPk = name): Person => ({ idPk, name, tag: 'k3F9', colour: 7, emoji: [] });
const [juno, june, layla, me] = [person('Juno'), person('June', 'Juno'), person('ليلى'), person('Sam')];
const PEOPLE = [juno, juno, june, layla, me];

function message(seq: number, from: Person, at: number, more: Partial<Message> = {}): Message {
  return {
    key: `m${seq}`,
    seq,
    from,
    own: from === me,
    text: `text ${seq}`,
    at,
    clockOff: false,
    late: false,
    missingBefore: 0,
    conflicting: false,
    reactions: [],
    pinned: false,
    ...more,
  };
}

const itemsOf = (timeline: Timeline) => timeline.blocks.value.flatMap(({ items }) => items.value);

const startOfDay = (at: number) => new Date(at).setHours(0, 0, 0, 0);

/** Everything from scratch: what the timeline shows must be the same, however it came about. */
class Recomputed {
  readonly notices = new Notices();
  placed: { readonly log: number; readonly message: Message }[] = [];
  outbox: readonly Outgoing[] = [];
  firstUnread: string | undefined;
  now = NOON;
  log = 0;

  addMessages(messages: readonly Message[]): void {
    for (const one of messages) {
      const known = this.placed.findIndex(({ message: { key } }) => key === one.key);
      const {
        log,
        message: { seq },
      } = this.placed[known] ?? { log: this.log, message: one };
      if (known >= 0) this.placed.splice(known, 1, { log, message: { ...one, seq } });
      else this.placed.push({ log, message: one });
    }
    this.placed.sort((a, b) => a.log - b.log || a.message.seq - b.message.seq);
  }

  remove(keys: readonly string[]): void {
    this.placed = this.placed.filter(({ message: { key } }) => !keys.includes(key));
  }

  notice(change: Parameters<Timeline['notice']>[0]): void {
    const newest = this.placed.at(-1);
    change(this.notices, { log: this.log, seq: newest?.log === this.log ? newest.message.seq : 0 });
  }

  items(): readonly Item[] {
    const items: Item[] = [];
    const first = this.placed.find((one) => !one.message.late)?.message.at ?? this.notices.list[0]?.at;
    let day = startOfDay(this.now);
    if (first !== undefined && startOfDay(first) < day) day = 0;
    let turn: { item: Item & { type: 'turn' }; times: number[]; lastSeq: number | undefined } | undefined;
    const close = (item: Item) => {
      items.push(item);
      turn = undefined;
    };
    const divide = (at: number, key: string) => {
      if (startOfDay(at) <= day) return;
      day = startOfDay(at);
      close({ type: 'day', key: `day-${key}`, at });
    };
    const join = (who: Person | undefined, at: number | undefined, seq: number | undefined) => {
      if (turn === undefined || turn.item.person?.idPk !== who?.idPk || turn.item.person?.name !== who?.name)
        return;
      if (at !== undefined && turn.times.length > 0 && at - Math.max(...turn.times) >= 5 * MINUTE) return;
      const isLong = turn.item.bubbles.length >= LONG_TURN && seq !== undefined;
      if (isLong && Math.floor(seq / LONG_TURN) !== Math.floor((turn.lastSeq ?? Number.NaN) / LONG_TURN))
        return;
      return turn;
    };
    const add = (
      who: Person | undefined,
      at: number | undefined,
      seq: number | undefined,
      key: string,
      bubble: (Item & { type: 'turn' })['bubbles'][number],
    ) => {
      const joined = join(who, at, seq);
      if (joined === undefined) {
        turn = {
          item: { type: 'turn', key: `turn-${key}`, person: who, bubbles: [bubble] },
          times: [],
          lastSeq: seq,
        };
        items.push(turn.item);
      } else {
        turn = {
          ...joined,
          item: { ...joined.item, bubbles: [...joined.item.bubbles, bubble] },
          lastSeq: seq ?? joined.lastSeq,
        };
        items[items.length - 1] = turn.item;
      }
      if (at !== undefined) turn?.times.push(at);
    };
    const waiting = [...this.notices.list];
    const addNotices = (until: (notice: (typeof waiting)[number]) => boolean) => {
      while (waiting[0] !== undefined && until(waiting[0])) {
        const [notice] = waiting.splice(0, 1);
        if (notice === undefined) return;
        divide(notice.at, notice.key);
        close({ type: 'notice', key: notice.key, notice });
      }
    };
    for (const { log, message: one } of this.placed) {
      addNotices(({ after }) => after.log < log || (after.log === log && after.seq < one.seq));
      if (!one.late) divide(one.at, one.key);
      if (one.key === this.firstUnread) close({ type: 'new', key: 'new' });
      if (one.missingBefore > 0)
        close({ type: 'missing', key: `missing-${one.key}`, count: one.missingBefore, person: one.from });
      add(one.own ? undefined : one.from, one.late ? undefined : one.at, one.seq, one.key, {
        type: 'message',
        message: one,
      });
    }
    addNotices(() => true);
    for (const outgoing of this.outbox) {
      if (this.placed.some(({ message: { key } }) => key === outgoing.key)) continue;
      divide(outgoing.at, outgoing.key);
      add(undefined, outgoing.at, undefined, outgoing.key, { type: 'outgoing', outgoing });
    }
    return items;
  }
}

/** Both are told the same. */
class Pair {
  readonly timeline = new Timeline(NOON);
  readonly recomputed = new Recomputed();
  readonly #random: () => number;
  #at = NOON;
  #seq = 1;
  #free: number[] = [];
  #made = 0;

  constructor(seed: number) {
    this.#random = seeded(seed);
  }

  readonly steps: readonly (() => void)[] = [
    () => this.#messages([this.#next()]),
    () => this.#messages([this.#next()]),
    () => this.#messages(Array.from({ length: this.#below(90) }, () => this.#next())),
    // One person writes on and on.
    () =>
      this.#messages(
        Array.from({ length: this.#below(90) }, () => this.#next({ from: juno, own: false, late: false })),
      ),
    () => this.#skip(this.#below(6)),
    () => this.#messages(this.#gap()),
    () => this.#messages(this.#gap()),
    () => this.#messages(this.#again()),
    () => this.#remove(),
    () => this.#notice((who, notices, after) => notices.joined(who, this.#at, after)),
    () => this.#notice((who, notices, after) => notices.left(who, this.#at, after)),
    () => this.#notice((who, notices, after) => notices.left(who, this.#at, after, this.#at)),
    () => this.#notice((_, notices, after) => notices.pass(this.#at, after)),
    () => this.#outbox([...this.recomputed.outbox, this.#outgoing(`o${this.#made++}`)]),
    () => this.#outbox([...this.recomputed.outbox, this.#outgoing(`o${this.#made++}`)]),
    () => this.#outbox(this.recomputed.outbox.map((one) => ({ ...one, state: 'waiting' }))),
    () => this.#outbox(this.recomputed.outbox.filter(() => this.#random() < 0.8)),
    () => this.#outbox(shuffled(this.recomputed.outbox, this.#random)),
    () => this.#echo(),
    () => this.#echo(),
    () => this.#markUnread(this.#known()?.key),
    () => this.#markUnread(undefined),
    () => this.#newLog(),
    () => this.#sleep(),
  ];

  step(): void {
    this.#pick(this.steps)();
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)] ?? expect.unreachable();
  }

  #below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  #next(more: Partial<Message> = {}): Message {
    this.#at +=
      this.#below(4) * MINUTE * (this.#random() < 0.1 ? -30 : 1) + (this.#random() < 0.01 ? DAY : 0);
    this.#seq += 1;
    return this.#message(this.#seq, more);
  }

  #message(seq: number, more: Partial<Message> = {}): Message {
    return message(seq, this.#pick(PEOPLE), this.#at, {
      key: `${this.recomputed.log}-${seq}`,
      late: this.#random() < 0.1,
      missingBefore: this.#random() < 0.05 ? 2 : 0,
      ...more,
    });
  }

  #skip(count: number): void {
    for (let i = 0; i < count; i++) this.#free.push(++this.#seq);
  }

  #gap(): readonly Message[] {
    const seq = this.#free.splice(this.#below(this.#free.length), 1)[0];
    return seq === undefined ? [] : [this.#message(seq)];
  }

  #known(): Message | undefined {
    return this.recomputed.placed[this.#below(this.recomputed.placed.length)]?.message;
  }

  #again(): readonly Message[] {
    const known = this.#known();
    return known ? [{ ...known, seq: 1, conflicting: true, late: this.#random() < 0.5 }] : [];
  }

  #remove(): void {
    const keys = [this.#known()?.key, this.#known()?.key, 'unknown'].filter((key) => key !== undefined);
    this.timeline.remove(keys);
    this.recomputed.remove(keys);
  }

  #outgoing(key: string): Outgoing {
    return { key, text: key, at: this.#at, state: 'sending' };
  }

  #echo(): void {
    const [first, ...others] = this.recomputed.outbox;
    if (first === undefined) return;
    this.#messages([this.#next({ key: first.key, from: me, own: true, at: first.at })]);
    if (this.#random() < 0.5) this.#outbox(others);
  }

  #messages(messages: readonly Message[]): void {
    this.recomputed.addMessages(messages);
    this.timeline.addMessages(messages);
  }

  #outbox(outgoing: readonly Outgoing[]): void {
    this.recomputed.outbox = outgoing;
    this.timeline.setOutbox(outgoing);
  }

  #notice(change: (who: Person, ...more: Parameters<Parameters<Timeline['notice']>[0]>) => void): void {
    const who = this.#pick(PEOPLE);
    this.recomputed.notice((...more) => change(who, ...more));
    this.timeline.notice((...more) => change(who, ...more));
  }

  #markUnread(key: string | undefined): void {
    this.recomputed.firstUnread = key;
    this.timeline.markUnread(key);
  }

  #newLog(): void {
    if (this.#random() > 0.2) return;
    this.recomputed.log += 1;
    this.timeline.beginLog();
    this.#seq = 1;
    this.#free = [];
  }

  #sleep(): void {
    if (this.#random() < 0.3)
      this.recomputed.now = Math.max(this.recomputed.now, this.#at) + this.#below(2) * DAY;
    this.timeline.setNow(this.recomputed.now);
  }
}

function shuffled<T>(list: readonly T[], random: () => number): readonly T[] {
  const drawn = list.map((one) => ({ one, order: random() }));
  return drawn.sort((a, b) => a.order - b.order).map(({ one }) => one);
}

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

test.each(Array.from({ length: 8 }, (_, seed) => seed))(
  'shows what a full recomputation shows, after each of many changes (seed %i)',
  (seed) => {
    const pair = new Pair(seed);
    for (let i = 0; i < 150; i++) {
      pair.step();
      expect(itemsOf(pair.timeline)).toEqual(pair.recomputed.items());
    }
  },
);

test('shows the same however messages come: one by one, in batches, at once, in any order', () => {
  const random = seeded(7);
  const all = Array.from({ length: 400 }, (_, i) =>
    message(i + 2, juno, NOON + Math.floor(i / 60) * 9 * MINUTE),
  );
  const whole = new Timeline(NOON);
  whole.addMessages(all);
  const single = new Timeline(NOON);
  for (const one of shuffled(all, random)) single.addMessages([one]);
  const batches = new Timeline(NOON);
  for (let i = 0; i < all.length; i += 70) batches.addMessages(all.slice(i, i + 70));
  expect(itemsOf(single)).toEqual(itemsOf(whole));
  expect(itemsOf(batches)).toEqual(itemsOf(whole));
});

/** A timeline with even numbers in it, and how often a message was looked at, or an item or block drawn anew. */
function shown(size: number) {
  let work = 0;
  const counted = (seq: number, more: Partial<Message> = {}) =>
    new Proxy(message(seq, PEOPLE[seq % 7] ?? juno, NOON + seq * 10_000, more), {
      get: (target, property) => {
        work += 1;
        return Reflect.get(target, property);
      },
    });
  const timeline = new Timeline(NOON);
  timeline.addMessages(Array.from({ length: size }, (_, i) => counted(2 * i + 2)));
  const watched = new Set<number>();
  effect(() => {
    work += timeline.blocks.value.length;
    for (const { key, items } of timeline.blocks.value) {
      if (watched.has(key)) continue;
      watched.add(key);
      effect(() => {
        work += items.value.length;
      });
    }
  });
  return { timeline, counted, end: 2 * size, middle: 2 * Math.floor(size / 2), workSoFar: () => work };
}

type Shown = ReturnType<typeof shown>;

const outgoing = (key: string, at: number): Outgoing => ({ key, text: key, at, state: 'sending' });

describe('the work of a change is the same with 500 messages shown and with 10,000', () => {
  test.each<[string, (shown: Shown, round: number) => void]>([
    ['a message', ({ timeline, counted, end }, i) => timeline.addMessages([counted(end + 2 * i + 2)])],
    [
      'a late message',
      ({ timeline, counted, middle }, i) => timeline.addMessages([counted(middle + 2 * i + 1)]),
    ],
    [
      'a mark',
      ({ timeline, counted, middle }, i) =>
        timeline.addMessages([counted(middle + 2 * i, { conflicting: true })]),
    ],
    [
      'a message of our own and its echo',
      ({ timeline, counted, end }, i) => {
        const key = `own${i}`;
        timeline.setOutbox([outgoing(key, NOON + end * 10_000)]);
        timeline.addMessages([counted(end + 2 * i + 2, { key, own: true })]);
        timeline.setOutbox([]);
      },
    ],
    [
      'somebody comes',
      ({ timeline }, i) => timeline.notice((notices, after) => notices.joined(person(`p${i}`), NOON, after)),
    ],
    ['the divider of what is new', ({ timeline, middle }, i) => timeline.markUnread(`m${middle - 2 * i}`)],
    ['another day', ({ timeline }, i) => timeline.setNow(NOON + i * DAY)],
  ])('%s', (_, change) => {
    const [few, many] = [500, 10_000].map((size) => {
      const room = shown(size);
      const before = room.workSoFar();
      for (let round = 0; round < 100; round++) change(room, round);
      return (room.workSoFar() - before) / 100;
    });
    expect(few).toBeGreaterThan(1);
    expect(many).toBeLessThanOrEqual(1.5 * (few ?? 0));
  });
});

test('what says the same stays the same object, so it is not drawn again', () => {
  const timeline = new Timeline(NOON);
  timeline.addMessages(Array.from({ length: 200 }, (_, i) => message(2 * i + 2, i % 3 ? juno : layla, NOON)));
  const before = itemsOf(timeline);
  timeline.addMessages([message(201, layla, NOON), message(402, juno, NOON)]);
  timeline.setOutbox([outgoing('mine', NOON)]);
  const kept = new Set(before);
  const fresh = itemsOf(timeline).filter((item) => !kept.has(item));
  expect(fresh.map(({ key }) => key)).toEqual(['turn-m200', 'turn-m400', 'turn-mine']);
});

test('an echo goes into the block of the bubble that waited for it: the bubble stays', () => {
  const timeline = new Timeline(NOON);
  const blockOf = (key: string) =>
    timeline.blocks.value.find(({ items }) =>
      items.value.some(
        (item) => item.type === 'turn' && JSON.stringify(item.bubbles).includes(`"key":"${key}"`),
      ),
    );
  for (let i = 2; i < 100; i++) {
    const key = `own${i}`;
    timeline.setOutbox([outgoing(key, NOON)]);
    const waiting = blockOf(key);
    timeline.addMessages([message(i, i % 3 ? me : juno, NOON, { key })]);
    expect(blockOf(key)).toBe(waiting);
    timeline.setOutbox([]);
  }
});

test('blocks stay short, whoever writes and wherever late messages stand', () => {
  const timeline = new Timeline(NOON);
  const random = seeded(3);
  const seqs = Array.from({ length: 4000 }, (_, i) => i + 2);
  for (const seq of [
    ...seqs.filter((i) => i % 4 === 0),
    ...shuffled(
      seqs.filter((i) => i % 4 > 0),
      random,
    ),
  ])
    timeline.addMessages([message(seq, juno, NOON)]);
  const lengths = timeline.blocks.value.map(({ items }) =>
    items.value.reduce((sum, item) => sum + (item.type === 'turn' ? item.bubbles.length : 1), 0),
  );
  expect(lengths.reduce((sum, length) => sum + length)).toBe(4000);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(BLOCK_LENGTH_MAX + 2 * LONG_TURN);
});

test('a history that comes in pieces, the newest first, shows the same as in one, in blocks as short', () => {
  const history = Array.from({ length: 1_200 }, (_, i) =>
    message(i + 1, PEOPLE[Math.floor(i / 3) % PEOPLE.length] ?? juno, NOON + (i * MINUTE) / 4),
  );
  const atOnce = new Timeline(NOON);
  atOnce.addMessages(history);
  const inPieces = new Timeline(NOON);
  for (let to = history.length; to > 0; to -= 256)
    inPieces.addMessages(history.slice(Math.max(0, to - 256), to));
  expect(itemsOf(inPieces)).toEqual(itemsOf(atOnce));
  expect(inPieces.firstSeq.value).toBe(1);
  expect(inPieces.blocks.value.length).toBeGreaterThan(0.8 * atOnce.blocks.value.length);
});

test('past their number, the oldest messages are dropped, and stay away; all of them were seen', () => {
  const timeline = new Timeline(NOON, 100);
  timeline.notice((notices, after) => notices.joined(layla, NOON, after));
  timeline.addMessages(Array.from({ length: 250 }, (_, i) => message(i + 2, juno, NOON)));
  expect(timeline.addMessages([message(20, juno, NOON), message(252, juno, NOON)])).toHaveLength(1);
  const items = itemsOf(timeline);
  const seqs = items
    .flatMap((item) => (item.type === 'turn' ? item.bubbles : []))
    .flatMap((bubble) => (bubble.type === 'message' ? [bubble.message.seq] : []));
  expect(items[0]?.type).toBe('notice');
  expect(seqs).toEqual(Array.from({ length: 100 }, (_, i) => i + 153));
  expect(timeline.messagesSeen).toBe(251);
  expect(timeline.firstSeq.value).toBe(153);
});

test('a change at the end of one block reaches the beginning of the next', () => {
  const timeline = new Timeline(NOON);
  const before = Array.from({ length: 31 }, (_, i) => message(i + 2, i % 2 ? juno : layla, NOON));
  timeline.addMessages([...before, message(33, juno, NOON), message(34, juno, NOON + 6 * MINUTE)]);
  expect(timeline.blocks.value).toHaveLength(2);
  // Late, it gives its turn no time, so the next message is not too far from it.
  timeline.addMessages([message(33, juno, NOON, { late: true })]);
  expect(itemsOf(timeline).at(-1)).toMatchObject({ key: 'turn-m33', bubbles: [{}, {}] });
});

test('the first day has no divider if its message turns out to be late', () => {
  const timeline = new Timeline(NOON);
  timeline.addMessages([message(2, juno, NOON - DAY), message(3, juno, NOON)]);
  expect(itemsOf(timeline).map(({ type }) => type)).toEqual(['day', 'turn', 'day', 'turn']);
  timeline.addMessages([message(2, juno, NOON - DAY, { late: true })]);
  expect(itemsOf(timeline).map(({ type }) => type)).toEqual(['turn']);
});

test('cleared, it shows nothing of what was there, and what comes again stays away', () => {
  const timeline = new Timeline(NOON);
  timeline.addMessages([message(2, juno, NOON), message(3, me, NOON)]);
  timeline.notice((notices, after) => notices.joined(juno, NOON, after));
  timeline.clear();
  expect(itemsOf(timeline)).toEqual([]);
  expect(timeline.isCleared.value).toBe(true);
  expect(timeline.message('m2')).toBe(undefined);
  expect(timeline.addMessages([message(2, juno, NOON), message(4, juno, NOON)])).toEqual([
    message(4, juno, NOON),
  ]);
  timeline.clear();
  timeline.clear();
  expect(itemsOf(timeline)).toEqual([]);
});
