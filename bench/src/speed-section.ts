// One room under load, from small to huge: what a delivery costs, how many there are in a second, and how late the last one is.

import type { Bench } from './bench.ts';
import { type Contender, FLOOR, FLOOR_CONTENDER, MAYFLY } from './contenders.ts';
import { Crowd } from './crowd.ts';
import { cpuPerMillion, isMeasured, kernelShare, latency, reached, throughput } from './figures.ts';
import { Driver, type Load, type Round, heatUp, takeTurns } from './load.ts';
import { groupsFor, sideBySide } from './side-by-side.ts';
import { type Findings, ROW, type Table } from './table.ts';

/** Plaintext bytes of a message, unless a section is about them. */
export const BUCKET = 256;
/** Messages a second that a steady load never exceeds: more would be the generator's own work. */
const PACE_MAX = 20_000;

export async function measureSpeed(bench: Bench): Promise<void> {
  const withFloor = { ...bench, contenders: [...bench.contenders, FLOOR_CONTENDER] };
  for (const members of bench.plan.sizes) await measureSize(withFloor, members);
}

/** A room that is full, and its driver, which knows the number that each author's next message has. */
type Stand = { readonly contender: Contender; readonly crowd: Crowd; readonly driver: Driver };

/** By contender: messages a second that are half of what it can take. */
type Paces = Map<string, number>;

// The load that all can carry is known only when each has been measured by itself: contenders that don't fit side by side
// fill their rooms once more.
async function measureSize(bench: Bench, members: number): Promise<void> {
  const { contenders, plan, socketsMax } = bench;
  const rows = plan.inFlight.map((inFlight) => ROW.speed(members, inFlight));
  const fitTogether = groupsFor(contenders, members + PAIR, socketsMax).length === 1;
  const paces: Paces = new Map();
  const fill = (inRows: readonly string[], measure: (stands: readonly Stand[]) => Promise<void>) =>
    sideBySide(bench, { rooms: 1, members }, inRows, async (crowds) => {
      const stands = crowds.map(standOf);
      await heatUp(
        stands.map(({ driver }) => driver),
        plan,
      );
      await measure(stands);
    });

  await fill(rows, async (stands) => {
    await measureOwnLoads(bench, members, stands, paces);
    if (fitTogether) await measureSameLoad(bench, members, stands, paces);
  });
  if (!fitTogether) await fill([], (stands) => measureSameLoad(bench, members, stands, paces));
}

function standOf(crowd: Crowd): Stand {
  return { contender: crowd.contender, crowd, driver: new Driver(crowd, BUCKET) };
}

type Where = Pick<Bench, 'plan' | 'findings'>;

async function measureOwnLoads(
  { plan, findings }: Where,
  members: number,
  stands: readonly Stand[],
  paces: Paces,
): Promise<void> {
  const drivers = stands.map(({ driver }) => driver);
  let fastest: readonly (readonly Round[])[] = [];
  for (const inFlight of plan.inFlight) {
    fastest = await takeTurns(plan, drivers, () => ({ inFlight }));
    putSpeed(findings, ROW.speed(members, inFlight), stands, fastest);
  }
  for (const [i, { contender }] of stands.entries()) {
    const own = contender.name === FLOOR ? paces.get(MAYFLY) : halfPace(fastest[i] ?? [], members);
    if (own !== undefined) paces.set(contender.name, own);
  }
  const paceOf = (stand: Stand | undefined) => paces.get(stand?.contender.name ?? '') ?? PACE_MAX;
  const steady = await takeTurns(plan, drivers, (i) => ({ perSecond: paceOf(stands[i]) }));
  putLatency(findings.latency, members, stands, steady);
}

async function measureSameLoad(
  { plan, findings: { sameLoadLatency } }: Where,
  members: number,
  stands: readonly Stand[],
  paces: Paces,
): Promise<void> {
  const load = { perSecond: Math.min(...paces.values(), PACE_MAX) };
  if (members < Math.max(...plan.sizes)) {
    const drivers = stands.map(({ driver }) => driver);
    return putLatency(sameLoadLatency, members, stands, await takeTurns(plan, drivers, () => load));
  }
  const besides: Beside[] = [];
  for (const stand of stands) besides.push(await Beside.join(stand));
  putLatency(sameLoadLatency, members, stands, await takeTurns(plan, besides, () => load));
  for (const beside of besides) {
    // The first round was the warm-up.
    const rounds = beside.rounds.slice(1);
    sameLoadLatency.put(ROW.pairBeside(members), beside.contender.name, latency(rounds, 0.99));
    beside.leave();
  }
}

const PAIR = 2;
const PAIR_PACE = 200;

/** The load on a large room, and a few messages in a room of two beside it: do they have to wait? */
class Beside {
  readonly contender: Contender;
  /** Of the pair. */
  readonly rounds: Round[] = [];
  readonly #room: Driver;
  /** Undefined: the contender let no one in. */
  readonly #pair: Stand | undefined;

  private constructor({ contender, driver }: Stand, pair: Crowd | undefined) {
    this.contender = contender;
    this.#room = driver;
    this.#pair = pair && standOf(pair);
  }

  static async join(stand: Stand): Promise<Beside> {
    const { contender, crowd } = stand;
    const pair = Crowd.fill(contender, crowd.server, { rooms: 1, members: PAIR });
    return new Beside(stand, await pair.catch(() => undefined));
  }

  async attempt(load: Load, ms: number): Promise<Round> {
    const ofPair = this.#pair?.driver.attempt({ perSecond: PAIR_PACE }, ms);
    const round = await this.#room.attempt(load, ms);
    if (ofPair !== undefined) this.rounds.push(await ofPair);
    return round;
  }

  leave(): void {
    this.#pair?.crowd.disperse();
  }
}

// Undefined: what it can take is not known, since it closed connections.
function halfPace(rounds: readonly Round[], members: number): number | undefined {
  const most = reached(rounds);
  return isMeasured(most) ? Math.min(most.median / 2 / members, PACE_MAX) : undefined;
}

/** What a delivery cost and how many there were. */
export function putSpeed(
  { cpu, kernel, throughput: perSecond }: Findings,
  row: string,
  of: readonly { readonly contender: Contender }[],
  rounds: readonly (readonly Round[])[],
): void {
  for (const [i, { contender }] of of.entries()) {
    cpu.put(row, contender.name, cpuPerMillion(rounds[i] ?? []));
    kernel.put(row, contender.name, kernelShare(rounds[i] ?? []));
    perSecond.put(row, contender.name, throughput(rounds[i] ?? []));
  }
}

function putLatency(
  table: Table,
  members: number,
  stands: readonly Stand[],
  rounds: readonly (readonly Round[])[],
): void {
  for (const [i, { contender }] of stands.entries()) {
    const own = rounds[i] ?? [];
    table.put(ROW.latencyLoad(members), contender.name, reached(own));
    table.put(ROW.latency(members, 'p50'), contender.name, latency(own, 0.5));
    table.put(ROW.latency(members, 'p99'), contender.name, latency(own, 0.99));
    table.put(ROW.latency(members, 'max'), contender.name, latency(own, 1));
  }
}
