// What is measured, one section after the other. Contenders take turns round by round, because a slow minute of the
// machine hits them alike.

import { USUAL_MEMBERS, measureArrivals, measureHerd } from './arrivals.ts';
import { measureCluster } from './cluster-section.ts';
import { type Bench, eachContender } from './bench.ts';
import { FLOOR, FLOOR_CONTENDER, MAYFLY } from './contenders.ts';
import { Crowd, type Shape } from './crowd.ts';
import { measureFiles } from './files-section.ts';
import {
  cpuPerMillion,
  isMeasured,
  kernelShare,
  latency,
  reached,
  reasonOf,
  spread,
  throughput,
} from './figures.ts';
import { LOADS } from './goals.ts';
import { Driver, type Round, takeTurns } from './load.ts';
import { MeasuredProcess } from './measured-process.ts';
import { timeShares } from './shares.ts';
import { type Findings, ROW, type Table, count } from './table.ts';

export type Section =
  | 'speed'
  | 'profile'
  | 'small'
  | 'rooms'
  | 'buckets'
  | 'idle'
  | 'slow'
  | 'arrivals'
  | 'herd'
  | 'files'
  | 'cluster';

export const SECTIONS: { readonly [S in Section]: (bench: Bench) => Promise<void> } = {
  speed: measureSpeed,
  profile: measureShares,
  small: measureSmallRooms,
  rooms: measureRooms,
  buckets: measureBuckets,
  idle: measureIdle,
  slow: measureSlowReaders,
  arrivals: measureArrivals,
  herd: measureHerd,
  files: measureFiles,
  cluster: measureCluster,
};

export function isSection(word: string): word is Section {
  return Object.hasOwn(SECTIONS, word);
}

export const sectionNames: readonly Section[] = Object.keys(SECTIONS).filter(isSection);

const BUCKET = 256;
/** Messages a second that a steady load never exceeds: more would be the generator's own work. */
const PACE_MAX = 20_000;

async function measureSpeed(bench: Bench): Promise<void> {
  const { plan, findings } = bench;
  const withFloor = { ...bench, contenders: [...bench.contenders, FLOOR_CONTENDER] };
  for (const members of plan.sizes) {
    const rows = plan.inFlight.map((inFlight) => ROW.speed(members, inFlight));
    let ours: number | undefined;
    await withCrowds(withFloor, { rooms: 1, members }, rows, async (crowds, socketsNeeded) => {
      const drivers = crowds.map((crowd) => new Driver(crowd, BUCKET));
      let fastest: readonly (readonly Round[])[] = [];
      for (const inFlight of plan.inFlight) {
        fastest = await takeTurns(plan, drivers, () => ({ inFlight }));
        putSpeed(findings, ROW.speed(members, inFlight), crowds, fastest);
      }
      const own = fastest.map((rounds) => halfPace(rounds, members));
      ours ??= own[crowds.findIndex(({ contender }) => contender.name === MAYFLY)];
      const paces = crowds.map(({ contender }, i) => (contender.name === FLOOR ? ours : own[i]));
      const steady = await takeTurns(plan, drivers, (i) => ({ perSecond: paces[i] ?? PACE_MAX }));
      putLatency(findings.latency, members, crowds, steady);
      if (socketsNeeded !== undefined) return refuseSameLoad(findings, members, crowds, socketsNeeded);
      const perSecond = Math.min(...paces.filter((pace) => pace !== undefined), PACE_MAX);
      putLatency(
        findings.sameLoadLatency,
        members,
        crowds,
        await takeTurns(plan, drivers, () => ({ perSecond })),
      );
    });
  }
}

// What the slowest can carry is known only while all stand side by side.
function refuseSameLoad(
  { sameLoadLatency }: Findings,
  members: number,
  crowds: readonly Crowd[],
  socketsNeeded: number,
): void {
  const refused = `needs ${count(socketsNeeded)} sockets side by side (ulimit -n)`;
  for (const { contender } of crowds)
    sameLoadLatency.put(ROW.latencyLoad(members), contender.name, { refused });
}

// Undefined: what it can take is not known, since it closed connections.
function halfPace(rounds: readonly Round[], members: number): number | undefined {
  const most = reached(rounds);
  return isMeasured(most) ? Math.min(most.median / 2 / members, PACE_MAX) : undefined;
}

function putSpeed(
  { cpu, kernel, throughput: perSecond }: Findings,
  row: string,
  crowds: readonly Crowd[],
  rounds: readonly (readonly Round[])[],
): void {
  for (const [i, { contender }] of crowds.entries()) {
    cpu.put(row, contender.name, cpuPerMillion(rounds[i] ?? []));
    kernel.put(row, contender.name, kernelShare(rounds[i] ?? []));
    perSecond.put(row, contender.name, throughput(rounds[i] ?? []));
  }
}

function putLatency(
  table: Table,
  members: number,
  crowds: readonly Crowd[],
  rounds: readonly (readonly Round[])[],
): void {
  for (const [i, { contender }] of crowds.entries()) {
    const own = rounds[i] ?? [];
    table.put(ROW.latencyLoad(members), contender.name, reached(own));
    table.put(ROW.latency(members, 'p50'), contender.name, latency(own, 0.5));
    table.put(ROW.latency(members, 'p99'), contender.name, latency(own, 0.99));
    table.put(ROW.latency(members, 'max'), contender.name, latency(own, 1));
  }
}

async function measureShares({ contenders, plan, findings, say }: Bench): Promise<void> {
  const withFloor = { contenders: [...contenders, FLOOR_CONTENDER], say };
  for (const members of new Set(LOADS.map((load) => load.members))) {
    if (!plan.sizes.includes(members)) continue;
    const loads = LOADS.filter((load) => load.members === members);
    await eachContender(withFloor, { table: findings.shares, rows: [] }, async (contender) => {
      say(`where the time goes, room of ${count(members)}, ${contender.name}`);
      const all = await timeShares(contender, { members, bucket: BUCKET, loads, ms: plan.lookMs });
      for (const [i, { inFlight }] of loads.entries()) {
        for (const { part, percent } of all[i] ?? []) {
          findings.shares.put(
            ROW.share(ROW.speed(members, inFlight), part),
            contender.name,
            spread([percent]),
          );
        }
      }
    });
  }
}

const PAIR = 2;

async function measureRooms(bench: Bench): Promise<void> {
  for (const rooms of bench.plan.rooms) await measureManyRooms(bench, { rooms, members: PAIR }, [16]);
}

async function measureSmallRooms(bench: Bench): Promise<void> {
  const { members, rooms, inFlight } = bench.plan.small;
  for (const size of members) {
    for (const many of rooms) await measureManyRooms(bench, { rooms: many, members: size }, inFlight);
  }
}

async function measureManyRooms(
  bench: Bench,
  { rooms: wanted, members }: Shape,
  loads: readonly number[],
): Promise<void> {
  const { plan, findings, socketsMax } = bench;
  const rooms = Math.min(wanted, Math.floor(socketsMax / members));
  const rowOf = (inFlight: number) => ROW.rooms({ rooms, members }, inFlight);
  await withCrowds(bench, { rooms, members }, loads.map(rowOf), async (crowds) => {
    const drivers = crowds.map((crowd) => new Driver(crowd, BUCKET));
    for (const inFlight of loads)
      putSpeed(findings, rowOf(inFlight), crowds, await takeTurns(plan, drivers, () => ({ inFlight })));
  });
}

async function measureBuckets(bench: Bench): Promise<void> {
  const { plan, findings } = bench;
  const rows = plan.buckets.map(({ bytes, inFlight }) => ROW.bucket(bytes, inFlight));
  for (const [i, { bytes, inFlight }] of plan.buckets.entries()) {
    const row = rows[i] ?? '';
    await withCrowds(bench, { rooms: 1, members: 100 }, [row], async (crowds) => {
      const drivers = crowds.map((crowd) => new Driver(crowd, bytes));
      putSpeed(findings, row, crowds, await takeTurns(plan, drivers, () => ({ inFlight })));
    });
  }
}

// By growth: what a process needs for itself doesn't count.
async function measureIdle(bench: Bench): Promise<void> {
  const { plan, findings, say } = bench;
  const shape = { rooms: plan.idle / USUAL_MEMBERS, members: USUAL_MEMBERS };
  await eachContender(bench, { table: findings.memory, rows: [ROW.idle] }, async (contender) => {
    say(`memory of ${count(plan.rounds * plan.idle)} idle connections, ${contender.name}`);
    await using server = await MeasuredProcess.start(contender.program);
    const crowds = [await Crowd.fill(contender, server, shape)];
    const perConnection: number[] = [];
    let before = await server.settledMemoryBytes(plan.settleMs);
    for (let round = 0; round < plan.rounds; round++) {
      crowds.push(await Crowd.fill(contender, server, shape));
      const after = await server.settledMemoryBytes(plan.settleMs);
      perConnection.push((after - before) / plan.idle / 1024);
      before = after;
    }
    findings.memory.put(ROW.idle, contender.name, spread(perConnection));
    for (const crowd of crowds) crowd.disperse();
  });
}

const SLOW_BUCKET = 16_384;
const SLOW_PACE = 400;

async function measureSlowReaders(bench: Bench): Promise<void> {
  const { plan, findings, say } = bench;
  await eachContender(bench, { table: findings.memory, rows: [ROW.slow] }, async (contender) => {
    say(`memory of ${plan.slowReaders} slow readers, ${contender.name}`);
    await using crowd = await Crowd.gather(contender, { rooms: 1, members: plan.slowReaders + 1 });
    const [author, ...readers] = crowd.wires;
    if (author === undefined) return;
    const driver = new Driver({ contender, server: crowd.server, rooms: [[author]] }, SLOW_BUCKET);
    await driver.round({ perSecond: SLOW_PACE }, (plan.slowHistory / SLOW_PACE) * 1000);
    await crowd.quiet();
    const before = await crowd.server.settledMemoryBytes(plan.settleMs);
    for (const reader of readers) reader.stall();
    await driver.round({ perSecond: SLOW_PACE }, plan.slowMs);
    const grown = (await crowd.server.settledMemoryBytes(plan.settleMs)) - before;
    const lost = readers.filter((reader) => reader.lost).length;
    findings.memory.put(ROW.slow, contender.name, spread([Math.max(0, grown) / readers.length / 1024]));
    findings.memory.put(ROW.slowLost, contender.name, spread([(lost / readers.length) * 100]));
  });
}

// All contenders stand ready side by side, or one after the other where there are not enough sockets for all: then `measure` is
// told how many that takes.
async function withCrowds(
  { contenders, findings, socketsMax, say }: Bench,
  shape: Shape,
  rows: readonly string[],
  measure: (crowds: readonly Crowd[], socketsNeeded?: number) => Promise<void>,
): Promise<void> {
  const needed = shape.rooms * shape.members * contenders.length;
  const together = needed <= socketsMax;
  for (const group of together ? [contenders] : contenders.map((contender) => [contender])) {
    const crowds: Crowd[] = [];
    try {
      for (const contender of group) {
        say(`${count(shape.rooms)} × ${count(shape.members)} members, ${contender.name}`);
        const crowd = await Crowd.gather(contender, shape).catch(reasonOf);
        if (crowd instanceof Crowd) crowds.push(crowd);
        else for (const row of rows) findings.cpu.put(row, contender.name, { refused: crowd });
      }
      await measure(crowds, together ? undefined : needed);
    } finally {
      for (const crowd of crowds) await crowd[Symbol.asyncDispose]();
    }
  }
}
