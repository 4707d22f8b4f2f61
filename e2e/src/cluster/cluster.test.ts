// A cluster that loses nodes and whose Redis misbehaves: no echoed message is lost. `npm run cluster-faults` measures how fast it recovers.

import { expect, test } from 'vitest';
import { SeededRandom } from '../../../packages/server/src/testing/random.ts';
import { startRedis } from '../../../packages/server/src/testing/redis-server.ts';
import { Cluster } from './cluster.ts';
import { kill, roll } from './departures.ts';
import { endRooms } from './ends.ts';
import { lossyFailover } from './failover.ts';
import { lastMoments } from './last-moment.ts';
import { moveRooms } from './moves.ts';
import { Population } from './population.ts';
import { befall, readOnly, restart } from './troubles.ts';

const FEW = { rooms: 2, membersEach: 6, everyMs: 100 };

test.concurrent('I1 to I5, I9: nodes are killed and replaced, and nothing that was echoed is lost', async () => {
  await using redis = await startRedis();
  const random = new SeededRandom(1);
  await using cluster = await Cluster.over(redis, random);
  using population = await Population.of(cluster, random, FEW);
  population.write();
  const killed = await kill(cluster, population, { times: 2, steadyMs: 0 });
  expect(killed.complaints).toEqual([]);
  expect(killed.lost).toBeGreaterThan(0);
  const rolled = await roll(cluster, population, 1);
  expect(rolled.complaints).toEqual([]);
  expect(rolled.moved).toBeGreaterThan(0);
  expect(await population.verdict()).toEqual([]);
  expect(population.echoed).toBeGreaterThan(0);
});

test.concurrent('I1 to I5, I9, I12: Redis and the connections to it fail in every way, and nothing that Redis has is lost', async () => {
  await using redis = await startRedis();
  const random = new SeededRandom(2);
  await using cluster = await Cluster.over(redis, random);
  using population = await Population.of(cluster, random, FEW);
  const scene = { redis, cluster, population, random, lastsMs: 2_500, swallowsMs: 2_500 };
  expect(await befall(scene, () => {})).toEqual([]);
  expect(await population.verdict()).toEqual([]);
  expect(await readOnly(scene)).toEqual([]);
  expect(await restart(scene)).toEqual([]);
  using newcomers = await Population.of(cluster, random, FEW);
  expect(await newcomers.verdict()).toEqual([]);
});

test.concurrent('I3, I4: a replica takes over without the last moments, and no one keeps what it lacks', async () => {
  const { lost, complaints } = await lossyFailover(FEW, new SeededRandom(3));
  expect(complaints).toEqual([]);
  expect(lost).toBeGreaterThan(0);
});

test.concurrent('I3, I4: rooms move from one primary of a Redis Cluster to another, and no message is missed or doubled', async () => {
  const { moves, complaints } = await moveRooms(FEW, new SeededRandom(5), 2);
  expect(complaints).toEqual([]);
  expect(moves).toBeGreaterThan(0);
});

test.concurrent('LIFE-4: what two nodes send at the very end is there for all, or nowhere; COMMAND-4: the owner’s end gets everyone out', async () => {
  await using redis = await startRedis();
  const random = new SeededRandom(4);
  await using cluster = await Cluster.over(redis, random);
  const ended = await endRooms(redis, cluster, { times: 2, membersEach: 6 });
  expect(ended.complaints).toEqual([]);
  expect(ended.out).toHaveLength(12);
  const { taken, late, complaints } = await lastMoments(redis, cluster, random, 1_000);
  expect(complaints).toEqual([]);
  expect(taken).toBeGreaterThan(0);
  expect(late).toBeGreaterThan(0);
});
