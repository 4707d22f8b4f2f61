// What many servers with one Redis cost beside a server that holds its rooms itself.

import { BareRedis } from './bare-redis.ts';
import { USUAL_MEMBERS, comeBackAll, cut, enterAll, openDoors, timed } from './arrivals.ts';
import {
  APPENDED_BYTES,
  CLUSTER_ROW,
  type ClusterFindings,
  EMBEDDED,
  HISTORY_MESSAGES,
  MEASURED,
  NODE,
  NODES_IN_FLIGHT,
  REDIS,
  TOGETHER,
  inFlightColumn,
  nodesColumn,
} from './cluster-findings.ts';
import { Cluster, NoRedis, nodesSeconds, redisSeconds } from './cluster.ts';
import { type Contender, MAYFLY } from './contenders.ts';
import { Crowd, type Shape, allOf } from './crowd.ts';
import { cpuPerMillion, onOwnCores, overRounds, perCpuSecond, ratio, reached, spread } from './figures.ts';
import { Driver, type Round, RoomLoad, takeTurns } from './load.ts';
import { type Measured, MeasuredProcess } from './measured-process.ts';
import { persistently } from './patience.ts';
import type { Plan } from './plan.ts';
import { ROW, type Table } from './table.ts';
import type { Wire } from './wire.ts';

type ClusterBench = {
  readonly contenders: readonly Contender[];
  readonly plan: Plan;
  readonly cluster: ClusterFindings;
  readonly say: (line: string) => void;
};

const BUCKET = 256;

/** Says so, and measures nothing, where there is no Redis. */
export async function measureCluster(bench: ClusterBench): Promise<void> {
  const mayfly = bench.contenders.find(({ name }) => name === MAYFLY);
  if (mayfly === undefined) return;
  try {
    await measureAppend(bench, mayfly);
    await measureBeside(bench, mayfly);
    await measureArrivals(bench, mayfly);
    for (const shape of bench.plan.cluster.crowds) await measureNodes(bench, mayfly, shape);
    await measureRoom(bench, mayfly);
  } catch (error) {
    if (!(error instanceof NoRedis)) throw error;
    bench.say(`cluster: left out, ${error.message}`);
    bench.cluster.append.put(CLUSTER_ROW.redisCpu, MEASURED, { refused: error.message });
  }
}

async function fill(cluster: Cluster, shape: Shape, bucket: number): Promise<Driver> {
  const { rooms } = await Crowd.fill(cluster.contender, cluster.entrance, shape);
  return new Driver({ contender: cluster.contender, server: cluster, rooms }, bucket);
}

async function measureAppend({ plan, cluster: { append }, say }: ClusterBench, mayfly: Contender) {
  say('what an append costs Redis');
  await using cluster = await Cluster.start(mayfly, 1);
  const driver = await fill(cluster, { rooms: 1, members: USUAL_MEMBERS }, APPENDED_BYTES);
  using bare = await BareRedis.start(cluster.redis);
  for (const inFlight of plan.cluster.inFlight) {
    await driver.round({ inFlight }, plan.warmUpMs);
    await bare.round(inFlight, plan.warmUpMs);
    const before = await cluster.redis.functionCalls();
    const { rounds, floor } = await besideBare(plan, driver, bare, inFlight);
    const after = await cluster.redis.functionCalls();
    const column = inFlightColumn(inFlight);
    const calls = after.calls - before.calls;
    append.put(
      CLUSTER_ROW.redisCpu,
      column,
      perMessage(rounds, (round) => redisSeconds(round) * 1e6),
    );
    append.put(
      CLUSTER_ROW.redisFunction,
      column,
      spread([(after.microseconds - before.microseconds) / calls]),
    );
    append.put(CLUSTER_ROW.floor, column, spread(floor));
    // Every message has arrived when the driver is done, also those that were under way at a round's end.
    append.put(CLUSTER_ROW.calls, column, spread([calls / messagesOf(rounds)]));
    append.put(
      CLUSTER_ROW.nodeCpu,
      column,
      perMessage(rounds, (round) => nodesSeconds(round) * 1e6),
    );
    append.put(
      CLUSTER_ROW.rate,
      column,
      overRounds(rounds, (r) => r.deliveries / USUAL_MEMBERS / r.seconds),
    );
  }
}

async function besideBare(plan: Plan, driver: Driver, bare: BareRedis, inFlight: number) {
  const [rounds, floor]: [Round[], number[]] = [[], []];
  for (let turn = 0; turn < plan.rounds; turn++) {
    rounds.push(await driver.round({ inFlight }, plan.roundMs));
    floor.push(await bare.round(inFlight, plan.roundMs));
  }
  return { rounds, floor };
}

function perMessage(rounds: readonly Round[], value: (round: Round) => number) {
  return overRounds(rounds, (round) => value(round) / (round.deliveries / USUAL_MEMBERS));
}

function messagesOf(rounds: readonly Round[]): number {
  return rounds.reduce((sum, { latencies }) => sum + latencies.length, 0);
}

async function measureBeside({ plan, cluster: { beside }, say }: ClusterBench, mayfly: Contender) {
  for (const members of plan.cluster.sizes) {
    say(`beside the embedded store, room of ${members}`);
    await using alone = await Crowd.gather(mayfly, { rooms: 1, members });
    await using cluster = await Cluster.start(mayfly, 1);
    const drivers = [new Driver(alone, BUCKET), await fill(cluster, { rooms: 1, members }, BUCKET)];
    for (const inFlight of plan.inFlight) {
      const [own = [], shared = []] = await takeTurns(plan, drivers, () => ({ inFlight }));
      putBeside(beside, ROW.speed(members, inFlight), own, shared);
    }
  }
}

function putBeside(table: Table, row: string, own: readonly Round[], shared: readonly Round[]): void {
  const [alone, together] = [cpuPerMillion(own), cpuPerMillion(shared)];
  table.put(row, EMBEDDED, alone);
  table.put(row, TOGETHER, together);
  table.put(row, NODE, cpuPerMillion(shared, nodesSeconds));
  table.put(row, REDIS, cpuPerMillion(shared, redisSeconds));
  table.put(row, `${TOGETHER} ÷ ${EMBEDDED}`, spread([ratio(together, alone) ?? []].flat()));
}

async function measureArrivals(bench: ClusterBench, mayfly: Contender) {
  bench.say('arrivals in cluster mode');
  await using alone = await MeasuredProcess.start(mayfly.program);
  await using cluster = await Cluster.start(mayfly, 1);
  const own = new Arrivals(mayfly, alone, alone.port);
  const shared = new Arrivals(cluster.contender, cluster, cluster.entrance.port);
  // The first round is the warm-up.
  for (let round = 0; round <= bench.plan.rounds; round++) {
    for (const side of [own, shared]) await side.round(bench.plan.cluster.arrivals);
  }
  const { arrivals, arrivalRate } = bench.cluster;
  for (const [row, ownRounds, sharedRounds] of [
    [ROW.join, own.joins.slice(1), shared.joins.slice(1)],
    [ROW.resume, own.resumes.slice(1), shared.resumes.slice(1)],
  ] as const) {
    putBeside(arrivals, row, ownRounds, sharedRounds);
    arrivalRate.put(row, EMBEDDED, perCpuSecond(ownRounds));
    arrivalRate.put(row, NODE, perCpuSecond(sharedRounds, nodesSeconds));
    arrivalRate.put(row, REDIS, perCpuSecond(sharedRounds, redisSeconds));
  }
}

class Arrivals {
  readonly joins: Round[] = [];
  readonly resumes: Round[] = [];
  readonly #contender: Contender;
  readonly #server: Measured;
  readonly #port: number;

  constructor(contender: Contender, server: Measured, port: number) {
    this.#contender = contender;
    this.#server = server;
    this.#port = port;
  }

  async round(members: number): Promise<void> {
    const doors = await openDoors(this.#contender, { port: this.#port }, members);
    await this.#server.rest();
    const come = await timed(this.#server, () => enterAll(doors, members));
    await cut(come.visits, this.#server);
    const back = await timed(this.#server, () => comeBackAll(come.visits));
    await cut(back.visits, this.#server);
    this.joins.push(come.round);
    this.resumes.push(back.round);
  }
}

async function measureNodes(
  { plan, cluster: { nodes: table }, say }: ClusterBench,
  mayfly: Contender,
  shape: Shape,
) {
  const crowd = CLUSTER_ROW.crowd(shape.rooms, shape.members);
  for (const size of plan.cluster.nodes) {
    const column = nodesColumn(size);
    say(`${crowd}, ${column}`);
    await using cluster = await Cluster.start(mayfly, size);
    const driver = await fill(cluster, shape, BUCKET);
    const [rounds = []] = await takeTurns(plan, [driver], () => ({ inFlight: NODES_IN_FLIGHT }));
    const percent = (value: (round: Round) => number) =>
      overRounds(rounds, (round) => (value(round) / round.seconds) * 100);
    table.put(CLUSTER_ROW.cpu(crowd), column, cpuPerMillion(rounds));
    table.put(CLUSTER_ROW.cpuRedis(crowd), column, cpuPerMillion(rounds, redisSeconds));
    table.put(CLUSTER_ROW.ownCores(crowd), column, onOwnCores(rounds));
    table.put(CLUSTER_ROW.reached(crowd), column, reached(rounds));
    table.put(
      CLUSTER_ROW.busiest(crowd),
      column,
      percent(({ cpuByProcess }) => Math.max(...cpuByProcess)),
    );
    table.put(
      CLUSTER_ROW.generator(crowd),
      column,
      percent((round) => round.generatorCpuSeconds),
    );
  }
}

async function measureRoom({ plan, cluster: { room }, say }: ClusterBench, mayfly: Contender) {
  const { rooms } = plan.cluster;
  say(`memory of ${rooms} rooms in Redis`);
  await using cluster = await Cluster.start(mayfly, 1);
  const { contender, entrance, redis } = cluster;
  // Whatever there is only once has been made by a room before.
  await persistently(() => contender.openRoom(entrance.port));
  const look = async () => ({ bytes: await redis.memoryBytes(), keys: await redis.keys() });
  const put = (row: string, value: number) => room.put(row, MEASURED, spread([value / rooms]));
  const before = await look();
  const doors = await allOf(rooms, () => persistently(() => contender.openRoom(entrance.port)));
  const opened = await look();
  put(CLUSTER_ROW.emptyRoom, opened.bytes - before.bytes);
  put(CLUSTER_ROW.keysEmpty, opened.keys - before.keys);
  const visits = await allOf(rooms, (i) => persistently(async () => doors[i]?.()));
  const wires = visits.flatMap((visit) => visit?.wire ?? []);
  const entered = await look();
  put(CLUSTER_ROW.member, entered.bytes - opened.bytes);
  await Promise.all(wires.map((wire) => sayAll(wire, contender.writer(APPENDED_BYTES))));
  const told = await look();
  put(CLUSTER_ROW.history, told.bytes - entered.bytes);
  put(CLUSTER_ROW.keysMember, told.keys - before.keys);
  put(CLUSTER_ROW.subscriptions, await redis.subscriptions());
}

/** One message after the other, until all that a short history holds were echoed. */
function sayAll(wire: Wire, write: (n: number) => Buffer): Promise<void> {
  return new Promise((resolve) => {
    const load: RoomLoad = new RoomLoad([wire], [], 1, write, () => {
      if (load.arrived === HISTORY_MESSAGES) resolve();
      else load.publish();
    });
    load.publish();
  });
}
