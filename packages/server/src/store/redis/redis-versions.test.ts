// Different builds on one Redis. With the same data version they share rooms; with another, the second one doesn't start.

import { toHex } from '@mayfly/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SeededRandom } from '../../testing/random.ts';
import { LIFE_MS, LIMITS, Node, OWNER, ROOM, CHARTER, asking, nodesOf } from '../../testing/redis-nodes.ts';
import { RedisRooms, libraryWithTestTime } from '../../testing/redis-rooms.ts';
import {
  type RedisCluster,
  type RedisProcess,
  startRedis,
  startRedisCluster,
  until,
} from '../../testing/redis-server.ts';
import { envelope, roomId } from '../../testing/signer.ts';
import { parseRedisUrl } from './address.ts';
import { roomKey } from './keyspace.ts';
import { type Library, makeLibrary, readSource } from './library.ts';
import { BEAT_MS, LEASE_MS } from './node-leases.ts';
import type { RedisStore } from './redis-store.ts';
import { connectRedisStore } from './start/connect.ts';
import { DataVersionConflict } from './start/data-version.ts';

const OTHER_BUILD = libraryWithTestTime((source) => `${source}\n-- another build\n`);
/** A build from before optional frames: its lease says nothing of them. */
const OLDER_BUILD = libraryWithTestTime((source) =>
  source.replace("redis.call('ZADD', offers, at + ms, node .. features)", ''),
);
const VERSION = /local DATA_VERSION = (\d+)/;
const OURS = Number(VERSION.exec(readSource())?.[1]);

function ofVersion(version: number): Library {
  return makeLibrary(readSource().replace(VERSION, `local DATA_VERSION = ${version}`));
}

let redis: RedisProcess;
let cluster: RedisCluster;
let world: RedisRooms;

beforeAll(async () => {
  [redis, cluster] = await Promise.all([startRedis(), startRedisCluster(3)]);
  world = new RedisRooms([redis], redis.url);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

beforeEach(() => world.fresh());

async function libraries(server: RedisProcess): Promise<readonly string[]> {
  const rows = await server.ask('FUNCTION', 'LIST');
  return (Array.isArray(rows) ? rows : []).map((row) => (Array.isArray(row) ? String(row[1]) : ''));
}

/** A node of this build and one of the other, with a member at each. */
async function twoBuilds() {
  const [a] = await nodesOf(world, [1]);
  const b = new Node(world, await world.nodeOf(OTHER_BUILD, LIMITS, 2));
  const [ann, bob] = [await a.join('ann'), await b.join('bob')];
  a.heard();
  b.heard();
  return { a, b, ann, bob };
}

describe('two builds with one data version', () => {
  test('WELCOME-3: members of both talk in one room, and nothing is lost', async () => {
    const { a, b, ann, bob } = await twoBuilds();
    for (let n = 1; n <= 3; n++) {
      await a.append(ann.session, n);
      await b.append(bob.session, n);
    }
    expect(a.seqs()).toEqual([2, 3, 4, 5, 6, 7]);
    expect(b.seqs()).toEqual([2, 3, 4, 5, 6, 7]);
    const moved = await b.join('ann', { as: 'member', position: { logId: ann.logId, seq: 5 } });
    expect(moved).toMatchObject({ mode: 'resume', lastN: 3, presence: { count: 2 } });
    expect(moved.missed.map(({ seq }) => seq)).toEqual([6, 7]);
  });

  test('PRESENCE-2: a node of one build takes over the members of a dead node of the other', async () => {
    const { a, b, bob } = await twoBuilds();
    world.stop(b.raw);
    await world.pass(2 * LEASE_MS);
    const left = a.heard().flatMap((notice) => (notice.type === 'presence' ? notice.presence.left : []));
    expect(left.map(toHex)).toEqual([toHex(bob.session.slot)]);
  });

  test('WELCOME-4: a feature is named only while every living node takes it', async () => {
    const [a] = await nodesOf(world, [1]);
    expect(a.raw.features).toEqual(['erase', 'ephemeral', 'commands', 'rotation', 'settings']);
    const old = await world.nodeOf(OLDER_BUILD, LIMITS, 2);
    await old.beat();
    await a.raw.beat();
    expect(a.raw.features).toEqual([]);
    await old[Symbol.asyncDispose]();
    await a.raw.beat();
    expect(a.raw.features).toEqual(['erase', 'ephemeral', 'commands', 'rotation', 'settings']);
  });

  test('WELCOME-4: a node that died without giving up its lease counts until that ends', async () => {
    const [a] = await nodesOf(world, [1]);
    const old = await world.nodeOf(OLDER_BUILD, LIMITS, 2);
    await old.beat();
    world.stop(old);
    await a.raw.beat();
    expect(a.raw.features).toEqual([]);
    await world.pass(2 * LEASE_MS);
    expect(a.raw.features).toEqual(['erase', 'ephemeral', 'commands', 'rotation', 'settings']);
  });

  test('an old library is deleted a minute after its last node, and not while one uses it', async () => {
    const { a, b, ann } = await twoBuilds();
    const both = [world.library.name, OTHER_BUILD.name].toSorted();
    await redis.ask(
      'FUNCTION',
      'LOAD',
      '#!lua name=of_somebody_else\nredis.register_function("f", function() end)',
    );
    await world.pass(4 * LEASE_MS);
    expect((await libraries(redis)).filter((name) => name.startsWith('mayfly')).toSorted()).toEqual(both);
    await b.raw[Symbol.asyncDispose]();
    await world.pass(LEASE_MS);
    expect(await libraries(redis)).toContain(OTHER_BUILD.name);
    await world.pass(60_000 + BEAT_MS);
    expect((await libraries(redis)).toSorted()).toEqual([world.library.name, 'of_somebody_else']);
    expect(await a.append(ann.session, 1)).toMatchObject({ outcome: 'appended' });
  });

  test('a library deleted too early is loaded again by the next call', async () => {
    const { b, bob } = await twoBuilds();
    await redis.ask('FUNCTION', 'DELETE', OTHER_BUILD.name);
    await b.raw.keys(ROOM);
    await world.jump(0);
    expect(await b.append(bob.session, 1)).toMatchObject({ outcome: 'appended' });
  });
});

const open: RedisStore[] = [];
afterEach(async () => {
  for (const store of open.splice(0)) await store[Symbol.asyncDispose]();
});

const onTrouble = (error: unknown) => {
  throw error;
};

const clock = {
  now: () => performance.now(),
  after: (ms: number, action: () => void) => {
    const timer = setTimeout(action, ms);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

async function start(url: string, library: Library, seed: number): Promise<RedisStore> {
  const address = parseRedisUrl(url);
  if (address === undefined) throw new Error('not a URL of Redis');
  const random = new SeededRandom(seed).bytes;
  const store = await connectRedisStore(address, { clock, random, limits: LIMITS, onTrouble }, library);
  open.push(store);
  return store;
}

async function openRoom(store: RedisStore) {
  await store.create(ROOM, { ownerPk: OWNER.pk, lifeMs: LIFE_MS, history: 'all' });
  await store.open(ROOM, CHARTER);
  const joined = await store.join(ROOM, asking('ann'));
  if (joined.outcome !== 'joined') throw new Error('not in');
  return joined.session;
}

const [NOW, NEXT] = [ofVersion(OURS), ofVersion(OURS + 1)];
const URLS: readonly (readonly [string, () => string])[] = [
  ['one server', () => redis.url],
  ['a cluster', () => cluster.url],
];

describe.each(URLS)('another data version, on %s', (_, url) => {
  beforeEach(async () => {
    for (const primary of [redis, ...cluster.primaries]) await primary.ask('FLUSHALL');
  });

  test.each([
    ['newer', NOW, NEXT],
    ['older', NEXT, NOW],
  ])('%s: it does not start beside running nodes, and they lose nothing', async (_name, first, second) => {
    const store = await start(url(), first, 1);
    const session = await openRoom(store);
    const held = first === NOW ? OURS : OURS + 1;
    await expect(start(url(), second, 2)).rejects.toThrow(
      new RegExp(`data version ${held}; .*servers of that version are running`),
    );
    expect(await store.append(ROOM, session, 1, envelope(1))).toMatchObject({ outcome: 'appended', seq: 2 });
    await store.beat();
    await start(url(), first, 3);
  });

  test('it does not start beside rooms that no node serves, and starts when they are over', async () => {
    const store = await start(url(), NOW, 1);
    await openRoom(store);
    open.length = 0;
    await store[Symbol.asyncDispose]();
    await expect(start(url(), NEXT, 2)).rejects.toThrow('rooms of that version are still open');
    const again = await start(url(), NOW, 3);
    expect(await again.join(ROOM, asking('ann', { as: 'member' }))).toMatchObject({ outcome: 'joined' });
    open.length = 0;
    await again[Symbol.asyncDispose]();
    const partition = roomKey(ROOM).slice(1, roomKey(ROOM).indexOf(':'));
    await Promise.allSettled(cluster.primaries.map((primary) => primary.ask('DEL', `d${partition}`)));
    await redis.ask('DEL', `d${partition}`);
    const next = await start(url(), NEXT, 4);
    expect(await next.create(roomId('Room22'), { ownerPk: OWNER.pk, lifeMs: LIFE_MS, history: 'all' })).toBe(
      'created',
    );
    await expect(start(url(), NOW, 5)).rejects.toBeInstanceOf(DataVersionConflict);
  });

  test('a library that no node uses is deleted from every server when a node starts', async () => {
    const servers = url() === redis.url ? [redis] : cluster.primaries;
    for (const server of servers) await server.ask('FUNCTION', 'LOAD', 'REPLACE', NEXT.code);
    await start(url(), NOW, 1);
    await until(async () => {
      const left = await Promise.all(servers.map(libraries));
      return left.every((names) => !names.includes(NEXT.name));
    });
  });

  test('a reservation of another version opens no room, and stays', async () => {
    const store = await start(url(), NOW, 1);
    const spec = { ownerPk: OWNER.pk, lifeMs: LIFE_MS, history: 'all' } as const;
    await store.create(ROOM, spec);
    const servers = [redis, ...cluster.primaries];
    await Promise.allSettled(servers.map((server) => server.ask('HSET', roomKey(ROOM), 'v', OURS + 1)));
    await expect(store.open(ROOM, CHARTER)).rejects.toMatchObject({ message: 'VERSION' });
    const states = await Promise.allSettled(servers.map((server) => server.ask('HGET', roomKey(ROOM), 'st')));
    expect(states).toContainEqual({ status: 'fulfilled', value: 'reserved' });
  });

  test('nodes from before data had a version hold version 1', async () => {
    const lease = ['ZADD', 'n', 2 * Date.now(), 'old node'] as const;
    await Promise.allSettled([redis, ...cluster.primaries].map((server) => server.ask(...lease)));
    await expect(start(url(), NOW, 1)).rejects.toThrow('data version 1;');
  });

  test('a node whose Redis another version took over, and its rooms, are refused and untouched', async () => {
    const store = await start(url(), NOW, 1);
    const session = await openRoom(store);
    const keys = await Promise.allSettled(
      [redis, ...cluster.primaries].map((server) => server.ask('HSET', roomKey(ROOM), 'v', OURS + 1)),
    );
    expect(keys.length).toBeGreaterThan(0);
    const servers = [redis, ...cluster.primaries];
    await Promise.allSettled(
      servers.map((server) => server.ask('HDEL', roomKey(ROOM).replace('r', 'l'), `log${OURS}`)),
    );
    await Promise.allSettled(servers.map((server) => server.ask('SET', '{n}v', OURS + 1)));
    const refused = { code: 'unavailable', message: 'VERSION' };
    await expect(store.beat()).rejects.toMatchObject(refused);
    await expect(store.append(ROOM, session, 1, envelope(1))).rejects.toMatchObject(refused);
    await expect(store.join(ROOM, asking('bob'))).rejects.toMatchObject(refused);
    await expect(store.keys(ROOM)).rejects.toMatchObject(refused);
    const spec = { ownerPk: OWNER.pk, lifeMs: LIFE_MS, history: 'all' } as const;
    await expect(store.create(ROOM, spec)).rejects.toMatchObject(refused);
    const states = await Promise.allSettled(servers.map((server) => server.ask('HGET', roomKey(ROOM), 'st')));
    expect(states).toContainEqual({ status: 'fulfilled', value: 'live' });
  });
});
