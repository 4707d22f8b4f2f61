// What `npm run cluster-faults` does and prints: each fault as often as was asked for, figures, and what is wrong.

import { SeededRandom } from '../../../packages/server/src/testing/random.ts';
import { startRedis } from '../../../packages/server/src/testing/redis-server.ts';
import { Cluster } from './cluster.ts';
import { kill, roll } from './departures.ts';
import { Population } from './population.ts';

export type FaultsAsked = {
  readonly kills: number;
  readonly rolls: number;
  readonly seed: number;
  readonly say: (line: string) => void;
};

const MANY = { rooms: 5, membersEach: 6, everyMs: 100 };

/** Whether no promise was broken. */
export async function clusterFaults({ kills, rolls, seed, say }: FaultsAsked): Promise<boolean> {
  const complaints: string[] = [];
  if (kills + rolls > 0) complaints.push(...(await departures({ kills, rolls, seed, say })));
  for (const complaint of complaints) say(`BROKEN: ${complaint}`);
  say(complaints.length === 0 ? `nothing lost, nothing twice (seed ${seed})` : `seed ${seed}`);
  return complaints.length === 0;
}

async function departures({ kills, rolls, seed, say }: FaultsAsked): Promise<readonly string[]> {
  await using redis = await startRedis();
  const random = new SeededRandom(seed);
  await using cluster = await Cluster.over(redis, random);
  using population = await Population.of(cluster, random, MANY);
  population.write();
  const killed = await kill(cluster, population, kills);
  if (kills > 0) {
    say(`kill -9 of one of three nodes, ${kills} times: ${killed.lost} connections lost`);
    say(`  back within 3 s: ${killed.soonPercent.toFixed(1)} %, ${percentiles(killed.back)}`);
    say(`  longest wait for a message: ${percentiles(killed.pauses)}`);
  }
  const rolled = await roll(cluster, population, rolls);
  if (rolls > 0) {
    say(`SIGTERM of all three nodes in turn, ${rolls} times: ${rolled.moved} moves, ${rolled.cut} cut off`);
    say(`  longest wait for a message: ${percentiles(rolled.pauses)}`);
  }
  const wrong = await population.verdict();
  say(`  ${population.echoed} messages echoed by those who are still there`);
  return [...killed.complaints, ...rolled.complaints, ...wrong];
}

function percentiles(samples: readonly number[]): string {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`;
}
