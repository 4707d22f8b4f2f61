import { afterAll, beforeAll } from 'vitest';
import { RedisRooms, settling } from '../../testing/redis-rooms.ts';
import { type RedisProcess, startRedis } from '../../testing/redis-server.ts';
import { roomStoreContract } from '../room-store-contract.ts';

let redis: RedisProcess;
let rooms: RedisRooms | undefined;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(async () => {
  await rooms?.[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

roomStoreContract('redis store', async (limits) => {
  await rooms?.[Symbol.asyncDispose]();
  rooms = await RedisRooms.on([redis], redis.url);
  const { pass, jump } = rooms;
  const store = settling(await rooms.node(limits), rooms);
  return { store, pass: pass.bind(rooms), jump: jump.bind(rooms) };
});
