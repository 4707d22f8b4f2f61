// Several nodes on one Redis: they all receive everything, whichever dies or falls silent.

import { GRACE_MS, OP_KICK, decodeServerSealed, encodeTerms, toHex } from '@mayfly/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SeededRandom } from '../../testing/random.ts';
import {
  CHARTER,
  LIFE_MS,
  LIMITS,
  Node,
  OWNER,
  ROOM,
  VERIFIED_WITH,
  asking,
  nodesOf,
  types,
} from '../../testing/redis-nodes.ts';
import { RedisRooms } from '../../testing/redis-rooms.ts';
import { envelope, eraseProof, makeCharter, makeCommand, sealedProfile } from '../../testing/signer.ts';
import { type RedisProcess, startRedis } from '../../testing/redis-server.ts';
import { AWAY_AFTER_MS } from '../member-rules.ts';
import { keepsTheLastBars } from '../contract/bars.ts';
import type { Joined, MemberSession } from '../room-store.ts';
import { withMissed } from './answers.ts';
import { roomKey } from './keyspace.ts';
import type { Link } from './link.ts';
import { BEAT_MS, LEASE_MS } from './node-leases.ts';
import { RedisStore } from './redis-store.ts';

let redis: RedisProcess;
let world: RedisRooms;

beforeAll(async () => {
  redis = await startRedis();
  world = new RedisRooms([redis], redis.url);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

beforeEach(() => world.fresh());

const nodes = (...seeds: readonly number[]) => nodesOf(world, seeds);

/** Everything a room can have: people who left or were removed, messages that were erased or will be, slices, pauses, bars. */
async function usedToTheFull(a: Node, b: Node, c: Node): Promise<MemberSession> {
  const [ann, bob] = [await a.join('ann'), await b.join('bob')];
  await Promise.all(['cem', 'dan', 'eve'].map((name) => c.join(name)));
  const room = ann.session;
  await a.store.publishProfile(ROOM, room, sealedProfile(1));
  await a.append(room, 1);
  await a.store.append(ROOM, room, 2, envelope(2), { seq: 2, proof: eraseProof(1) });
  await a.store.append(ROOM, room, 3, envelope(3, { ttl: 90 }));
  await b.store.leave(ROOM, bob.session);
  const eve = asking('eve').idPk;
  await a.store.command(ROOM, room, makeCommand(ROOM, OWNER, { op: OP_KICK, args: eve }));
  await a.store.command(ROOM, room, makeCommand(ROOM, OWNER, { c: 3, ...encodeTerms({ slow: 60 }) }));
  await a.append(room, 4);
  const charter = makeCharter(ROOM, OWNER, { newEpoch: 1, c: 4, accessPk: CHARTER.args.accessPk });
  const tag = charter.command.signature.subarray(0, 8);
  const known = (await a.store.records(ROOM, undefined))?.records ?? [];
  const slices = known.map(({ slot }) => ({ slot, sealed: new Uint8Array(112) }));
  await a.store.stage(ROOM, room, tag, slices);
  await a.store.rotate(ROOM, room, charter, tag);
  await a.store.stage(ROOM, room, tag, slices);
  return room;
}

/** Keys with this room's name in them or in what they hold. */
async function keysAboutRoom(): Promise<ReadonlyMap<string, string>> {
  const all = await redis.ask('KEYS', '*');
  const about = new Map<string, string>();
  for (const key of Array.isArray(all) ? all.map(String) : []) {
    const type = String(await redis.ask('TYPE', key));
    const held = type === 'zset' ? String(await redis.ask('ZRANGE', key, 0, -1)) : '';
    if (key.includes(ROOM) || held.includes(ROOM)) about.set(key, type);
  }
  return about;
}

async function ttlsOfRoom(): Promise<readonly { readonly key: string; readonly left: number }[]> {
  const keys = [...(await keysAboutRoom()).keys()].filter((key) => key.includes(ROOM));
  return Promise.all(keys.map(async (key) => ({ key, left: Number(await redis.ask('PTTL', key)) })));
}

describe('several nodes', () => {
  test('WELCOME-3: messages sent at one node arrive at every node, once and in order', async () => {
    const [a, b] = await nodes(1, 2);
    const [ann, bob] = [await a.join('ann'), await b.join('bob')];
    a.heard();
    b.heard();
    for (let n = 1; n <= 3; n++) {
      await a.append(ann.session, n);
      await b.append(bob.session, n);
    }
    const heard = a.heard();
    expect(b.heard()).toEqual(heard);
    expect(heard.map((notice) => (notice.type === 'event' ? notice.event.seq : 0))).toEqual([
      2, 3, 4, 5, 6, 7,
    ]);
  });

  test('CMD-9: the end of a room that used everything reaches three nodes at once, and leaves one key for a minute, then none', async () => {
    const [a, b, c] = await nodes(1, 2, 3);
    const session = await usedToTheFull(a, b, c);
    const before = await keysAboutRoom();
    const letters = [...before.keys()].filter((key) => key.includes(ROOM)).map(([letter]) => letter);
    expect(letters.toSorted().join('')).toBe('beghklmoprstwxy');
    for (const node of [a, b, c]) node.heard();
    const end = makeCommand(ROOM, OWNER, { c: 5, epoch: 1 });
    expect(await a.raw.command(ROOM, session, end)).toMatchObject({ outcome: 'appended' });
    await world.settled();
    for (const node of [a, b, c]) expect(types(node.heard())).toEqual(['event', 'ended']);
    const tombstone = roomKey(ROOM);
    expect([...(await keysAboutRoom()).keys()]).toEqual([tombstone]);
    expect(await redis.ask('HGETALL', tombstone)).toEqual(['st', 'ended', 'why', 'owner']);
    const ttl = Number(await redis.ask('PTTL', tombstone));
    expect(ttl).toBeGreaterThan(0);
    expect(ttl).toBeLessThanOrEqual(60_000);
    for (const as of ['key', 'member', 'owner'] as const)
      expect((await c.store.join(ROOM, asking('ann', { as }))).outcome).toBe('denied');
    expect(Number(await redis.ask('PTTL', tombstone))).toBeLessThanOrEqual(ttl);
    await redis.ask('PEXPIRE', tombstone, 1);
    await expect.poll(async () => (await keysAboutRoom()).size).toBe(0);
  });

  test('ROTATE-5: a new link reaches every node with the slices, and its keys end with the room', async () => {
    const [a, b] = await nodes(1, 2);
    const [ann, bob] = [await a.join('ann'), await b.join('bob')];
    for (const node of [a, b]) node.heard();
    const charter = makeCharter(ROOM, OWNER, { newEpoch: 1, c: 2 });
    const tag = charter.command.signature.subarray(0, 8);
    const slices = [ann, bob].map(({ session }, i) => ({
      slot: session.slot,
      sealed: new Uint8Array(112).fill(i),
    }));
    for (const one of slices) await a.raw.stage(ROOM, ann.session, tag, [one]);
    expect(await b.raw.rotate(ROOM, bob.session, charter, tag)).toEqual({ outcome: 'appended', seq: 2 });
    await world.settled();
    for (const node of [a, b]) {
      const [event] = node.heard();
      expect(event?.type === 'event' && event.slices?.size).toBe(2);
    }
    const keys = async (letter: string) => {
      const all = await redis.ask('KEYS', `${letter}{*}:${ROOM}*`);
      return Array.isArray(all) ? all.map(String) : [];
    };
    const [kept = ''] = await keys('k');
    expect(Number(await redis.ask('PTTL', kept))).toBeGreaterThan(0);
    await a.raw.stage(ROOM, ann.session, tag, slices);
    expect(await keys('y')).toHaveLength(1);
    await a.raw.end(ROOM);
    expect([await keys('k'), await keys('y')]).toEqual([[], []]);
  });

  test('COMMAND-5: a removal on one node races messages on another a hundred times: none stands after it, on either', async () => {
    const [a, b] = await nodes(1, 2);
    const owner = await a.join('ann');
    const random = new SeededRandom(3);
    const raced = { before: 0, after: 0 };
    for (const node of [a, b]) node.heard();
    for (let round = 0; round < 100; round++) {
      const idPk = new SeededRandom(round).bytes(32);
      const bob = await b.raw.join(ROOM, asking('', { idPk }));
      if (bob.outcome !== 'joined') throw new Error(`round ${round}: ${bob.outcome}`);
      const { session } = bob;
      const kick = makeCommand(ROOM, OWNER, { c: 2 + round, op: OP_KICK, args: idPk });
      const write = (n: number) => b.raw.append(ROOM, session, n, envelope(4 * round + n));
      const ns = [1, 2, 3];
      const early = ns.splice(0, random.below(4)).map(write);
      const removal = a.raw.command(ROOM, owner.session, kick);
      const said = await Promise.all([...early, ...ns.map(write)]);
      const kicked = await removal;
      const logged = said.flatMap((one) => (one.outcome === 'appended' ? [one.seq] : []));
      if (kicked.outcome !== 'appended') throw new Error(`round ${round}: ${kicked.outcome}`);
      for (const seq of logged) expect(seq).toBeLessThan(kicked.seq);
      expect(said.slice(logged.length).every(({ outcome }) => outcome === 'removed')).toBe(true);
      raced.before += logged.length;
      raced.after += said.length - logged.length;
    }
    await world.settled();
    const [heard, there] = [a, b].map((node) =>
      node.heard().flatMap((notice) => (notice.type === 'event' ? [notice.event] : [])),
    );
    expect(there).toEqual(heard);
    expect(heard?.map(({ seq }) => seq)).toEqual(heard?.map((_, i) => i + 2));
    const commands = heard?.filter(({ frame }) => decodeServerSealed(frame)?.type === 'command');
    expect(commands).toHaveLength(100);
    for (const count of Object.values(raced)) expect(count).toBeGreaterThan(0);
  });

  test('LIFE-1, LIFE-5: every key of a room that used everything ends with it, in a life that is longer or shorter', async () => {
    const [a, b, c] = await nodes(1, 2, 3);
    const session = await usedToTheFull(a, b, c);
    // Slices that wait have a time of their own, and the word that the room was there outlives it.
    const SLACK_MS = 15_000 + 60_000;
    const STAGED_MS = 120_000;
    const fits = async (lifeMs: number) => {
      for (const { key, left } of await ttlsOfRoom()) {
        const most = key.startsWith('y') ? STAGED_MS : lifeMs + SLACK_MS;
        expect(left, key).toBeGreaterThan(key.startsWith('y') ? 0 : lifeMs - 1_000);
        expect(left, key).toBeLessThanOrEqual(most);
      }
    };
    await fits(LIFE_MS);
    for (const [i, lifeMs] of [604_800_000, 60_000].entries()) {
      const args = encodeTerms({ lifeMs, history: 'all' });
      const life = makeCommand(ROOM, OWNER, { c: 5 + i, epoch: 1, ...args });
      expect(await a.store.command(ROOM, session, life)).toMatchObject({ outcome: 'appended' });
      await fits(lifeMs);
    }
  });

  test('SEND-10: where another primary’s clock is behind, no pause is longer than the pace', async () => {
    const [a] = await nodes(1);
    const { session } = await a.join('ann');
    const slow = makeCommand(ROOM, OWNER, encodeTerms({ slow: 10 }));
    await a.store.command(ROOM, session, slow);
    await a.append(session, 1);
    await world.jump(-50_000);
    const answer = await a.append(session, 2);
    // The clock is everyone's.
    await world.jump(50_000);
    expect(answer).toEqual({ outcome: 'slow', retryAfterMs: 10_000 });
  });

  test('COMMAND-5: of 5,001 that were removed the last 5,000 stay out', async () => {
    const store = await world.node(LIMITS);
    await store.create(ROOM, { ownerPk: OWNER.pk, lifeMs: LIFE_MS, history: 'all' });
    await store.open(ROOM, CHARTER);
    const ann = await store.join(ROOM, asking('ann'));
    if (ann.outcome !== 'joined') throw new Error(ann.outcome);
    await keepsTheLastBars(store, ann.session, { room: ROOM, charter: CHARTER });
  });

  test('SEND-5: what one node erases, every node hears, and no node reads it', async () => {
    const [a, b] = await nodes(1, 2);
    const [ann] = [await a.join('ann'), await b.join('bob')];
    await a.append(ann.session, 1);
    a.heard();
    b.heard();
    const erase = { seq: 2, proof: eraseProof(1) };
    await a.store.append(ROOM, ann.session, 2, envelope(2), erase);
    const heard = a.heard();
    expect(types(heard)).toEqual(['erased', 'event']);
    expect(b.heard()).toEqual(heard);
    const cem = await b.join('cem');
    expect(cem.missed.map(({ frame }) => frame[0])).toEqual([0x92, 0x93, 0x91]);
  });

  test('SEND-9: a message ends in time whichever node dies; one that slept reads nothing of it', async () => {
    const [a, b] = await nodes(1, 2);
    const [ann] = [await a.join('ann'), await b.join('bob')];
    await a.store.append(ROOM, ann.session, 1, envelope(1, { ttl: 10 }));
    const wake = world.stop(a.raw);
    b.heard();
    await world.pass(9_000);
    expect(types(b.heard())).not.toContain('erased');
    await world.pass(1_001);
    expect(types(b.heard())).toContain('erased');
    wake();
    const back = await a.join('dee');
    expect(back.missed.map(({ frame }) => frame[0])).toEqual([0x92, 0x93]);
  });

  test('SEND-9: a node that came later knows the end of a message, too', async () => {
    const [a, b] = await nodes(1, 2);
    const ann = await a.join('ann');
    await a.store.append(ROOM, ann.session, 1, envelope(1, { ttl: 10 }));
    await world.pass(4_000);
    await b.join('bob');
    world.stop(a.raw);
    b.heard();
    await world.pass(6_001);
    expect(types(b.heard())).toContain('erased');
  });

  test('JOIN-4: a newer session at another node fences off the older', async () => {
    const [a, b] = await nodes(1, 2);
    const old = await a.join('ann');
    a.heard();
    const young = await b.join('ann');
    expect(a.heard()).toEqual([{ type: 'replaced', session: young.session }]);
    expect(await a.append(old.session, 1)).toEqual({ outcome: 'replaced' });
    await a.store.detach(ROOM, old.session);
    await world.pass(GRACE_MS);
    expect(a.heard()).toEqual([]);
    expect(await b.append(young.session, 1)).toMatchObject({ outcome: 'appended' });
  });

  test('PRESENCE-2: the members of a node that died are away and left within its lease and their grace', async () => {
    const [a, b] = await nodes(1, 2);
    await a.join('ann');
    const bob = await b.join('bob');
    await world.pass(BEAT_MS);
    a.heard();
    world.stop(b.raw);
    await world.pass(LEASE_MS - BEAT_MS - 1);
    expect(a.heard()).toEqual([]);
    await world.pass(GRACE_MS + BEAT_MS + 1);
    const told = a.heard().flatMap((notice) => (notice.type === 'presence' ? [notice.presence] : []));
    expect(told).toMatchObject([
      { away: [bob.session.slot], left: [], count: 2 },
      { away: [], left: [bob.session.slot], count: 1 },
    ]);
  });

  test('PRESENCE-2: a member who was already away when their node died leaves too', async () => {
    const [a, b] = await nodes(1, 2);
    await a.join('ann');
    const bob = await b.join('bob');
    await b.store.detach(ROOM, bob.session);
    await world.pass(AWAY_AFTER_MS);
    world.stop(b.raw);
    await world.pass(LEASE_MS + BEAT_MS + GRACE_MS);
    const left = a.heard().flatMap((notice) => (notice.type === 'presence' ? notice.presence.left : []));
    expect(left.map(toHex)).toEqual([toHex(bob.session.slot)]);
  });

  test('PRESENCE-2: so do the members of a node that died before any other node was there', async () => {
    const [a] = await nodes(1);
    const ann = await a.join('ann');
    world.stop(a.raw);
    await world.pass(10 * LEASE_MS);
    const late = new Node(world, await world.node(LIMITS, 9));
    await late.join('bob');
    await world.pass(LEASE_MS + GRACE_MS);
    const left = late.heard().flatMap((notice) => (notice.type === 'presence' ? notice.presence.left : []));
    expect(left.map(toHex)).toEqual([toHex(ann.session.slot)]);
  });

  test.each([true, false])(
    'a node declared dead by mistake gets its members back (receiving: %s)',
    async (isHearing) => {
      const [a, b] = await nodes(1, 2);
      await a.join('ann');
      const [bob, cem] = [await b.join('bob'), await b.join('cem')];
      const goOn = world.stop(b.raw, { isHearing });
      await world.pass(LEASE_MS + GRACE_MS);
      expect((await a.join('dan')).presence.count).toBe(2);
      a.heard();
      goOn();
      await world.settled();
      await world.pass(BEAT_MS);
      const back = a.heard().flatMap((notice) => (notice.type === 'presence' ? notice.presence.joined : []));
      expect(back.map(({ slot }) => toHex(slot)).toSorted()).toEqual(
        [bob, cem].map(({ session }) => toHex(session.slot)).toSorted(),
      );
      expect(await b.append(bob.session, 1)).toMatchObject({ outcome: 'appended' });
      await world.pass(LEASE_MS + GRACE_MS);
      expect((await a.join('dan')).presence.count).toBe(4);
    },
  );

  test('a node that was cut off learns that a member has a newer session elsewhere', async () => {
    const [a, b] = await nodes(1, 2);
    await b.join('bob');
    b.heard();
    const goOn = world.stop(b.raw);
    const young = await a.join('bob');
    goOn();
    await world.settled();
    expect(b.heard()).toContainEqual({ type: 'replaced', session: young.session });
  });

  test('a node that stops leaves the room to the others', async () => {
    const [a, b] = await nodes(1, 2);
    await a.join('ann');
    await b.join('bob');
    a.heard();
    await b.raw[Symbol.asyncDispose]();
    expect(types(a.heard())).toEqual([]);
    expect(await a.store.size()).toBe(1);
    await world.pass(2 * BEAT_MS);
    expect(types(a.heard())).toEqual(['presence']);
  });
});

const outcome = async (raw: RedisStore, name: string) => (await raw.join(ROOM, asking(name))).outcome;

describe('a room that is full of the members of a node that is gone', () => {
  const FULL = { ...LIMITS, maxMembers: 2 };

  /** A room full of the members of one node. */
  async function fullAt(seed: number) {
    const other = await world.node(FULL, 1);
    const raw = await world.node(FULL, seed);
    await raw.create(ROOM, { ownerPk: OWNER.pk, lifeMs: LIFE_MS, history: 'all' });
    await raw.open(ROOM, CHARTER);
    const node = new Node(world, raw);
    const sessions = [await node.join('ann'), await node.join('bob')].map(({ session }) => session);
    return { other, node, sessions };
  }

  test('JOIN-5: killed: full until their grace is over, no longer', async () => {
    const { other, node } = await fullAt(2);
    world.stop(node.raw);
    await world.pass(GRACE_MS);
    expect(await outcome(other, 'cem')).toBe('full');
    await world.pass(LEASE_MS);
    expect(await other.join(ROOM, asking('cem'))).toMatchObject({ presence: { count: 1, away: [] } });
    expect(await outcome(other, 'dan')).toBe('joined');
    expect(await outcome(other, 'eve')).toBe('full');
    expect(await outcome(other, 'ann')).toBe('full');
  });

  test('JOIN-5: stopped politely: the same', async () => {
    const { other, node, sessions } = await fullAt(2);
    for (const session of sessions) await node.store.detach(ROOM, session);
    await node.raw[Symbol.asyncDispose]();
    await world.pass(GRACE_MS - 1);
    expect(await outcome(other, 'cem')).toBe('full');
    await world.pass(1);
    expect(await outcome(other, 'cem')).toBe('joined');
  });

  test('JOIN-5: the same long after the last lease expired', async () => {
    const { other, node } = await fullAt(2);
    world.stop(node.raw);
    await world.pass(20 * LEASE_MS);
    expect(await outcome(other, 'cem')).toBe('joined');
  });

  test('LOOK-2: a look does not count them either', async () => {
    const { other, node } = await fullAt(2);
    await node.store.leave(ROOM, (await node.join('cem', { as: 'owner' })).session);
    world.stop(node.raw);
    await world.pass(GRACE_MS);
    expect(await other.look(ROOM, VERIFIED_WITH)).toMatchObject({ count: 2, full: true });
    await world.pass(LEASE_MS);
    expect(await other.look(ROOM, VERIFIED_WITH)).toMatchObject({ count: 0, full: false });
  });

  test('a node that has only just come is not taken for dead', async () => {
    const { other, node, sessions } = await fullAt(2);
    await world.pass(2 * BEAT_MS);
    const young = new Node(world, await world.node(FULL, 3));
    for (const session of sessions) await node.store.leave(ROOM, session);
    for (const name of ['cem', 'dan']) await young.join(name);
    expect(await outcome(other, 'eve')).toBe('full');
  });

  test('after a pause of Redis no node is declared dead before it could renew its lease', async () => {
    const { other, node } = await fullAt(2);
    await world.pass(2 * BEAT_MS);
    const goOn = [world.stop(other), world.stop(node.raw)];
    await world.pass(4 * LEASE_MS);
    for (const go of goOn) go();
    await world.settled();
    expect(await outcome(other, 'cem')).toBe('full');
    await world.pass(2 * BEAT_MS);
    expect(await outcome(other, 'cem')).toBe('full');
    expect((await node.join('ann')).presence.count).toBe(2);
  });
});

const eventsTo50 = (first: number) =>
  Array.from({ length: 51 - first }, (_, i) => ({ seq: first + i, frame: new Uint8Array(0) }));

describe('a long history', () => {
  const many = { ...LIMITS, historyMessages: 100 };

  test('RESUME-1: missed events are complete, however many', async () => {
    const raw = await world.node(many);
    await raw.create(ROOM, { ownerPk: OWNER.pk, lifeMs: LIFE_MS, history: 'all' });
    await raw.open(ROOM, CHARTER);
    const node = new Node(world, raw);
    const { session, logId } = await node.join('ann');
    for (let n = 1; n <= 80; n++) await node.append(session, n);
    for (const seq of [1, 47, 48, 49, 50, 80, 81]) {
      const { mode, missed } = await node.join('ann', { as: 'member', position: { logId, seq } });
      expect(mode).toBe('resume');
      expect(missed.map((event) => event.seq)).toEqual(
        Array.from({ length: 81 - seq }, (_, i) => seq + 1 + i),
      );
    }
  });

  test('RESUME-2: events trimmed before they are read cause a reset, not a hole', async () => {
    const [a] = await nodes(1);
    const { reason: _fresh, ...fresh } = await a.join('ann');
    const joined: Joined = { ...fresh, mode: 'resume', seq: 50 };
    expect(withMissed(joined, 10, eventsTo50(11))).toMatchObject({ mode: 'resume' });
    expect(withMissed(joined, 10, eventsTo50(12))).toMatchObject({ mode: 'reset', reason: 'too_old' });
    expect(withMissed({ ...joined, mode: 'reset', reason: 'fresh' }, 0, eventsTo50(2))).toMatchObject({
      reason: 'fresh',
    });
  });
});

const listening = () => redis.ask('PUBSUB', 'SHARDCHANNELS', `c*:${ROOM}`);

describe('subscribing', () => {
  test("WELCOME-3: a join waits until the room's channel is subscribed", async () => {
    const asked: string[] = [];
    const waiting: (() => void)[] = [];
    const link: Link = {
      call: async (name) => {
        asked.push(name);
        return [Buffer.from('denied')];
      },
      subscribe: () =>
        new Promise((resolve) => {
          waiting.push(resolve);
        }),
      range: async () => [],
      unsubscribe: () => {},
      prune: async () => {},
      [Symbol.asyncDispose]: async () => {},
    };
    const store = new RedisStore({
      clock: world.clock,
      random: new SeededRandom(5).bytes,
      limits: LIMITS,
      connect: () => link,
      onTrouble: () => {},
    });
    store.follow(ROOM, () => {});
    const joining = store.join(ROOM, asking('ann'));
    await new Promise((resolve) => void setImmediate(resolve));
    expect(asked).toEqual([]);
    for (const heard of waiting) heard();
    expect(await joining).toEqual({ outcome: 'denied' });
    expect(asked).toEqual(['join']);
    await store[Symbol.asyncDispose]();
  });

  test('a channel is unsubscribed five seconds after its last follower, and subscribed again on demand', async () => {
    const raw = await world.node(LIMITS);
    const stop = raw.follow(ROOM, () => {});
    await world.settled();
    expect(await listening()).toHaveLength(1);
    stop[Symbol.dispose]();
    await world.pass(4_999);
    const again = raw.follow(ROOM, () => {});
    await world.pass(10_000);
    expect(await listening()).toHaveLength(1);
    again[Symbol.dispose]();
    await world.pass(5_000);
    await expect.poll(() => listening()).toEqual([]);
  });
});
