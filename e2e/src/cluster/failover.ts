// A primary dies, and a replica takes over that lacks the last moments: no one continues from a position the log never had.

import type { SeededRandom } from '../../../packages/server/src/testing/random.ts';
import { startRedis, startReplicaOf } from '../../../packages/server/src/testing/redis-server.ts';
import { eventually } from '../faults/crowd.ts';
import { Cluster } from './cluster.ts';
import { type Person, Population, type PopulationSetup } from './population.ts';

export type FailoverReport = {
  /** Messages that people had heard, and that the replica did not have. */
  readonly lost: number;
  readonly complaints: readonly string[];
};

const TOLD_WITHIN_MS = 180_000;

/** By hand, not by Sentinels: the replica is sure to lag. */
export async function lossyFailover(setup: PopulationSetup, random: SeededRandom): Promise<FailoverReport> {
  await using primary = await startRedis();
  await using replica = await startReplicaOf(primary);
  await using cluster = await Cluster.over(primary, random);
  using population = await Population.of(cluster, random, setup);
  await everybodyWrites(population);
  await primary.ask('WAIT', 1, 0);

  replica.pause();
  const lost = population.people.length;
  await everybodyWrites(population);
  await primary.kill();
  for (const { line } of cluster.nodes) {
    line.target = replica.port;
    line.resetAll();
  }
  replica.resume();
  await replica.ask('REPLICAOF', 'NO', 'ONE');

  // More than was lost: whoever took the logs for one would find other bytes at places they know.
  const since = Date.now();
  for (let times = 0; times < 3; times += 1) await everybodyWrites(population);
  const areTold = await eventually(() => population.people.every(hasNewLog), TOLD_WITHIN_MS);
  await eventually(() => population.unshown(since).length === 0, TOLD_WITHIN_MS);
  const complaints = [
    ...(areTold ? [] : ['not everybody was told that the log is another']),
    ...population.unshown(since),
    ...population.faults('I3', 'I4', 'I7', 'I9', 'I12'),
    ...(await cluster.casualties()),
  ];
  return { lost, complaints: complaints.map((complaint) => `a lossy failover: ${complaint}`) };
}

async function everybodyWrites(population: Population): Promise<void> {
  for (const { member } of population.people) member.write();
  await population.settled();
  await population.caughtUp();
}

/** The page learned that entries may differ. */
function hasNewLog({ member }: Person): boolean {
  const { witness } = member;
  const isTold = witness.seen.some((sight) => sight.saw === 'welcome' && sight.reason === 'new_log');
  return isTold && witness.count('reset') > 0;
}
