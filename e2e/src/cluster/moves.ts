// Rooms go from one primary of a Redis Cluster to another while people talk: nothing that was echoed is lost.

import type { SeededRandom } from '../../../packages/server/src/testing/random.ts';
import { startRedisCluster } from '../../../packages/server/src/testing/redis-server.ts';
import { SlotMove } from '../../../packages/server/src/testing/slot-move.ts';
import { roomKey, slotOf } from '../../../packages/server/src/store/redis/keyspace.ts';
import { eventually } from '../faults/crowd.ts';
import { Cluster } from './cluster.ts';
import { Population, type PopulationSetup } from './population.ts';

export type MovesReport = {
  /** How often the slot of a room went elsewhere. */
  readonly moves: number;
  readonly complaints: readonly string[];
};

const SHOWN_WITHIN_MS = 180_000;

/** Every room moves so many times. Each time its log gets another name, and the page counts on. */
export async function moveRooms(
  setup: PopulationSetup,
  random: SeededRandom,
  times: number,
): Promise<MovesReport> {
  await using redis = await startRedisCluster(3);
  const [first] = redis.primaries;
  if (first === undefined) throw new Error('no primaries');
  await using cluster = await Cluster.over(first, random, 'redis+cluster');
  using population = await Population.of(cluster, random, setup);
  const since = Date.now();
  population.write();
  const slots = new Set(population.rooms.map((room) => slotOf(roomKey(room))));
  for (let round = 0; round < times; round += 1) {
    for (const slot of slots) {
      await moveSlowly(await SlotMove.begin(redis, slot), population, random);
    }
  }
  population.pause();
  const complaints = (await population.settled()) ? [] : ['not everybody was heard'];
  await eventually(() => population.unshown(since).length === 0, SHOWN_WITHIN_MS);
  complaints.push(
    ...population.unshown(since),
    ...population.faults('I3', 'I4', 'I7', 'I12'),
    ...(await cluster.casualties()),
  );
  const moves = times * slots.size;
  return { moves, complaints: complaints.map((complaint) => `rooms move: ${complaint}`) };
}

/** Somebody writes whenever the room's keys are elsewhere, and is heard when they are together again. */
async function moveSlowly(move: SlotMove, population: Population, random: SeededRandom): Promise<void> {
  const keys = [...(await move.keys())];
  while (keys.length > 0) {
    const { written } = population;
    await eventually(() => population.written > written, SHOWN_WITHIN_MS);
    for (const key of keys.splice(random.below(keys.length), 1)) await move.take(key);
  }
  const { echoed } = population;
  await move.complete();
  await eventually(() => population.echoed > echoed, SHOWN_WITHIN_MS);
}
