// Coming and coming back: what one arrival costs the server, and a herd of them at once.

import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { type Contender, MAYFLY, type RoomDoor, type Visit } from './contenders.ts';
import { allOf } from './crowd.ts';
import { cpuPerMillion, perCpuSecond, spread } from './figures.ts';
import { type Round, consumed, difference } from './load.ts';
import { type CpuProfile, Look } from './look.ts';
import { type Measured, MeasuredProcess } from './measured-process.ts';
import { type Bench, eachContender } from './bench.ts';
import { persistently } from './patience.ts';
import { sharesOf } from './shares.ts';
import { type Findings, ROW, count } from './table.ts';

/** One room of these is the usual one: few members, many rooms. */
export const USUAL_MEMBERS = 10;
const AT_ONCE = 64;

/** Rooms of the usual size, for so many members. */
export function openDoors(
  contender: Contender,
  server: Pick<MeasuredProcess, 'port'>,
  members: number,
): Promise<RoomDoor[]> {
  return allOf(Math.ceil(members / USUAL_MEMBERS), () => persistently(() => contender.openRoom(server.port)));
}

/** First joins, spread so rooms fill evenly. */
export function enterAll(doors: readonly RoomDoor[], members: number): Promise<Visit[]> {
  return allOf(members, (i) => persistently(doors[i % doors.length] ?? noDoor), AT_ONCE);
}

/** Resumes, where there is such a thing. */
export function comeBackAll(visits: readonly Visit[]): Promise<(Visit | undefined)[]> {
  return allOf(visits.length, (i) => persistently(async () => visits[i]?.comeBack?.()), AT_ONCE);
}

function noDoor(): never {
  throw new Error('a member without a room');
}

// Connecting, proving and the welcome, and the others in the room hearing of it. Closing is between the rounds.
export async function measureArrivals(bench: Bench): Promise<void> {
  const { plan, findings, say } = bench;
  const { arrivals, arrivalCost } = findings;
  await eachContender(bench, { table: arrivals, rows: [ROW.join, ROW.resume] }, async (contender) => {
    say(`arrivals, ${contender.name}`);
    await using server = await MeasuredProcess.start(contender.program);
    const joins: Round[] = [];
    const resumes: Round[] = [];
    const proofs: number[] = [];
    for (let round = 0; round <= plan.rounds; round++) {
      const doors = await openDoors(contender, server, plan.arrivals);
      await server.rest();
      const come = await timed(server, () => enterAll(doors, plan.arrivals));
      joins.push(come.round);
      await cut(come.visits, server);
      const back = await timed(server, () => comeBackAll(come.visits));
      resumes.push(back.round);
      await cut(back.visits, server);
      proofs.push(verifyMicroseconds());
    }
    // The first round was the warm-up.
    const [came, cameBack] = [joins.slice(1), resumes.slice(1)];
    arrivals.put(ROW.join, contender.name, perCpuSecond(came));
    arrivalCost.put(ROW.join, contender.name, cpuPerMillion(came));
    const canResume = cameBack.some(({ deliveries }) => deliveries > 0);
    arrivals.put(ROW.resume, contender.name, canResume ? perCpuSecond(cameBack) : NO_SUCH_THING);
    arrivalCost.put(ROW.resume, contender.name, canResume ? cpuPerMillion(cameBack) : NO_SUCH_THING);
    await putArrivalShares(contender, plan.arrivals, findings);
    if (contender.name !== MAYFLY) return;
    arrivalCost.put(ROW.joinProof, MAYFLY, spread(proofs.slice(1).map((one) => 2 * one)));
    arrivalCost.put(ROW.resumeProof, MAYFLY, spread(proofs.slice(1)));
  });
}

// By a process of its own: to be looked at costs time too.
async function putArrivalShares(contender: Contender, members: number, { shares }: Findings): Promise<void> {
  await using look = await Look.into(contender.program, 'cpu');
  const { server } = look;
  const put = (row: string, seen: unknown) => {
    for (const { part, percent } of sharesOf(seen as CpuProfile)) {
      shares.put(ROW.share(row, part), contender.name, spread([percent]));
    }
  };
  const warmUp = await openDoors(contender, server, members);
  await cut(await enterAll(warmUp, members), server);
  const doors = await openDoors(contender, server, members);
  let visits: readonly Visit[] = [];
  put(ROW.join, await look.during(async () => (visits = await enterAll(doors, members))));
  await cut(visits, server);
  if (visits.some(({ comeBack }) => comeBack !== undefined)) {
    put(ROW.resume, await look.during(() => comeBackAll(visits)));
  }
}

const NO_SUCH_THING = { refused: 'no such thing' };

export async function cut(visits: readonly (Visit | undefined)[], server: Measured): Promise<void> {
  for (const visit of visits) visit?.wire.drop();
  await server.rest();
}

/** Arrivals as a round: each is a delivery. */
export async function timed<V extends Visit | undefined>(server: Measured, arrive: () => Promise<V[]>) {
  const before = consumed(server, 0);
  const visits = await arrive();
  const arrived = visits.filter((visit) => visit !== undefined).length;
  const round: Round = { ...difference(before, consumed(server, arrived)), latencies: [], lost: 0 };
  return { visits, round };
}

const PROOFS = 500;
/** As long as what a join signs. */
const PROVEN_BYTES = 90;

/** What Node's crypto takes for one Ed25519 signature with nothing around it, in CPU microseconds, in this process. */
function verifyMicroseconds(): number {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const signed = randomBytes(PROVEN_BYTES);
  const signature = sign(null, signed, privateKey);
  const before = process.cpuUsage();
  for (let i = 0; i < PROOFS; i++) verify(null, signed, publicKey, signature);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / PROOFS;
}

/** At the door at one time; a server takes 2,000 that have not joined (LIMIT-3). */
const HERD_AT_ONCE = 500;
const HERD_WITHIN_MS = 60_000;

// Everybody is cut off in one moment, and then all come back as fast as the server takes them, without the pauses of
// real clients.
export async function measureHerd(bench: Bench): Promise<void> {
  const { plan, findings, socketsMax, say } = bench;
  const members = Math.min(plan.herd, socketsMax);
  await eachContender(bench, { table: findings.herd, rows: [ROW.herdSize] }, async (contender) => {
    say(`herd of ${count(members)}, ${contender.name}`);
    await using look = await Look.into(contender.program, 'lag');
    const { server } = look;
    const visits = await enterAll(await openDoors(contender, server, members), members);
    await server.rest();
    const put = (row: string, value: number) => findings.herd.put(row, contender.name, spread([value]));
    put(ROW.herdSize, members);
    put(ROW.herdCutLag, readLag(await look.during(() => cut(visits, server))).maxMs);
    if (visits.every(({ comeBack }) => comeBack === undefined)) return;
    const rounds: Round[] = [];
    const late = readLag(
      await look.during(async () => {
        const deadline = performance.now() + HERD_WITHIN_MS;
        const comeBack = () => allOf(members, (i) => comeBackUntil(deadline, visits[i]), HERD_AT_ONCE);
        rounds.push((await timed(server, comeBack)).round);
      }),
    );
    for (const { deliveries, seconds, serverCpuSeconds } of rounds) {
      put(ROW.herdResumed, (deliveries / members) * 100);
      put(ROW.herdSeconds, seconds);
      put(ROW.herdRate, deliveries / serverCpuSeconds);
    }
    put(ROW.herdLag('p99'), late.p99Ms);
    put(ROW.herdLag('max'), late.maxMs);
  });
}

// Refused clients try again, as real ones do.
async function comeBackUntil(deadline: number, visit: Visit | undefined): Promise<Visit | undefined> {
  while (performance.now() < deadline) {
    const back = await visit?.comeBack?.().catch(() => undefined);
    if (back !== undefined) return back;
  }
  return undefined;
}

// Written by `sampler.ts`, a part of this bench.
function readLag(seen: unknown) {
  return seen as { readonly p99Ms: number; readonly maxMs: number };
}
