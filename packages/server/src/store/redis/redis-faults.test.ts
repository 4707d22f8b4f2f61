// What only the Redis store has to get right: keys that expire, and a Redis that fails.

import { GRACE_MS } from '@mayfly/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { SeededRandom } from '../../testing/random.ts';
import {
  LIFE_MS,
  LIMITS,
  Node,
  OWNER,
  ROOM,
  CHARTER,
  asking,
  nodesOf,
  types,
} from '../../testing/redis-nodes.ts';
import { RedisRooms } from '../../testing/redis-rooms.ts';
import { type RedisProcess, startRedis } from '../../testing/redis-server.ts';
import { envelope, roomId, sealedProfile } from '../../testing/signer.ts';
import { AWAY_AFTER_MS } from '../member-rules.ts';
import type { MemberSession } from '../room-store.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import { parseRedisUrl } from './address.ts';
import { messageWord } from './asks.ts';
import { connectRedisStore } from './start/connect.ts';
import { roomKey } from './keyspace.ts';
import { ANSWER_WITHIN_MS } from './link.ts';
import { BEAT_MS, LEASE_MS } from './node-leases.ts';

let redis: RedisProcess;
let world: RedisRooms;

beforeAll(async () => {
  redis = await startRedis({ 'enable-debug-command': 'yes' });
  world = new RedisRooms([redis], redis.url);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

beforeEach(() => world.fresh());

const nodes = (...seeds: readonly number[]) => nodesOf(world, seeds);
const fcall = (name: 'append' | 'step_departure', ...words: readonly (string | number | Uint8Array)[]) =>
  redis.ask('FCALL', world.library.nameOf(name), 1, roomKey(ROOM), ...words);

/** Makes functions fail: a key has the wrong type. */
const breakRoom = () => redis.ask('SET', roomKey(ROOM).replace('r', 'l'), 'not a hash');

async function everyTtl(): Promise<ReadonlyMap<string, number>> {
  const keys = await redis.ask('KEYS', '*');
  const ttls = new Map<string, number>();
  for (const key of Array.isArray(keys) ? keys : []) {
    ttls.set(String(key), Number(await redis.ask('PTTL', String(key))));
  }
  return ttls;
}

/** Keys that would outlive their room. */
async function withoutEnd(): Promise<readonly string[]> {
  // The version of all data says nothing of a room.
  const ttls = [...(await everyTtl())].filter(([key, ttl]) => key !== '{n}v' || ttl <= 0);
  return ttls.flatMap(([key, ttl]) => (ttl <= 0 || ttl > LIFE_MS + 90_000 ? [key] : []));
}

const NOBODY: MemberSession = { slot: new Uint8Array(8), generation: 1 };

describe('keys', () => {
  test('every key has a time to live, from its first moment', async () => {
    const [a] = await nodes(1);
    await a.store.create(roomId('Room22'), { ownerPk: OWNER.pk, lifeMs: LIFE_MS, history: 'all' });
    const steps: readonly (() => Promise<unknown>)[] = [
      async () => {},
      () => a.join('ann'),
      async () => a.store.publishProfile(ROOM, (await a.join('ann')).session, sealedProfile(1)),
      async () => a.append((await a.join('ann')).session, 1),
      async () => a.store.leave(ROOM, (await a.join('bob')).session),
      async () => a.store.detach(ROOM, (await a.join('cem')).session),
      () => world.pass(GRACE_MS),
      async () => a.append((await a.join('ann')).session, 2),
    ];
    for (const step of steps) {
      await step();
      expect(await withoutEnd()).toEqual([]);
    }
    const letters = new Set([...(await everyTtl()).keys()].map((key) => key[0]));
    expect([...letters].toSorted().join('')).toBe('dghlmnoprsuw{');
  });

  test('every key has a time to live, also after a lone member changed nodes', async () => {
    const [a, b] = await nodes(1, 2);
    const { session } = await a.join('ann');
    const goOn = world.stop(a.raw);
    await world.pass(LEASE_MS + 2 * BEAT_MS);
    expect(await withoutEnd()).toEqual([]);
    await world.pass(GRACE_MS);
    expect(await redis.ask('EXISTS', roomKey(ROOM).replace('r', 'h'))).toBe(0);
    goOn();
    await world.settled();
    expect(await redis.ask('EXISTS', roomKey(ROOM).replace('r', 'h'))).toBe(1);
    expect(await withoutEnd()).toEqual([]);
    await b.join('ann');
    await a.append(session, 1);
    expect(await withoutEnd()).toEqual([]);
  });

  test.each([1, 2, 3])('every key has a time to live, whatever happens (seed %i)', async (seed) => {
    const random = new SeededRandom(seed);
    const [a, b] = await nodes(1, 2);
    const sessions: MemberSession[] = [];
    const latest = () => sessions[random.below(sessions.length)];
    const stopped = new Map<Node, () => void>();
    const one = () => (random.below(2) === 0 ? a : b);
    const steps: readonly ((node: Node) => Promise<unknown>)[] = [
      async (node) => sessions.push((await node.join(`p${random.below(3)}`)).session),
      async (node) => node.store.leave(ROOM, latest() ?? NOBODY),
      async (node) => node.store.detach(ROOM, latest() ?? NOBODY),
      async (node) => node.append(latest() ?? NOBODY, 1),
      async (node) => node.store.publishProfile(ROOM, latest() ?? NOBODY, sealedProfile(1)),
      async (node) => stopped.set(node, world.stop(node.raw)),
      async () => world.pass(random.below(2 * LEASE_MS)),
    ];
    for (let i = 0; i < 60; i++) {
      const node = one();
      stopped.get(node)?.();
      stopped.delete(node);
      await steps[random.below(steps.length)]?.(node);
      if (stopped.size === 2) for (const goOn of stopped.values()) goOn();
      await world.settled();
      expect(await withoutEnd()).toEqual([]);
    }
  });

  test('a time to live is never shorter than the room, and written every 15 s at most', async () => {
    const [a] = await nodes(1);
    const { session } = await a.join('ann');
    const stream = roomKey(ROOM).replace('r', 's');
    await redis.ask('PEXPIRE', stream, 50_000);
    await world.pass(14_999);
    await a.append(session, 1);
    expect(Number(await redis.ask('PTTL', stream))).toBeLessThanOrEqual(50_000);
    await world.pass(1);
    await a.append(session, 2);
    for (const letter of 'omlshw') {
      const left = Number(await redis.ask('PTTL', roomKey(ROOM).replace('r', letter)));
      expect(left).toBeGreaterThan(LIFE_MS);
    }
  });

  test('LIFE-4: at the end the content is gone at once; a minute later nothing is left', async () => {
    const [a] = await nodes(1);
    const { session } = await a.join('ann');
    await a.append(session, 1);
    await a.store.publishProfile(ROOM, session, sealedProfile(1));
    await world.pass(LIFE_MS);
    expect(types(a.heard()).at(-1)).toBe('ended');
    const ttls = await everyTtl();
    expect([...ttls.keys()].toSorted()).toEqual(['n', roomKey(ROOM), '{n}f', '{n}o', '{n}v']);
    expect(await redis.ask('HGETALL', roomKey(ROOM))).toEqual(['st', 'ended', 'why', 'expired']);
    expect(ttls.get(roomKey(ROOM))).toBeLessThanOrEqual(60_000);
  });

  test('RESUME-4: the log is trimmed in Redis too, and its bytes are counted exactly', async () => {
    const [a] = await nodes(1);
    const { session } = await a.join('ann');
    for (let n = 1; n <= 100; n++) await a.append(session, n);
    const kept = Number(await redis.ask('XLEN', roomKey(ROOM).replace('r', 's')));
    expect(kept).toBeGreaterThanOrEqual(5);
    expect(kept).toBeLessThanOrEqual(5 + 16);
    expect((await a.join('bob')).missed.map(({ seq }) => seq)).toEqual([97, 98, 99, 100, 101]);
  });

  test('RESUME-4: bytes of events trimmed by number are subtracted exactly', async () => {
    const [a] = await nodes(1);
    const { session } = await a.join('ann');
    for (let n = 1; n <= 30; n++) await a.append(session, n);
    const large = envelope(31, { bucket: 6 });
    const stream = roomKey(ROOM).replace('r', 's');
    const before = Number(await redis.ask('XLEN', stream));
    const bytes = before * envelope(1).length + large.length;
    const raw = async (n: number, historyBytes: number) => {
      const limits = { historyMessages: 1_000, historyBytes };
      const word = messageWord(session, new SeededRandom(1).bytes(8), n, 0, limits);
      expect(await fcall('append', word, large)).toBe(31 + n - 30);
      return Number(await redis.ask('XLEN', stream));
    };
    expect(await raw(31, bytes)).toBe(before + 1);
    expect(await raw(32, bytes + large.length - 1)).toBe(before + 1);
  });
});

describe('a Redis that fails', () => {
  test('subscriber cut off: missed events arrive in order, each once, then a presence snapshot', async () => {
    const [a, b] = await nodes(1, 2);
    const [ann, bob, cem] = [await a.join('ann'), await b.join('bob'), await b.join('cem')];
    await a.append(ann.session, 1);
    a.heard();
    const node = new SeededRandom(99).bytes(8);
    const words = (n: number) => [messageWord(bob.session, node, n, 0, LIMITS), envelope(n)];
    // One after another in Redis, before any subscriber can be back.
    await Promise.all([
      redis.ask('CLIENT', 'KILL', 'TYPE', 'pubsub'),
      fcall('append', ...words(1)),
      fcall('append', ...words(2)),
      fcall('step_departure', cem.session.slot, cem.session.generation, 'leave'),
    ]);
    await world.settled();
    await a.append(ann.session, 2);
    const heard = a.heard();
    expect(heard.flatMap((notice) => (notice.type === 'event' ? [notice.event.seq] : []))).toEqual([3, 4, 5]);
    const [snapshot] = heard.flatMap((notice) => (notice.type === 'presence' ? [notice.presence] : []));
    expect(snapshot).toMatchObject({ snapshot: true, count: 2 });
    expect(types(heard)).not.toContain('hole');
  });

  test('subscriber cut off for longer than the history: every follower is notified of a hole', async () => {
    const [a, b] = await nodes(1, 2);
    await a.join('ann');
    const bob = await b.join('bob');
    await b.append(bob.session, 1);
    const goOn = world.stop(a.raw);
    for (let n = 2; n <= 40; n++) await b.append(bob.session, n);
    a.heard();
    goOn();
    await world.settled();
    expect(types(a.heard())).toContain('hole');
    await b.append(bob.session, 41);
    expect(a.seqs()).toEqual([42]);
  });

  test('an end that was missed is announced afterwards', async () => {
    const [a, b] = await nodes(1, 2);
    await a.join('ann');
    await b.join('bob');
    a.heard();
    const goOn = world.stop(a.raw);
    await world.jump(LIFE_MS);
    await b.store.keys(ROOM);
    goOn();
    await world.settled();
    expect(a.heard()).toEqual([{ type: 'ended', reason: 'expired' }]);
  });

  test('restarted or flushed: every follower is notified that the server lost the room', async () => {
    const [a] = await nodes(1);
    const { session } = await a.join('ann');
    a.heard();
    await redis.ask('FLUSHALL');
    await redis.ask('FUNCTION', 'FLUSH');
    expect(await a.append(session, 1)).toEqual({ outcome: 'gone' });
    expect(a.heard()).toEqual([{ type: 'ended', reason: 'server' }]);
    expect(await a.store.keys(ROOM)).toBeUndefined();
  });

  test('restarted as a process: connections, channels and functions come back by themselves', async () => {
    const [a] = await nodes(1);
    const { session } = await a.join('ann');
    a.heard();
    await redis.restart();
    await vi.waitFor(() => a.raw.keys(ROOM), { timeout: 120_000 });
    expect(await a.append(session, 1)).toEqual({ outcome: 'gone' });
    expect(types(a.heard())).toEqual(['ended']);
    await world.fresh();
    const [again] = await nodes(1);
    await again.append((await again.join('ann')).session, 1);
    expect(again.seqs()).toEqual([2]);
  });

  test('paused: no answer in time is an unknown outcome, and the retry settles it', async () => {
    const [a, b] = await nodes(1, 2);
    const { session } = await a.join('ann');
    await b.join('bob');
    b.heard();
    redis.pause();
    const sent = a.raw.append(ROOM, session, 1, envelope(1));
    const lost = expect(sent).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 2_000 });
    world.clock.pass(ANSWER_WITHIN_MS);
    await lost;
    redis.resume();
    expect(await a.append(session, 1)).toEqual({ outcome: 'repeated' });
    expect(b.seqs()).toEqual([2]);
  });

  test("paused during a join: a member without a connection doesn't stay", async () => {
    const [a, b] = await nodes(1, 2);
    await b.join('bob');
    await a.store.keys(ROOM);
    b.heard();
    redis.pause();
    const lost = expect(a.raw.join(ROOM, asking('ann'))).rejects.toBeInstanceOf(StoreUnavailable);
    await new Promise((resolve) => void setImmediate(resolve));
    world.clock.pass(ANSWER_WITHIN_MS);
    await lost;
    redis.resume();
    await world.settled();
    await world.pass(AWAY_AFTER_MS);
    await world.pass(GRACE_MS);
    const presences = b.heard().flatMap((notice) => (notice.type === 'presence' ? [notice.presence] : []));
    expect(presences.at(-1)).toMatchObject({ count: 1 });
    expect(presences.at(-1)?.left).toHaveLength(1);
  });

  test('a departure is repeated until Redis can take it', async () => {
    const [a, b] = await nodes(1, 2);
    const ann = await a.join('ann');
    await b.join('bob');
    b.heard();
    const goOn = world.stop(a.raw);
    const leaving = a.raw.detach(ROOM, ann.session);
    await world.pass(GRACE_MS / 2);
    goOn();
    await world.pass(1_000);
    await leaving;
    await world.pass(GRACE_MS);
    expect(types(b.heard())).toEqual(['presence', 'presence']);
  });

  test('FUNCTION FLUSH: the library is loaded again, once for all calls that miss it', async () => {
    const [a] = await nodes(1);
    const { session } = await a.join('ann');
    await redis.ask('FUNCTION', 'FLUSH');
    // The test's time is lost with it.
    const asked = await Promise.all([1, 2, 3].map(() => a.raw.keys(ROOM)));
    expect(asked.every((keys) => keys?.epoch === 0)).toBe(true);
    await world.jump(0);
    expect(await a.append(session, 1)).toMatchObject({ outcome: 'appended' });
  });

  test('out of memory: nothing new is taken, and no member is dropped', async () => {
    const [a] = await nodes(1);
    const ann = await a.join('ann');
    await redis.ask('CONFIG', 'SET', 'maxmemory', '1');
    try {
      expect(await a.append(ann.session, 1)).toEqual({ outcome: 'refused', code: 'server_full' });
      const wish = a.raw.create(roomId('Room22'), { ownerPk: OWNER.pk, lifeMs: 1, history: 'all' });
      await expect(wish).rejects.toMatchObject({ code: 'server_full' });
      await expect(a.raw.join(ROOM, asking('bob'))).rejects.toMatchObject({ code: 'server_full' });
      const back = await a.join('ann', { as: 'member' });
      await a.store.renew(ROOM, back.session);
      a.heard();
      await a.store.leave(ROOM, back.session);
      expect(a.heard()).toMatchObject([{ presence: { left: [back.session.slot], count: 0 } }]);
      expect((await a.store.keys(ROOM))?.epoch).toBe(0);
    } finally {
      await redis.ask('CONFIG', 'SET', 'maxmemory', '0');
    }
    expect((await a.join('ann', { as: 'member' })).lastN).toBe(0);
  });

  test('read-only: refused for now, and errors contain nothing of the room', async () => {
    const [a] = await nodes(1);
    const { session } = await a.join('ann');
    await redis.ask('REPLICAOF', '127.0.0.1', '1');
    const error: unknown = await a.raw.append(ROOM, session, 1, envelope(1)).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(ROOM);
    await redis.ask('REPLICAOF', 'NO', 'ONE');
    await vi.waitFor(() => a.raw.append(ROOM, session, 1, envelope(1)), { timeout: 120_000 });
    await world.settled();
  });

  test('a failing function is our bug, and its error contains nothing of the room', async () => {
    const [a] = await nodes(1);
    const { session } = await a.join('ann');
    await breakRoom();
    const error: unknown = await a.raw.append(ROOM, session, 1, envelope(1)).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(StoreUnavailable);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(ROOM);
  });

  test('a sweep that Redis refuses leaves a hole, and the node lives on', async () => {
    const troubles: unknown[] = [];
    const [b] = await nodes(2);
    const a = new Node(world, await world.node(LIMITS, 1, (error) => troubles.push(error)));
    await a.join('ann');
    const bob = await b.join('bob');
    a.heard();
    const goOn = world.stop(a.raw);
    await b.append(bob.session, 1);
    await breakRoom();
    goOn();
    await world.settled();
    expect(a.heard()).toEqual([{ type: 'hole' }]);
    expect(troubles).toEqual([new Error('Redis refused heads: WRONGTYPE')]);
  });

  test('LIFE-2: an expiry check that Redis refuses is repeated', async () => {
    const troubles: unknown[] = [];
    const [a] = await nodesOf(world, [1, 2], (error) => troubles.push(error));
    await a.join('ann');
    a.heard();
    await breakRoom();
    await world.pass(LIFE_MS);
    // Each node that follows the room checks.
    const refused = new Error('Redis refused expire: WRONGTYPE');
    expect(troubles).toEqual([refused, refused]);
    await redis.ask('DEL', roomKey(ROOM));
    await redis.ask('DEL', roomKey(ROOM).replace('r', 'l'));
    await world.pass(BEAT_MS);
    expect(a.heard()).toEqual([{ type: 'ended', reason: 'server' }]);
  });

  test('a room with a missing key is moving, not over; once its time is up it is over', async () => {
    const [a] = await nodes(1);
    const { session } = await a.join('ann');
    a.heard();
    await redis.ask('DEL', roomKey(ROOM).replace('r', 'l'));
    await expect(a.raw.append(ROOM, session, 1, envelope(1))).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await redis.ask('HGET', roomKey(ROOM), 'st')).toBe('live');
    await redis.ask('PEXPIRE', roomKey(ROOM), 60_000);
    expect(await a.append(session, 1)).toEqual({ outcome: 'gone' });
    expect(a.heard()).toEqual([{ type: 'ended', reason: 'expired' }]);
  });

  test('SEND-3: a call that fails halfway announces nothing and spends no n', async () => {
    const [a] = await nodes(1);
    const { session } = await a.join('ann');
    a.heard();
    await redis.ask('XADD', roomKey(ROOM).replace('r', 's'), '1000-0', 'm', 'in the way');
    await expect(a.append(session, 1)).rejects.toThrow('append');
    await world.settled();
    expect(a.heard()).toEqual([]);
    expect((await a.join('ann')).lastN).toBe(0);
  });

  test('RESUME-2: after a failover that may have lost events, the log continues under another name', async () => {
    const [a] = await nodes(1);
    const ann = await a.join('ann');
    await a.append(ann.session, 1);
    a.heard();
    // As long as no failover can be.
    await world.pass(100);
    await redis.ask('DEBUG', 'CHANGE-REPL-ID');
    await a.append(ann.session, 2);
    const [event] = a.heard().flatMap((notice) => (notice.type === 'event' ? [notice] : []));
    expect(event?.event.seq).toBe(3);
    expect(event?.logId).not.toBe(ann.logId);
    const position = { logId: ann.logId, seq: 2 };
    const back = await a.join('ann', { as: 'member', position });
    expect(back).toMatchObject({ mode: 'reset', reason: 'new_log', logId: event?.logId, seq: 3 });
    expect(back.missed.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  test('RESUME-2: an idle room learns of a failover too', async () => {
    const [a] = await nodes(1);
    await a.join('ann');
    a.heard();
    await world.pass(100);
    await Promise.all([redis.ask('DEBUG', 'CHANGE-REPL-ID'), redis.ask('CLIENT', 'KILL', 'TYPE', 'pubsub')]);
    await world.settled();
    expect(types(a.heard())).toContain('hole');
  });
});

describe('as in production', () => {
  test('time is that of Redis', async () => {
    const address = parseRedisUrl(redis.url);
    if (address === undefined) throw new Error('not a URL of Redis');
    const clock = {
      now: () => performance.now(),
      after: (ms: number, action: () => void) => {
        const timer = setTimeout(action, ms);
        return { [Symbol.dispose]: () => clearTimeout(timer) };
      },
    };
    const parts = { clock, limits: LIMITS, onTrouble: () => {} };
    const store = await connectRedisStore(address, { ...parts, random: new SeededRandom(1).bytes });
    try {
      await store.create(ROOM, { ownerPk: OWNER.pk, lifeMs: LIFE_MS, history: 'all' });
      await store.open(ROOM, CHARTER);
      const ann = await store.join(ROOM, asking('ann'));
      if (ann.outcome !== 'joined') throw new Error('not in');
      expect(ann.expiresInMs).toBe(LIFE_MS);
      expect(await store.append(ROOM, ann.session, 1, envelope(1))).toMatchObject({ outcome: 'appended' });
    } finally {
      await store[Symbol.asyncDispose]();
    }
  });

  test('an unreachable Redis is reported', async () => {
    const clock = {
      now: () => 0,
      after: (_ms: number, action: () => void) => {
        const timer = setTimeout(action, 10);
        return { [Symbol.dispose]: () => clearTimeout(timer) };
      },
    };
    const connecting = connectRedisStore(
      { shape: 'single', hosts: [{ host: '127.0.0.1', port: 1 }], tls: false },
      { clock, limits: LIMITS, random: new SeededRandom(1).bytes, onTrouble: () => {} },
    );
    await expect(connecting).rejects.toBeInstanceOf(StoreUnavailable);
  });
});
