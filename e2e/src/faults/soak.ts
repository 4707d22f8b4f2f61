// Hours in minutes: a real server, rooms that come and expire, people coming and going, connections breaking at random.
// At the end everything must be as it was at the beginning.

import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@mayfly/client';
import { SeededRandom } from '../../../packages/server/src/testing/random.ts';
import { type ServerProcess, startServerProcess } from '../server-process.ts';
import type { SdkMember } from '../simulation/sdk-member.ts';
import { Crowd, pause } from './crowd.ts';
import { FaultProxy, type LineQuality } from './fault-proxy.ts';
import { type Sample, growth, slowness } from './verdict.ts';

export type SoakSetup = {
  readonly minutes: number;
  readonly seed: number;
  readonly say: (line: string) => void;
};

const GAUGE = fileURLToPath(new URL('server-gauge.mjs', import.meta.url));
const ROOMS = 8;
const MEMBERS = { min: 3, spread: 3 };
/** Longer than a room's life: a member away for longer can't have everything. */
const ROOM_LIFE_SECONDS = 150;
const ACT_EVERY_MS = 40;
const WARM_UP_MS = 45_000;
/** Rooms expire, dead connections are found by pings, kept HTTP connections run out. */
const QUIET_WITHIN_MS = 240_000;

/** Whether all was flat and no invariant broken. */
export async function soak({ minutes, seed, say }: SoakSetup): Promise<boolean> {
  await using server = await startServerProcess({ RATE_LIMITS: 'off' }, [
    '--expose-gc',
    `--import=file://${GAUGE}`,
  ]);
  await using proxy = await FaultProxy.before(server.port, systemClock, seed);
  const bustle = new Bustle(server.port, proxy, new SeededRandom(seed));
  const table = new Table(say);

  await bustle.runFor(WARM_UP_MS);
  await bustle.calm();
  const before = await quietSample(server);
  table.row('before', before, bustle);

  const parts = 20;
  for (let part = 1; part <= parts; part++) {
    await bustle.runFor((minutes * 60_000) / parts);
    table.row(`${((minutes * part) / parts).toFixed(1)} min`, await sampleOf(server), bustle);
  }
  await bustle.calm();
  const after = await quietSample(server);
  table.row('after', after, bustle);

  const complaints = [...bustle.faults, ...growth(before, after), ...slowness(table.samples)];
  if (bustle.resumes === 0) complaints.push('nobody ever came back: the run proves nothing');
  for (const complaint of complaints) say(`NOT FLAT: ${complaint}`);
  if (complaints.length === 0) say(`flat (seed ${seed})`);
  return complaints.length === 0;
}

class Bustle {
  readonly #port: number;
  readonly #proxy: FaultProxy;
  readonly #random: SeededRandom;
  readonly #crowds = new Set<Crowd>();
  readonly #ending = new Set<Promise<void>>();
  readonly faults: string[] = [];
  made = 0;
  echoed = 0;
  resumes = 0;

  constructor(port: number, proxy: FaultProxy, random: SeededRandom) {
    this.#port = port;
    this.#proxy = proxy;
    this.#random = random;
  }

  get broken(): number {
    return this.#proxy.broken;
  }

  get members(): number {
    return [...this.#crowds].reduce((sum, { members }) => sum + members.length, 0);
  }

  async runFor(ms: number): Promise<void> {
    const end = performance.now() + ms;
    while (performance.now() < end) {
      await this.#act();
      await pause(ACT_EVERY_MS);
    }
  }

  /** Everybody goes, once it is known that they have everything. */
  async calm(): Promise<void> {
    for (const crowd of this.#crowds) this.#end(crowd);
    await Promise.all(this.#ending);
  }

  async #act(): Promise<void> {
    if (this.#crowds.size < ROOMS) return this.#open();
    const crowds = [...this.#crowds];
    const crowd = crowds[this.#random.below(crowds.length)];
    const member = crowd?.members[this.#random.below(crowd.members.length)];
    if (crowd === undefined || member === undefined) return;
    const chance = this.#random.below(200);
    if (chance < 150) member.write(this.#random.below(10) === 0 ? 4_000 : 0);
    else if (chance < 164) this.#proxy.breakOne(this.#random, this.#random.pick(['reset', 'silence']));
    else if (chance < 172) this.#proxy.quality = this.#otherQuality();
    else if (chance < 180) member.reload();
    else if (chance < 188) this.#exchange(crowd, member);
    else if (chance < 196) member.wake();
    else this.#end(crowd);
  }

  async #open(): Promise<void> {
    const crowd = await Crowd.gather({ port: this.#port, lifeSeconds: ROOM_LIFE_SECONDS });
    this.made += 1;
    for (let i = MEMBERS.min + this.#random.below(MEMBERS.spread); i > 0; i--) this.#enter(crowd);
    this.#crowds.add(crowd);
  }

  #enter(crowd: Crowd): void {
    crowd.enter(this.#random.below(3) === 0 ? this.#port : this.#proxy.port);
  }

  #exchange(crowd: Crowd, member: SdkMember): void {
    if (crowd.members.length <= 2) return;
    crowd.leave(member);
    this.#enter(crowd);
  }

  #otherQuality(): LineQuality {
    const late = { latencyMs: this.#random.below(100), jitterMs: this.#random.below(100) };
    return this.#random.pick<LineQuality>([
      {},
      late,
      { ...late, bytesPerSecond: 200_000 },
      { cutAfterBytes: 20_000 },
    ]);
  }

  #end(crowd: Crowd): void {
    this.#crowds.delete(crowd);
    const ending = this.#judge(crowd).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  // Members on silent lines are given a push, as a page gives it; the rest is theirs.
  async #judge(crowd: Crowd): Promise<void> {
    using leaving = crowd;
    for (const member of leaving.members) member.wake();
    const isWell = (await leaving.settled()) && (await leaving.caughtUp());
    if (!isWell) this.faults.push('a room did not come to rest');
    // A member that left over a silent connection stays listed until pings and grace run out; the simulation checks that.
    this.faults.push(...leaving.faults().filter((fault) => !fault.startsWith('I9')));
    for (const { witness } of leaving.members) {
      this.echoed += witness.count('echoed');
      this.resumes += witness.resumes;
    }
  }
}

/** Resolves when all is quiet, or when waiting for that took too long. */
async function quietSample(server: ServerProcess): Promise<Sample> {
  let sample = await sampleOf(server);
  const end = performance.now() + QUIET_WITHIN_MS;
  while ((sample.rooms > 0 || sample.sockets > 0) && performance.now() < end) {
    await pause(500);
    sample = await sampleOf(server);
  }
  return sample;
}

async function sampleOf(server: ServerProcess): Promise<Sample> {
  const inside = (await server.ask()) as Omit<Sample, 'rssMiB' | 'fds'>;
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  const rssKiB = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
  return { ...inside, rssMiB: rssKiB / 1_024, fds: readdirSync(`/proc/${server.pid}/fd`).length };
}

function columns(cells: readonly (readonly [string | number, number])[]): string {
  return cells.map(([cell, width]) => String(cell).padStart(width)).join('');
}

class Table {
  readonly #say: (line: string) => void;
  readonly samples: Sample[] = [];

  constructor(say: (line: string) => void) {
    this.#say = say;
    say(
      '           RSS MiB  heap MiB  fds  timers  sockets  rooms  loop p99 | made  members  broken  resumes  echoed',
    );
  }

  row(name: string, sample: Sample, { made, members, broken, resumes, echoed }: Bustle): void {
    const { rssMiB, heapMiB, fds, timers, sockets, rooms, loopP99Ms } = sample;
    const cells = [
      [rssMiB.toFixed(1), 9],
      [heapMiB.toFixed(2), 10],
      [fds, 5],
      [timers, 8],
      [sockets, 9],
      [rooms, 7],
      [`${loopP99Ms.toFixed(1)} ms`, 10],
    ] as const;
    const doings = [
      [made, 5],
      [members, 9],
      [broken, 8],
      [resumes, 9],
      [echoed, 8],
    ] as const;
    this.#say(`${name.padEnd(9)}${columns(cells)} |${columns(doings)}`);
    this.samples.push(sample);
  }
}
