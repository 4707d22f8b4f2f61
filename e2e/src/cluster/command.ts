// What `npm run cluster-faults` does and prints: each fault as often as was asked for, figures, and what is wrong.

import { PATIENCE } from '../../../packages/client/src/connection/connection.ts';
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

export type FaultsAsked = {
  readonly kills: number;
  readonly rolls: number;
  /** How often each Redis fault is tried. */
  readonly troubles: number;
  readonly failovers: number;
  /** How often each of a few rooms moves to another primary of a Redis Cluster. */
  readonly moves: number;
  readonly races: number;
  /** How often an owner ends a room. */
  readonly ends: number;
  readonly seed: number;
  readonly say: (line: string) => void;
};

const MANY = { rooms: 5, membersEach: 6, everyMs: 100 };
const SOME = { rooms: 3, membersEach: 6, everyMs: 100 };
/** Longer than any node waits for Redis. */
const TROUBLE_LASTS_MS = 8_000;
const BLACK_HOLE_MS = 30_000;
/** In a room that an owner ends, ten on each node. */
const MEMBERS_AT_THE_END = 30;
const OUT_WITHIN_MS = 1_000;

/** Whether no promise was broken. */
export async function clusterFaults(asked: FaultsAsked): Promise<boolean> {
  const { kills, rolls, troubles, failovers, moves, races, ends, seed, say } = asked;
  const complaints: string[] = [];
  if (kills + rolls > 0) complaints.push(...(await departures(asked)));
  for (let round = 1; round <= troubles; round += 1) complaints.push(...(await brokenRedis(asked, round)));
  for (let round = 1; round <= failovers; round += 1) {
    const { lost, complaints: wrong } = await lossyFailover(SOME, new SeededRandom(seed + round));
    say(`a replica takes over, ${round} of ${failovers}: ${lost} messages behind`);
    complaints.push(...wrong);
  }
  if (moves > 0) {
    const moved = await moveRooms(SOME, new SeededRandom(seed), moves);
    say(`rooms move to another primary of a Redis Cluster: ${moved.moves} times`);
    complaints.push(...moved.complaints);
  }
  if (races > 0) complaints.push(...(await racesAtTheEnd(asked)));
  if (ends > 0) complaints.push(...(await owners(asked)));
  for (const complaint of complaints) say(`BROKEN: ${complaint}`);
  say(complaints.length === 0 ? `no promise was broken (seed ${seed})` : `seed ${seed}`);
  return complaints.length === 0;
}

async function brokenRedis({ seed, troubles, say }: FaultsAsked, round: number): Promise<readonly string[]> {
  say(`Redis and the lines to it fail, ${round} of ${troubles}`);
  await using redis = await startRedis();
  const random = new SeededRandom(seed + round);
  await using cluster = await Cluster.over(redis, random);
  using population = await Population.of(cluster, random, SOME);
  const lasts = { lastsMs: TROUBLE_LASTS_MS, swallowsMs: BLACK_HOLE_MS };
  const scene = { redis, cluster, population, random, ...lasts };
  const complaints = [
    ...(await befall(scene, (line) => say(`  ${line}`))),
    ...(await population.verdict()),
    ...(await readOnly(scene)),
    ...(await restart(scene)),
  ];
  using newcomers = await Population.of(cluster, random, SOME);
  return [...complaints, ...(await newcomers.verdict())];
}

async function racesAtTheEnd({ seed, races, say }: FaultsAsked): Promise<readonly string[]> {
  await using redis = await startRedis();
  const random = new SeededRandom(seed);
  await using cluster = await Cluster.over(redis, random);
  const { taken, late, complaints } = await lastMoments(redis, cluster, random, races);
  say(`two nodes send at the end of a room, ${races} times: ${taken} messages in time, ${late} too late`);
  return complaints;
}

async function owners({ seed, ends, say }: FaultsAsked): Promise<readonly string[]> {
  await using redis = await startRedis();
  await using cluster = await Cluster.over(redis, new SeededRandom(seed));
  const { out, complaints } = await endRooms(redis, cluster, {
    times: ends,
    membersEach: MEMBERS_AT_THE_END,
  });
  say(`an owner ends a room of ${MEMBERS_AT_THE_END} on three nodes, ${ends} times`);
  say(`  until each page says so: ${percentiles(out)}`);
  const late = out.filter((ms) => ms > OUT_WITHIN_MS).length;
  return late === 0 ? complaints : [...complaints, `${late} pages heard of the end after more than 1 s`];
}

async function departures({ kills, rolls, seed, say }: FaultsAsked): Promise<readonly string[]> {
  await using redis = await startRedis();
  const random = new SeededRandom(seed);
  await using cluster = await Cluster.over(redis, random);
  using population = await Population.of(cluster, random, MANY);
  population.write();
  const killed = await kill(cluster, population, { times: kills, steadyMs: PATIENCE.steady });
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
  const [half, most, all] = [at(0.5), at(0.99), at(1)].map(Math.round);
  return `p50 ${half} ms, p99 ${most} ms, longest ${all} ms`;
}
