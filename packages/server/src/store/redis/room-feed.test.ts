import type { Presence } from '@mayfly/protocol';
import { describe, expect, test } from 'vitest';
import { roomId } from '../../testing/signer.ts';
import type { Joined, StoreNotice, StoredEvent } from '../room-store.ts';
import type { SlicesComing } from './announcement.ts';
import { RoomFeed, type Head, type PresentNow } from './room-feed.ts';

const LOG = 'AAAAAAAAAAA';
const stored = (seq: number): StoredEvent => ({ seq, frame: new Uint8Array([seq]) });
const event = (seq: number, logId = LOG): StoreNotice => ({ type: 'event', logId, event: stored(seq) });
const range = (after: number, last: number) =>
  Array.from({ length: last - after }, (_, i) => stored(after + 1 + i));

function presence(version: number, more: Partial<Presence> = {}): Presence {
  return { type: 'presence', version, snapshot: false, joined: [], away: [], left: [], count: 1, ...more };
}

function joined(seq: number, version = 1): Joined {
  const session = { slot: new Uint8Array(8), generation: 1 };
  return {
    outcome: 'joined',
    session,
    logId: LOG,
    seq,
    mode: 'resume',
    missed: [],
    terms: {
      epoch: 0,
      c: 1,
      charter: new Uint8Array(0),
      blob: new Uint8Array(0),
      closed: false,
      slow: 0,
      history: 'all',
      lifeMs: 1,
    },
    lastN: 0,
    expiresInMs: 1,
    presence: presence(version, { snapshot: true }),
    profiles: [],
    slices: [],
  };
}

type Question = {
  readonly after: number;
  readonly last: number;
  readonly answer: (events: readonly StoredEvent[]) => void;
  readonly refuse: (error: Error) => void;
};

const turn = () => new Promise((resolve) => void setImmediate(resolve));

/** A feed whose reads are answered when the test says so. */
function makeFeed() {
  const told: StoreNotice[] = [];
  const asked: Question[] = [];
  const troubles: unknown[] = [];
  let now: PresentNow | undefined = { presence: presence(9, { snapshot: true }), profiles: [] };
  const feed = new RoomFeed({
    room: roomId('Room11'),
    notify: (...notices) => void told.push(...notices),
    trouble: (error) => void troubles.push(error),
    deps: {
      missed: (_logId, after, last) =>
        new Promise((answer, refuse) => void asked.push({ after, last, answer, refuse })),
      present: async () => now,
    },
  });
  const seqs = () =>
    told.splice(0).map((notice) => (notice.type === 'event' ? notice.event.seq : notice.type));
  const over = () => {
    now = undefined;
  };
  const answer = async (index: number, events?: readonly StoredEvent[]) => {
    const question = asked[index];
    question?.answer(events ?? range(question.after, question.last));
    await turn();
  };
  const refuse = async (index: number, error: Error) => {
    asked[index]?.refuse(error);
    await turn();
  };
  return { feed, told, asked, troubles, seqs, answer, refuse, over };
}

const head = (seq: number, more: Partial<Head> = {}): Head => ({
  logId: LOG,
  seq,
  version: 1,
  expiresInMs: 5,
  ...more,
});

describe('a feed', () => {
  test('WELCOME-3: a gap is read before later notices go out; those wait', async () => {
    const { feed, asked, seqs, answer } = makeFeed();
    feed.receive(event(1));
    feed.receive(event(4));
    feed.receive({ type: 'life', expiresInMs: 1 });
    feed.receive(event(5));
    expect(seqs()).toEqual([1]);
    expect(asked).toMatchObject([{ after: 1, last: 3 }]);
    await answer(0);
    expect(seqs()).toEqual([2, 3, 4, 'life', 5]);
  });

  test('WELCOME-3: a gap in the waiting notices is read as well', async () => {
    const { feed, seqs, answer, asked } = makeFeed();
    feed.receive(event(1));
    feed.receive(event(3));
    feed.receive(event(6));
    await answer(0);
    expect(seqs()).toEqual([1, 2, 3]);
    expect(asked).toHaveLength(2);
    await answer(1);
    expect(seqs()).toEqual([4, 5, 6]);
  });

  test('an event goes out only once', async () => {
    const { feed, seqs, answer } = makeFeed();
    for (const seq of [1, 2, 2, 1, 3]) feed.receive(event(seq));
    expect(seqs()).toEqual([1, 2, 3]);
    const caught = feed.catchUp(head(5));
    await answer(0);
    await caught;
    for (const seq of [4, 5, 6]) feed.receive(event(seq));
    expect(seqs()).toEqual([4, 5, 'presence', 'life', 6]);
  });

  test('a gap that the log has trimmed becomes a hole, and the feed continues', async () => {
    const { feed, seqs, answer } = makeFeed();
    feed.receive(event(1));
    feed.receive(event(9));
    await answer(0, range(5, 8));
    expect(seqs()).toEqual([1, 'hole', 9]);
    feed.receive(event(10));
    expect(seqs()).toEqual([10]);
  });

  test('a gap that Redis refuses to fill becomes a hole, and the node lives on', async () => {
    const { feed, seqs, refuse, troubles } = makeFeed();
    const refusal = new Error('Redis refused missed: ERR');
    feed.receive(event(1));
    feed.receive(event(3));
    feed.receive({ type: 'life', expiresInMs: 1 });
    await refuse(0, refusal);
    expect(seqs()).toEqual([1, 'hole', 3, 'life']);
    expect(troubles).toEqual([refusal]);
    feed.receive(event(4));
    expect(seqs()).toEqual([4]);
  });

  test('a catch-up that Redis refuses becomes a hole, also for one that waited', async () => {
    const { feed, seqs, refuse, troubles } = makeFeed();
    const refusal = new Error('Redis refused missed: ERR');
    feed.receive(event(1));
    feed.receive(event(3));
    const caught = feed.catchUp(head(5));
    await refuse(0, refusal);
    await refuse(1, refusal);
    await caught;
    expect(seqs()).toEqual([1, 'hole', 3, 'hole']);
    expect(troubles).toEqual([refusal, refusal]);
    feed.receive(event(6));
    expect(seqs()).toEqual([6]);
  });

  test('before any event, the feed begins at the position of the first join', async () => {
    const { feed, asked, seqs, answer } = makeFeed();
    feed.joined(joined(3));
    feed.receive(event(3));
    feed.receive(event(4));
    expect(seqs()).toEqual([3, 4]);
    const other = makeFeed();
    other.feed.joined(joined(3));
    other.feed.receive(event(6));
    expect(other.asked).toMatchObject([{ after: 3, last: 5 }]);
    await other.answer(0);
    expect(other.seqs()).toEqual([4, 5, 6]);
    const third = makeFeed();
    third.feed.joined(joined(3));
    const caught = third.feed.catchUp(head(4));
    await third.answer(0);
    await caught;
    expect(third.seqs()).toEqual([4, 'life']);
    expect(asked).toEqual([]);
    await answer(0);
  });

  test('catching up with another log: a hole, without a read', async () => {
    const { feed, asked, seqs } = makeFeed();
    feed.joined(joined(3));
    await feed.catchUp(head(4, { logId: 'BBBBBBBBBBB' }));
    expect(seqs()).toEqual(['hole', 'life']);
    expect(asked).toEqual([]);
  });

  test('nothing was missed: only the time left goes out', async () => {
    const { feed, seqs } = makeFeed();
    feed.joined(joined(3));
    await feed.catchUp(head(3));
    expect(seqs()).toEqual(['life']);
  });

  test("PRESENCE-1: changes that a snapshot includes don't follow it", async () => {
    const { feed, told, seqs, over } = makeFeed();
    feed.joined(joined(3));
    const caught = feed.catchUp(head(3, { version: 4 }));
    for (const version of [8, 9, 10]) feed.receive({ type: 'presence', presence: presence(version) });
    await caught;
    const versions = told.flatMap((notice) => (notice.type === 'presence' ? [notice.presence.version] : []));
    expect(versions).toEqual([9, 10]);
    seqs();
    over();
    await feed.catchUp(head(3, { version: 12 }));
    expect(seqs()).toEqual(['life']);
  });

  test('a loss while a gap is read is caught up afterwards', async () => {
    const { feed, asked, seqs, answer } = makeFeed();
    feed.receive(event(1));
    feed.receive(event(3));
    const caught = feed.catchUp(head(5));
    expect(asked).toHaveLength(1);
    await answer(0);
    await answer(1);
    await caught;
    expect(seqs()).toEqual([1, 2, 3, 4, 5, 'presence', 'life']);
  });

  test('it keeps only the newest sessions, and only those served here', () => {
    const { feed } = makeFeed();
    const { session } = joined(3);
    feed.joined(joined(3));
    feed.gone({ ...session, generation: 0 });
    expect(feed.sessions.size).toBe(1);
    feed.receive({ type: 'replaced', session });
    expect(feed.sessions.size).toBe(1);
    feed.receive({ type: 'replaced', session: { ...session, generation: 2 } });
    expect(feed.sessions.size).toBe(0);
    feed.joined(joined(3));
    feed.gone(session);
    expect(feed.sessions.size).toBe(0);
  });

  test('ROTATE-5: slices come in parts, and go out with their event, also after a gap', async () => {
    const { feed, told, answer } = makeFeed();
    feed.joined(joined(1));
    const part = (seq: number, slot: string): SlicesComing => ({
      type: 'slices',
      logId: LOG,
      seq,
      slices: new Map([[slot, Uint8Array.of(seq)]]),
    });
    feed.receive(part(3, 'a'));
    feed.receive(part(3, 'b'));
    feed.receive({ type: 'event', logId: LOG, event: stored(3) });
    await answer(0, range(1, 2));
    feed.receive({ type: 'event', logId: LOG, event: stored(4) });
    feed.receive(part(9, 'a'));
    feed.receive({ type: 'event', logId: LOG, event: stored(5) });
    await turn();
    const slots = told.map(
      (notice) => notice.type === 'event' && [notice.event.seq, [...(notice.slices?.keys() ?? [])]],
    );
    expect(slots).toEqual([
      [2, []],
      [3, ['a', 'b']],
      [4, []],
      [5, []],
    ]);
  });
});
