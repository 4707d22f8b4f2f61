// A cluster that loses nodes and whose Redis misbehaves: nobody loses what was echoed. How fast is npm run cluster-faults' matter.

import { expect, test } from 'vitest';
import { SeededRandom } from '../../../packages/server/src/testing/random.ts';
import { startRedis } from '../../../packages/server/src/testing/redis-server.ts';
import { Cluster } from './cluster.ts';
import { kill, roll } from './departures.ts';
import { Population } from './population.ts';

const FEW = { rooms: 2, membersEach: 6, everyMs: 100 };

test('I1 to I5, I9: nodes are killed and replaced, and nothing that was echoed is lost', async () => {
  await using redis = await startRedis();
  const random = new SeededRandom(1);
  await using cluster = await Cluster.over(redis, random);
  using population = await Population.of(cluster, random, FEW);
  population.write();
  const killed = await kill(cluster, population, 2);
  expect(killed.complaints).toEqual([]);
  expect(killed.lost).toBeGreaterThan(0);
  const rolled = await roll(cluster, population, 1);
  expect(rolled.complaints).toEqual([]);
  expect(rolled.moved).toBeGreaterThan(0);
  expect(await population.verdict()).toEqual([]);
  expect(population.echoed).toBeGreaterThan(0);
});
