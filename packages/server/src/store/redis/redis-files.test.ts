// Files in Redis beyond the shared contract: every node takes every part, keys expire with the room’s, and memory stays in its limit.

import { FILE_PART_BYTES, toHex } from '@mayfly/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SeededRandom } from '../../testing/random.ts';
import { CHARTER, LIFE_MS, LIMITS, Node, OWNER, ROOM } from '../../testing/redis-nodes.ts';
import { RedisRooms } from '../../testing/redis-rooms.ts';
import {
  type RedisCluster,
  type RedisProcess,
  startRedis,
  startRedisCluster,
} from '../../testing/redis-server.ts';
import type { MemberSession } from '../room-store.ts';
import type { RedisFiles } from './redis-files.ts';
import type { RedisStore } from './redis-store.ts';

const FILES = { roomBytes: 10_000_000, allBytes: 10_000_000, lifeMs: LIFE_MS };
const WITH_FILES = { ...LIMITS, files: FILES };
const SIZE = FILE_PART_BYTES + 9_000;
const PARTS = [new Uint8Array(FILE_PART_BYTES).fill(1), new Uint8Array(9_000).fill(2)];

let redis: RedisProcess;
let cluster: RedisCluster;
const worlds = new Map<string, { readonly rooms: RedisRooms; readonly servers: readonly RedisProcess[] }>();

beforeAll(async () => {
  [redis, cluster] = await Promise.all([startRedis(), startRedisCluster(3)]);
  worlds.set('one server', { rooms: new RedisRooms([redis], redis.url), servers: [redis] });
  worlds.set('a cluster', {
    rooms: new RedisRooms(cluster.primaries, cluster.url),
    servers: cluster.primaries,
  });
});

afterAll(async () => {
  for (const { rooms } of worlds.values()) await rooms[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

function filesOf({ files }: RedisStore): RedisFiles {
  if (files === undefined) throw new Error('no files');
  return files;
}

async function openRoom(node: Node): Promise<Node> {
  await node.store.create(ROOM, { ownerPk: OWNER.pk, lifeMs: LIFE_MS, history: 'all' });
  await node.store.open(ROOM, CHARTER);
  return node;
}

const random = new SeededRandom(9);

function newFile(size = SIZE) {
  const [fid, delHash, tokenHash] = [random.bytes(16), random.bytes(16), random.bytes(32)];
  const wish = { fid, size, delHash, ttlMs: 0, tokenHash };
  const open = (at: Node, session: MemberSession) => filesOf(at.raw).open(ROOM, session, wish);
  const put = (at: Node, n: number, part = PARTS[n] ?? new Uint8Array(0)) =>
    filesOf(at.raw).put(ROOM, fid, tokenHash, n, part);
  const read = (at: Node, n: number) => filesOf(at.raw).read(ROOM, fid, n);
  return { fid, delHash, open, put, read };
}

async function keysIn(servers: readonly RedisProcess[]): Promise<readonly string[]> {
  const lists = await Promise.all(servers.map((server) => server.ask('KEYS', 'f*')));
  return lists.flatMap((list) => (Array.isArray(list) ? list.map(String) : []));
}

/** So that this share of it is in use; 0: no limit. */
async function limitMemory(servers: readonly RedisProcess[], share: number): Promise<void> {
  for (const server of servers) {
    const used = Number((await server.info('memory')).get('used_memory'));
    await server.ask('CONFIG', 'SET', 'maxmemory', share === 0 ? 0 : Math.ceil(used / share));
  }
}

const byLength = (one: string, other: string) => one.length - other.length;

/** Of each key, in milliseconds. */
async function timesToLive(
  servers: readonly RedisProcess[],
  keys: readonly string[],
): Promise<readonly (number | undefined)[]> {
  const asked = keys.map(async (key) => {
    const ttls = await Promise.allSettled(servers.map((server) => server.ask('PTTL', key)));
    return ttls
      .flatMap((ttl) => (ttl.status === 'fulfilled' ? [Number(ttl.value)] : []))
      .find((ms) => ms > -2);
  });
  return Promise.all(asked);
}

describe.each(['one server', 'a cluster'])('on %s', (name) => {
  let rooms: RedisRooms;
  let servers: readonly RedisProcess[];
  const node = async (seed: number, limits = WITH_FILES) => new Node(rooms, await rooms.node(limits, seed));

  beforeEach(async () => {
    const world = worlds.get(name);
    if (world === undefined) throw new Error('no world');
    ({ rooms, servers } = world);
    await rooms.fresh();
  });

  test('FILE-5: a place from one node, parts to others, and every node has the file', async () => {
    const nodes = [await node(1), await node(2), await node(3)] as const;
    await openRoom(nodes[0]);
    const { session } = await nodes[0].join('ann');
    const file = newFile();
    expect(await file.open(nodes[0], session)).toMatchObject({ outcome: 'open', have: Uint8Array.of(0) });
    expect(await file.put(nodes[1], 1)).toBe('stored');
    rooms.stop(nodes[0].raw);
    const { session: moved } = await nodes[2].join('ann', { as: 'member' });
    expect(await file.open(nodes[2], moved)).toMatchObject({ outcome: 'open', have: Uint8Array.of(0b10) });
    expect(await file.put(nodes[1], 0)).toEqual({ lifeMs: LIFE_MS });
    for (const at of nodes.slice(1)) {
      expect(await filesOf(at.raw).find(ROOM, file.fid)).toBe(SIZE);
      expect(toHex((await file.read(at, 1)) ?? new Uint8Array(0))).toBe(toHex(PARTS[1] ?? new Uint8Array(0)));
    }
  });

  test('FILE-9: no key of a file outlives its room, whoever looks', async () => {
    const a = await openRoom(await node(1));
    const { session } = await a.join('ann');
    const [whole, open, erased] = [newFile(), newFile(), newFile()];
    for (const file of [whole, open, erased]) {
      await file.open(a, session);
      await file.put(a, 0);
    }
    await whole.put(a, 1);
    await filesOf(a.raw).erase(ROOM, erased.fid, erased.delHash);
    const keys = await keysIn(servers);
    expect(keys).toHaveLength(6);
    for (const ms of await timesToLive(servers, keys)) {
      expect(ms).toBeGreaterThan(0);
      expect(ms).toBeLessThanOrEqual(LIFE_MS + 15_000);
    }
    await rooms.pass(LIFE_MS);
    expect(await filesOf(a.raw).find(ROOM, whole.fid)).toBeUndefined();
    // What is left says only that a token is void, for a minute.
    const left = await keysIn(servers);
    expect(left.map((key) => key.endsWith(`:${toHex(erased.fid)}`))).toEqual([true]);
  });

  test('LIFE-1: while its room lives on, a file stays until it is due', async () => {
    const a = await openRoom(await node(1));
    const { session } = await a.join('ann');
    const file = newFile();
    await file.open(a, session);
    for (const n of [0, 1]) await file.put(a, n);
    for (let n = 1; n <= 3; n++) {
      await rooms.pass(LIFE_MS / 3 - 1);
      await a.append(session, n);
      // Redis's own clock stands still, so a time to live is what was written last.
      const left = LIFE_MS - (n * LIFE_MS) / 3 + 3 + 15_000;
      const [list, ...others] = await timesToLive(servers, (await keysIn(servers)).toSorted(byLength));
      expect(list).toBeGreaterThan(LIFE_MS);
      for (const ms of others) expect(ms).toBeLessThanOrEqual(left);
    }
    expect(await filesOf(a.raw).find(ROOM, file.fid)).toBe(SIZE);
    await rooms.pass(3);
    expect(await filesOf(a.raw).find(ROOM, file.fid)).toBeUndefined();
    expect(await keysIn(servers)).toEqual([]);
  });

  test('WELCOME-4: files are named only while every node takes them', async () => {
    const a = await node(1);
    expect(a.raw.features).toContain('files');
    const b = await rooms.node(LIMITS, 2);
    await a.raw.beat();
    expect(a.raw.features).not.toContain('files');
    await b[Symbol.asyncDispose]();
    await a.raw.beat();
    expect(a.raw.features).toContain('files');
  });

  test('LIMIT-10: from 70 % of its memory Redis takes no new file, and full it takes no part', async () => {
    const a = await openRoom(await node(1));
    const { session } = await a.join('ann');
    const [first, second, large] = [newFile(), newFile(), newFile(30 * FILE_PART_BYTES)];
    await first.open(a, session);
    // What Redis needs for itself must not matter.
    await large.open(a, session);
    for (let n = 0; n < 30; n++) await large.put(a, n, PARTS[0]);
    await limitMemory(servers, 0.85);
    await rooms.pass(1_000);
    expect(await second.open(a, session)).toEqual({ outcome: 'refused', code: 'server_full' });
    expect(await first.put(a, 0)).toBe('stored');
    await limitMemory(servers, 1.2);
    expect(await first.put(a, 1)).toBe('server_full');
    await limitMemory(servers, 0);
    await rooms.pass(1_000);
    expect(await first.put(a, 1)).toEqual({ lifeMs: LIFE_MS });
    expect(await second.open(a, session)).toMatchObject({ outcome: 'open' });
  });
});
