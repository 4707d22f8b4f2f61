// What a message costs between a node and Redis: one call, in a write shared with all calls of that moment.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { RedisRooms } from '../../testing/redis-rooms.ts';
import { type RedisProcess, startRedis } from '../../testing/redis-server.ts';
import { Signer, envelope, makeCharter, roomId } from '../../testing/signer.ts';
import type { MemberSession } from '../room-store.ts';
import type { RedisStore } from './redis-store.ts';

const LIMITS = { maxRooms: 10, maxMembers: 10, historyMessages: 50, historyBytes: 1_000_000 };
const ROOM = roomId('Room11');
const OWNER = new Signer('owner');
const CHARTER = makeCharter(ROOM, OWNER);
const MESSAGES = 10;
/** The most events kept beyond the history, and one. */
const BATCH = 17;

let redis: RedisProcess;
let world: RedisRooms;
let store: RedisStore;
let session: MemberSession;

beforeAll(async () => {
  redis = await startRedis();
  world = new RedisRooms([redis], redis.url);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await world.fresh();
  store = await world.node(LIMITS);
  await store.create(ROOM, { ownerPk: OWNER.pk, lifeMs: 600_000, history: 'all' });
  await store.open(ROOM, CHARTER);
  store.follow(ROOM, () => {});
  const verifiedWith = { accessPk: CHARTER.args.accessPk, epoch: 0 };
  const joined = await store.join(ROOM, { idPk: new Signer('ann').pk, as: 'key', verifiedWith });
  if (joined.outcome !== 'joined') throw new Error(joined.outcome);
  session = joined.session;
  await world.settled();
});

const append = (n: number) => store.append(ROOM, session, n, envelope(n));

async function commands(): Promise<ReadonlyMap<string, number>> {
  const stats = await redis.info('commandstats');
  return new Map(
    [...stats].map(([name, text]) => [name.replace('cmdstat_', ''), Number(/calls=(\d+)/.exec(text)?.[1])]),
  );
}

/** How often Redis has read from a socket. */
async function reads(): Promise<number> {
  return Number((await redis.info('stats')).get('total_reads_processed'));
}

function nextEvent(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

test('a message is one function call, which runs four commands besides TIME', async () => {
  const before = await commands();
  for (let n = 1; n <= MESSAGES; n++) await append(n);
  const after = await commands();
  const perMessage = [...after]
    .map(([name, calls]) => [name, (calls - (before.get(name) ?? 0)) / MESSAGES] as const)
    .filter(([name, calls]) => calls > 0 && name !== 'info');
  expect(Object.fromEntries(perMessage)).toEqual({
    fcall: 1,
    hmget: 1,
    xadd: 1,
    hset: 1,
    spublish: 1,
  });
});

test('messages of one turn of the event loop reach Redis in one piece, in order', async () => {
  const before = await reads();
  // Each in an event of its own, as from sockets.
  const answers = Array.from({ length: MESSAGES }, (_, i) => nextEvent().then(() => append(i + 1)));
  const appended = await Promise.all(answers);
  const asking = 1;
  expect((await reads()) - before - asking).toBe(1);
  expect(appended.map(({ outcome }) => outcome)).toEqual(appended.map(() => 'appended'));
});

test('old messages are trimmed in batches, reading one entry each', async () => {
  const fill = LIMITS.historyMessages + 2 * BATCH;
  for (let n = 1; n <= fill; n++) await append(n);
  const before = await commands();
  for (let n = fill + 1; n <= fill + 2 * BATCH; n++) await append(n);
  const after = await commands();
  const made = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  expect([made('xtrim'), made('xrange')]).toEqual([2, 2]);
});
