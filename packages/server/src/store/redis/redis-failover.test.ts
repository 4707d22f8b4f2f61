// Primaries that die while rooms are in use, on real processes: a Sentinel pair, and a cluster with replicas.

import { afterEach, describe, expect, test, vi } from 'vitest';
import { SeededRandom } from '../../testing/random.ts';
import { type RedisProcess, startRedisCluster, startSentinel } from '../../testing/redis-server.ts';
import { Signer, envelope, makeCharter, roomId } from '../../testing/signer.ts';
import type { StoreNotice, RoomStore } from '../room-store.ts';
import { parseRedisUrl } from './address.ts';
import { connectRedisStore } from './start/connect.ts';
import { roomKey, slotOf } from './keyspace.ts';

// A failover takes its seconds, which are real here.
const LIMITS = { maxRooms: 10, maxMembers: 10, historyMessages: 50, historyBytes: 100_000 };
const ROOM = roomId('Room11');
const OWNER = new Signer('owner');
const CHARTER = makeCharter(ROOM, OWNER);
const ANN = {
  idPk: new Signer('ann').pk,
  as: 'key',
  verifiedWith: { accessPk: CHARTER.args.accessPk, epoch: 0 },
} as const;

const clock = {
  now: () => performance.now(),
  after: (ms: number, action: () => void) => {
    const timer = setTimeout(action, ms);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const part of open.splice(0).toReversed()) await part[Symbol.asyncDispose]();
});

async function connect(url: string, seed: number): Promise<RoomStore> {
  const address = parseRedisUrl(url);
  if (address === undefined) throw new Error('not a URL of Redis');
  const random = new SeededRandom(seed).bytes;
  const store = await connectRedisStore(address, { clock, random, limits: LIMITS, onTrouble: fail });
  open.push(store);
  return store;
}

function fail(error: unknown): never {
  throw error;
}

/** The primary of a room dies while one node sends and another receives. */
async function surviveDeath(url: string, kill: () => Promise<void>): Promise<void> {
  const [here, there] = [await connect(url, 1), await connect(url, 2)];
  await here.create(ROOM, { ownerPk: OWNER.pk, lifeMs: 600_000, history: 'all' });
  await here.open(ROOM, CHARTER);
  const heard: StoreNotice[] = [];
  there.follow(ROOM, (notice) => heard.push(notice));
  const bob = await there.join(ROOM, { ...ANN, idPk: new Signer('bob').pk });
  const ann = await here.join(ROOM, ANN);
  if (ann.outcome !== 'joined' || bob.outcome !== 'joined') throw new Error('not in');
  await here.append(ROOM, ann.session, 1, envelope(1));
  await expect.poll(() => heard.some((notice) => notice.type === 'event')).toBe(true);

  await kill();
  const patience = { timeout: 120_000, interval: 100 };
  // The same bytes with the same n, as a client would.
  const placed = await vi.waitFor(() => here.append(ROOM, ann.session, 2, envelope(2)), patience);
  expect(['appended', 'repeated']).toContain(placed.outcome);
  const again = await here.join(ROOM, { ...ANN, position: { logId: ann.logId, seq: 2 } });
  expect(again).toMatchObject({ outcome: 'joined', mode: 'reset', reason: 'new_log', seq: 3, lastN: 2 });
  await vi.waitFor(() => {
    const ofNewLog = heard.some((notice) => notice.type === 'event' && notice.logId !== ann.logId);
    expect(ofNewLog || heard.some((notice) => notice.type === 'hole')).toBe(true);
  }, patience);
}

/** Everything written so far is on the replica too. */
async function replicated(primary: RedisProcess): Promise<void> {
  await vi.waitFor(async () => {
    const info = await primary.info('replication');
    expect(info.get('slave0')).toContain(`offset=${info.get('master_repl_offset')}`);
  }, 120_000);
}

describe('a primary dies', () => {
  test('Sentinels promote the replica: the room continues there, in another log', async () => {
    const group = await startSentinel();
    open.push(group);
    await surviveDeath(group.url, async () => {
      await replicated(group.primary);
      await group.primary.kill();
    });
  });

  test('a cluster promotes the replica: calls and channels move there', async () => {
    const cluster = await startRedisCluster(3, { withReplicas: true });
    open.push(cluster);
    const owner = cluster.primaries[Math.floor((slotOf(roomKey(ROOM)) * 3) / 16_384)];
    await surviveDeath(cluster.url, async () => {
      if (owner === undefined) throw new Error('nobody serves the room');
      await replicated(owner);
      await owner.kill();
    });
  });
});
