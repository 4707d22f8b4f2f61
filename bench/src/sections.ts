// What is measured, one section after the other. Contenders take turns round by round, because a slow minute of the
// machine hits them alike.

import { USUAL_MEMBERS, measureArrivals, measureHerd } from './arrivals.ts';
import { measureCluster } from './cluster-section.ts';
import { type Bench, eachContender } from './bench.ts';
import { FLOOR_CONTENDER } from './contenders.ts';
import { Crowd } from './crowd.ts';
import { measureFiles } from './files-section.ts';
import { spread } from './figures.ts';
import { LARGE_MEMBERS } from './goals.ts';
import { Driver, heatUp, takeTurns } from './load.ts';
import { MeasuredProcess } from './measured-process.ts';
import type { ManyRooms } from './plan.ts';
import { timeShares } from './shares.ts';
import { sideBySide } from './side-by-side.ts';
import { BUCKET, measureSpeed, putSpeed } from './speed-section.ts';
import { ROW, count } from './table.ts';

export type Section =
  | 'speed'
  | 'profile'
  | 'small'
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

// Of the loads whose cost has a goal, as far as this run measures them.
async function measureShares(bench: Bench): Promise<void> {
  const { contenders, plan } = bench;
  const withFloor = { ...bench, contenders: [...contenders, FLOOR_CONTENDER] };
  for (const members of LARGE_MEMBERS.filter((size) => plan.sizes.includes(size)))
    await putShares(withFloor, { rooms: 1, members, inFlight: plan.inFlight }, ({ inFlight }) =>
      ROW.speed(members, inFlight),
    );
  for (const small of plan.small.filter(({ look }) => look))
    await putShares(withFloor, small, ({ inFlight }) => ROW.rooms(small, inFlight));
}

async function putShares(
  bench: Bench,
  { rooms, members, inFlight }: ManyRooms,
  rowOf: (load: { readonly inFlight: number }) => string,
): Promise<void> {
  const { plan, findings, say } = bench;
  const loads = inFlight.map((many) => ({ inFlight: many }));
  await eachContender(bench, { table: findings.shares, rows: [] }, async (contender) => {
    say(`where the time goes, ${count(rooms)} × ${count(members)} members, ${contender.name}`);
    const scene = { shape: { rooms, members }, bucket: BUCKET, loads, ms: plan.lookMs };
    const shares = await timeShares(contender, scene);
    for (const [i, load] of loads.entries())
      for (const { part, percent } of shares[i] ?? [])
        findings.shares.put(ROW.share(rowOf(load), part), contender.name, spread([percent]));
  });
}

async function measureSmallRooms(bench: Bench): Promise<void> {
  const { plan, findings, socketsMax } = bench;
  const withFloor = { ...bench, contenders: [...bench.contenders, FLOOR_CONTENDER] };
  for (const { members, rooms: wanted, inFlight } of plan.small) {
    const shape = { members, rooms: Math.min(wanted, Math.floor(socketsMax / members)) };
    const rowOf = (many: number) => ROW.rooms(shape, many);
    await sideBySide(withFloor, shape, inFlight.map(rowOf), async (crowds) => {
      const drivers = crowds.map((crowd) => new Driver(crowd, BUCKET));
      await heatUp(drivers, plan);
      for (const many of inFlight)
        putSpeed(findings, rowOf(many), crowds, await takeTurns(plan, drivers, () => ({ inFlight: many })));
    });
  }
}

async function measureBuckets(bench: Bench): Promise<void> {
  const { plan, findings } = bench;
  const rows = plan.buckets.map(({ bytes, inFlight }) => ROW.bucket(bytes, inFlight));
  for (const [i, { bytes, inFlight }] of plan.buckets.entries()) {
    const row = rows[i] ?? '';
    await sideBySide(bench, { rooms: 1, members: 100 }, [row], async (crowds) => {
      const drivers = crowds.map((crowd) => new Driver(crowd, bytes));
      await heatUp(drivers, plan);
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
