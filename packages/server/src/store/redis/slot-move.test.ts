// A room's slot moves from one primary of a cluster to another while people write: key by key, on real processes.

import { FILE_PART_BYTES, SERVER_KIND, filePartLength } from '@mayfly/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { SeededRandom } from '../../testing/random.ts';
import { type RedisCluster, startRedisCluster, until } from '../../testing/redis-server.ts';
import { Signer, envelope, eraseProof, makeCharter, roomId, sealedProfile } from '../../testing/signer.ts';
import { SlotMove } from '../../testing/slot-move.ts';
import type { JoinRequest, Joined, StoreNotice, RoomStore, StoredEvent } from '../room-store.ts';
import { type FileLimits, type FilePlace, type FileStore, NO_FILES } from '../file-store.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import { parseRedisUrl } from './address.ts';
import type { RedisStore } from './redis-store.ts';
import { connectRedisStore } from './start/connect.ts';
import { keysOfRoom, roomKey, slotOf } from './keyspace.ts';

const LIMITS = { maxRooms: 10, maxMembers: 10, historyMessages: 100_000, historyBytes: 100_000_000 };
const ROOM = roomId('Room11');
const SLOT = slotOf(roomKey(ROOM));
const OWNER = new Signer('owner');
const CHARTER = makeCharter(ROOM, OWNER);
const PATIENCE = { timeout: 120_000, interval: 20 };

const clock = {
  now: () => performance.now(),
  after: (ms: number, action: () => void) => {
    const timer = setTimeout(action, ms);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

let cluster: RedisCluster;
const stores: RoomStore[] = [];
const writers: Writer[] = [];

beforeAll(async () => {
  cluster = await startRedisCluster(3);
});

afterAll(() => cluster[Symbol.asyncDispose]());

beforeEach(async () => {
  for (const primary of cluster.primaries) await primary.ask('FLUSHALL');
});

afterEach(async () => {
  for (const writer of writers.splice(0)) writer.isDone = true;
  for (const store of stores.splice(0)) await store[Symbol.asyncDispose]();
});

async function connect(seed: number, files?: FileLimits): Promise<RedisStore> {
  const address = parseRedisUrl(cluster.url);
  if (address === undefined) throw new Error('not a URL of Redis');
  const random = new SeededRandom(seed).bytes;
  const limits = { ...LIMITS, ...(files && { files }) };
  const store = await connectRedisStore(address, { clock, random, limits, onTrouble: fail });
  stores.push(store);
  return store;
}

function fail(error: unknown): never {
  throw error;
}

async function openRoom(store: RoomStore): Promise<void> {
  await store.create(ROOM, { ownerPk: OWNER.pk, lifeMs: 600_000, history: 'all' });
  await store.open(ROOM, CHARTER);
}

async function join(store: RoomStore, name: string, more: Partial<JoinRequest> = {}): Promise<Joined> {
  const verifiedWith = { accessPk: CHARTER.args.accessPk, epoch: 0 };
  const joined = await store.join(ROOM, { idPk: new Signer(name).pk, as: 'key', verifiedWith, ...more });
  if (joined.outcome !== 'joined') throw new Error(joined.outcome);
  return joined;
}

/** That a room can have: a profile, an erased message, one with a timer, someone who left. */
async function makeEveryKey(store: RoomStore, ann: Joined): Promise<void> {
  const cem = await join(store, 'cem');
  await store.publishProfile(ROOM, ann.session, sealedProfile(1));
  await store.append(ROOM, cem.session, 1, envelope(1, { ttl: 60_000 }));
  await store.append(ROOM, cem.session, 2, envelope(2), { seq: 2, proof: eraseProof(1) });
  await store.leave(ROOM, cem.session);
}

/** Ann is at one node and Bob, who only reads, at another: `heard` is what Bob's node received. */
async function speakerAndListener() {
  const [here, there] = [await connect(1), await connect(2)];
  await openRoom(here);
  const heard: StoreNotice[] = [];
  there.follow(ROOM, (notice) => heard.push(notice));
  await join(there, 'bob');
  const { session, logId } = await join(here, 'ann');
  return { here, heard, session, logId };
}

/** Sends one message after another, repeating each until it is known to be appended. */
class Writer {
  readonly outcomes = new Set<string>();
  placed = 0;
  /** Answered calls, successful or not. */
  answers = 0;
  readonly #mark: number;
  isDone = false;
  readonly #writing: Promise<void>;

  constructor(store: RoomStore, { session }: Joined, mark: number) {
    this.#mark = mark;
    this.#writing = this.#write(store, session);
  }

  /** Everything it has appended. */
  async stop(): Promise<readonly number[]> {
    this.isDone = true;
    await this.#writing;
    return Array.from({ length: this.placed }, (_, i) => this.#mark + i + 1);
  }

  async #write(store: RoomStore, session: Joined['session']): Promise<void> {
    while (!this.isDone) {
      const n = this.placed + 1;
      try {
        const { outcome } = await store.append(ROOM, session, n, envelope(this.#mark + n));
        this.outcomes.add(outcome);
        if (outcome !== 'appended' && outcome !== 'repeated') return;
        this.placed = n;
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
      }
      this.answers++;
    }
  }
}

const markOf = ({ frame }: StoredEvent) => Buffer.from(frame).readUInt32BE(frame.length - 4);

// Lower ones are erased at once.
const FIRST_MARK = 3;

/** By a `Writer`. */
function isWritten(event: StoredEvent): boolean {
  return event.frame[0] === SERVER_KIND.message && markOf(event) >= FIRST_MARK;
}

/** The marks of the messages a newcomer gets. */
async function stored(store: RoomStore): Promise<readonly number[]> {
  const { missed } = await join(store, 'reader');
  expect(missed.map(({ seq }) => seq)).toEqual(missed.map((_, i) => i + 1));
  return missed.filter(isWritten).map(markOf);
}

function marksIn(notice: StoreNotice): readonly number[] {
  return notice.type === 'event' && isWritten(notice.event) ? [markOf(notice.event)] : [];
}

/** On another primary the log has another name: sessions resume and catch up. */
function areSentToLook(heard: readonly StoreNotice[], logId: string): boolean {
  return heard.some(
    (notice) => notice.type === 'hole' || (notice.type === 'event' && notice.logId !== logId),
  );
}

/** How many calls the cluster has answered or turned away. */
async function turns(): Promise<number> {
  const counts = await Promise.all(
    cluster.primaries.map(async (primary) => {
      const stats = (await primary.info('commandstats')).get('cmdstat_fcall') ?? '';
      return [...stats.matchAll(/\b(?:calls|rejected_calls)=(\d+)/g)].reduce(
        (sum, [, n]) => sum + Number(n),
        0,
      );
    }),
  );
  return counts.reduce((sum, n) => sum + n, 0);
}

/** Every writer has met the cluster as it is now. */
async function met(writers: readonly Writer[]): Promise<void> {
  const before = await turns();
  await until(async () => (await turns()) >= before + 3 * writers.length);
}

/** What a room keeps in `l` begins with the end of its life, in 6 bytes. */
const TIME_IS_UP = `
  local log = redis.call('HGET', KEYS[1], 'log3')
  redis.call('HSET', KEYS[1], 'log3', string.rep('\\0', 6) .. string.sub(log, 7))`;

const rank = (key: string) => 'rlmhwosgpd'.indexOf(key.charAt(0));

describe('a slot moves', () => {
  const orders = {
    'the room first': (keys: readonly string[]) => keys.toSorted((a, b) => rank(a) - rank(b)),
    'the room last': (keys: readonly string[]) => keys.toSorted((a, b) => rank(b) - rank(a)),
    'in any order (seed 1)': (keys: readonly string[]) => shuffled(keys, 1),
    'in any order (seed 2)': (keys: readonly string[]) => shuffled(keys, 2),
  };
  test.each(Object.entries(orders))(
    'its keys one by one, %s: what was echoed is there, once and in order',
    async (_, order) => {
      const [here, there] = [await connect(1), await connect(2)];
      await openRoom(here);
      const heard: StoreNotice[] = [];
      there.follow(ROOM, (notice) => heard.push(notice));
      const [ann, bob] = [await join(here, 'ann'), await join(there, 'bob')];
      await makeEveryKey(here, ann);
      writers.push(new Writer(here, ann, 1_000_000), new Writer(there, bob, 2_000_000));
      await met(writers);

      const move = await SlotMove.begin(cluster, SLOT);
      await move.to.ask('FUNCTION', 'FLUSH');
      const all = keysOfRoom(roomKey(ROOM)).toSorted();
      await vi.waitFor(async () => expect((await move.keys()).toSorted()).toEqual(all), PATIENCE);
      for (const key of order(await move.keys())) {
        await met(writers);
        await move.take(key);
      }
      await met(writers);
      expect(await move.keys()).toEqual([]);
      await move.finish();
      await met(writers);
      const placed = await Promise.all(writers.map((writer) => writer.stop()));
      for (const { outcomes } of writers) expect([...outcomes]).not.toContain('replaced');
      for (const writer of writers) expect(writer.placed).toBeGreaterThan(0);

      const marks = await stored(here);
      expect(marks).toHaveLength(placed.flat().length);
      for (const own of placed) expect(marks.filter((mark) => own.includes(mark))).toEqual(own);
      const told = () => heard.flatMap(marksIn);
      const knowsAll = () => told().length === marks.length || areSentToLook(heard, ann.logId);
      await vi.waitFor(() => expect(knowsAll()).toBe(true), PATIENCE);
      expect(told()).toEqual(marks.filter((mark) => told().includes(mark)));
    },
  );

  test('all at once: a reader receives messages of the new primary, even if its functions were missing', async () => {
    const { here, heard, session, logId } = await speakerAndListener();
    const move = await SlotMove.begin(cluster, SLOT);
    await move.to.ask('FUNCTION', 'FLUSH');
    await move.complete();
    await vi.waitFor(() => here.append(ROOM, session, 1, envelope(7)), PATIENCE);
    await vi.waitFor(() => expect(areSentToLook(heard, logId)).toBe(true), PATIENCE);
  });

  test('a room that ends between two primaries is checked again when it is whole', async () => {
    const here = await connect(1);
    await openRoom(here);
    const heard: StoreNotice[] = [];
    here.follow(ROOM, (notice) => heard.push(notice));
    await join(here, 'ann');
    const move = await SlotMove.begin(cluster, SLOT);
    await move.take((await move.keys()).find((key) => key.startsWith('o')) ?? '');
    await move.from.ask('EVAL', TIME_IS_UP, 1, roomKey(ROOM).replace('r', 'l'));
    await move.from.ask('CONFIG', 'RESETSTAT');
    await move.from.ask('CLIENT', 'KILL', 'TYPE', 'pubsub');
    const fcall = async () => (await move.from.info('commandstats')).get('cmdstat_fcall') ?? '';
    await until(async () => /\bfailed_calls=[1-9]/.test(await fcall()));
    await move.complete();
    await vi.waitFor(() => expect(heard.at(-1)).toMatchObject({ type: 'ended' }), PATIENCE);
  });

  test.each(['f', 'fp', 'fr'])(
    'files move with their room, %s last: meanwhile no answer is wrong, and the end leaves no key',
    async (letter) => {
      const here = await connect(1, FILES);
      const files = here.files ?? NO_FILES;
      await openRoom(here);
      const { session } = await join(here, 'ann');
      const [whole, open] = [fileOf(1), fileOf(2)];
      for (const { wish } of [whole, open]) await files.open(ROOM, session, wish);
      await whole.put(files, 0);
      await whole.put(files, 1);
      await open.put(files, 0);
      const asks = [
        async () => (await files.find(ROOM, whole.wish.fid)) === SIZE,
        async () => (await files.expects(ROOM, open.wish.fid, open.wish.tokenHash)).outcome === 'open',
        async () => (await files.open(ROOM, session, open.wish)).outcome === 'open',
        async () => (await files.erase(ROOM, open.wish.fid, whole.wish.delHash)) === 'not_allowed',
        async () => (await open.put(files, 0)) === 'stored',
      ];
      const answers: unknown[] = [];
      const move = await SlotMove.begin(cluster, SLOT);
      const all = await move.keys();
      const [late, early] = [true, false].map((isLate) =>
        all.filter((key) => key.startsWith(`${letter}{`) === isLate),
      );
      for (const key of early ?? []) await move.take(key);
      answers.push(...(await Promise.all(asks.map(answer))));
      for (const key of late ?? []) await move.take(key);
      expect(late).not.toEqual([]);
      await move.finish();
      await vi.waitFor(() => here.renew(ROOM, session), PATIENCE);
      expect(new Set(answers)).toEqual(new Set([true]));
      expect(await files.read(ROOM, whole.wish.fid, 1)).toHaveLength(SIZE - FILE_PART_BYTES);
      expect(await open.put(files, 1)).toEqual({ lifeMs: 600_000 });
      expect(await here.end(ROOM)).toBe(true);
      const keys = await Promise.all(cluster.primaries.map((primary) => primary.ask('KEYS', `*${ROOM}*`)));
      expect(keys.flat()).toEqual([roomKey(ROOM)]);
    },
  );

  // With every key that a room can have, none is missing where the rest of it is: only the file's own names, which each call
  // gives, keep it from running there.
  test.each(['f', 'fp', 'fr'].flatMap((letter) => [[letter, 'last'] as const, [letter, 'first'] as const]))(
    'a whole room moves, %s of its files %s: no call runs on half a file',
    async (letter, when) => {
      const { here, files, session, whole, open } = await roomWithFiles();
      const asks = [
        async () => (await files.find(ROOM, whole.wish.fid)) === SIZE,
        async () => (await files.read(ROOM, whole.wish.fid, 1))?.length === SIZE - FILE_PART_BYTES,
        async () => (await files.expects(ROOM, open.wish.fid, open.wish.tokenHash)).outcome === 'open',
        async () => has(await files.open(ROOM, session, open.wish), 0b01),
        async () => typeof (await open.put(files, 1)) === 'object',
      ];
      const answers: unknown[] = [];
      const move = await SlotMove.begin(cluster, SLOT);
      const [own, others] = split(await move.keys(), (key) => key.startsWith(`${letter}{`));
      expect(own).not.toEqual([]);
      for (const key of when === 'first' ? own : others) await move.take(key);
      answers.push(...(await Promise.all(asks.map(answer))));
      for (const key of when === 'first' ? others : own) await move.take(key);
      await move.finish();
      await vi.waitFor(() => here.renew(ROOM, session), PATIENCE);
      expect(answers).toEqual(asks.map(() => true));
      expect(has(await files.open(ROOM, session, open.wish), 0b01)).toBe(true);
      expect(await open.put(files, 1)).toEqual({ lifeMs: 600_000 });
      for (const { wish } of [whole, open]) {
        expect(await files.read(ROOM, wish.fid, 1)).toHaveLength(SIZE - FILE_PART_BYTES);
      }
    },
  );

  test.each(['f', 'fp', 'fr'])(
    'a room that is ended while %s of its files is elsewhere ends once it is whole, and leaves no key',
    async (letter) => {
      const { here } = await roomWithFiles();
      const move = await SlotMove.begin(cluster, SLOT);
      const [own, others] = split(await move.keys(), (key) => key.startsWith(`${letter}{`));
      for (const key of others) await move.take(key);
      await expect(here.end(ROOM)).rejects.toThrow(StoreUnavailable);
      for (const key of await move.keys()) await move.take(key);
      expect(own).not.toEqual([]);
      await move.finish();
      await vi.waitFor(async () => expect(await here.end(ROOM)).toBe(true), PATIENCE);
      const keys = await Promise.all(cluster.primaries.map((primary) => primary.ask('KEYS', `*${ROOM}*`)));
      expect(keys.flat()).toEqual([roomKey(ROOM)]);
    },
  );

  test('there and back: a reader keeps receiving', async () => {
    const { here, heard, session, logId } = await speakerAndListener();
    await (await SlotMove.begin(cluster, SLOT)).complete();
    await (await SlotMove.begin(cluster, SLOT, -1)).complete();
    await vi.waitFor(() => here.append(ROOM, session, 1, envelope(7)), PATIENCE);
    const hears = () => heard.flatMap(marksIn).includes(7) || areSentToLook(heard, logId);
    await vi.waitFor(() => expect(hears()).toBe(true), PATIENCE);
  });
});

/** True also for "not now". */
function answer(ask: () => Promise<boolean>): Promise<unknown> {
  return ask().catch((error: unknown) => error instanceof StoreUnavailable || error);
}

const SIZE = FILE_PART_BYTES + 9_000;
const FILES: FileLimits = { roomBytes: 1_000_000, allBytes: 1_000_000, lifeMs: 600_000 };

/** With every key that there can be: a whole file, and one that lacks its second part. */
async function roomWithFiles() {
  const here = await connect(1, FILES);
  const files = here.files ?? NO_FILES;
  await openRoom(here);
  const ann = await join(here, 'ann');
  await makeEveryKey(here, ann);
  const [whole, open] = [fileOf(1), fileOf(2)];
  for (const { wish } of [whole, open]) await files.open(ROOM, ann.session, wish);
  for (const n of [0, 1]) await whole.put(files, n);
  await open.put(files, 0);
  return { here, files, session: ann.session, whole, open };
}

function has(place: FilePlace, bits: number): boolean {
  return place.outcome === 'open' && place.have[0] === bits;
}

function split<T>(items: readonly T[], isFirst: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

function fileOf(seed: number) {
  const random = new SeededRandom(seed);
  const wish = {
    fid: random.bytes(16),
    size: SIZE,
    delHash: random.bytes(16),
    ttlMs: 0,
    tokenHash: random.bytes(32),
  };
  const put = (files: FileStore, n: number) =>
    files.put(ROOM, wish.fid, wish.tokenHash, n, new Uint8Array(filePartLength(SIZE, n) ?? 0));
  return { wish, put };
}

function shuffled<T>(items: readonly T[], seed: number): readonly T[] {
  const random = new SeededRandom(seed);
  const left = [...items];
  return items.flatMap(() => left.splice(random.below(left.length), 1));
}
