import { afterAll, beforeAll } from 'vitest';
import { RedisRooms, settling } from '../../testing/redis-rooms.ts';
import {
  type RedisCluster,
  type RedisProcess,
  type SentinelGroup,
  startRedis,
  startRedisCluster,
  startSentinel,
} from '../../testing/redis-server.ts';
import { NO_FILES } from '../file-store.ts';
import type { MakeStore } from '../contract/fixture.ts';
import { fileStoreContract, roomStoreContract } from '../contract/room-store-contract.ts';

// Every step of a test is a few round trips to real processes.
let redis: RedisProcess;
let cluster: RedisCluster;
let sentinels: SentinelGroup;
const worlds = new Map<string, RedisRooms>();

beforeAll(async () => {
  [redis, cluster, sentinels] = await Promise.all([startRedis(), startRedisCluster(3), startSentinel()]);
  worlds.set('redis store', new RedisRooms([redis], redis.url));
  worlds.set('redis store on a cluster', new RedisRooms(cluster.primaries, cluster.url));
  worlds.set('redis store behind Sentinels', new RedisRooms([sentinels.primary], sentinels.url));
});

afterAll(async () => {
  for (const world of worlds.values()) await world[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
  await sentinels[Symbol.asyncDispose]();
});

function makerOf(name: string): MakeStore {
  return async (limits) => {
    const world = await worlds.get(name)?.fresh();
    if (world === undefined) throw new Error('no Redis');
    const store = await world.node(limits);
    return {
      store: settling(store, world),
      files: store.files ?? NO_FILES,
      pass: (ms) => world.pass(ms),
      jump: (ms) => world.jump(ms),
    };
  };
}

for (const name of ['redis store', 'redis store on a cluster']) roomStoreContract(name, makerOf(name));
for (const name of ['redis store', 'redis store on a cluster', 'redis store behind Sentinels'])
  fileStoreContract(name, makerOf(name));
