// Messages into rooms, and the count of what comes out: one round is a stretch of time under one load.

import { UNECHOED_MAX } from '@mayfly/protocol';
import type { Crowd } from './crowd.ts';
import { reasonOf } from './figures.ts';
import type { Measured } from './measured-process.ts';
import type { Plan } from './plan.ts';
import type { Wire } from './wire.ts';

export type Load =
  /** As fast as it goes with so many messages under way at any time. */
  | { readonly inFlight: number }
  /** So many messages a second, whether or not earlier ones have arrived. */
  | { readonly perSecond: number };

export type Round = {
  readonly deliveries: number;
  readonly seconds: number;
  readonly serverCpuSeconds: number;
  /** The same, of each process where several serve together. */
  readonly cpuByProcess: readonly number[];
  /** The part of them that the kernel took. */
  readonly serverKernelSeconds: number;
  readonly generatorCpuSeconds: number;
  /** Milliseconds from each message's being there to be sent to its arrival at the last member. */
  readonly latencies: readonly number[];
  /** Connections that the server closed meanwhile, in percent of all: above 0 the round says nothing. */
  readonly lost: number;
  /** Why the contender is out: then the round says nothing else. */
  readonly failed?: string;
};

/** Members of a room that write in turn. */
const AUTHORS = 16;
const IDLE = () => {};
/** More than a room's authors may have under way (SEND-2). */
const PLACES = 2 * AUTHORS * UNECHOED_MAX;
const DRAIN_MS = 10_000;
const OPEN_LOOP_STEP_MS = 1;

/** As much of a connection as keeping the account needs. */
type Counting = Pick<Wire, 'messages' | 'onMessage' | 'write'>;

/** One room under load: knows when each message has reached every member. Writing in turn keeps the order. */
export class RoomLoad {
  readonly #members: readonly Counting[];
  readonly #authors: number;
  readonly #write: (n: number) => Buffer;
  readonly #onArrival: (latencyMs: number) => void;
  readonly #counts: number[];
  readonly #reached = new Uint16Array(PLACES);
  readonly #since = new Float64Array(PLACES);
  #written = 0;
  arrived = 0;

  /** `counts[i]` is how many messages member `i` has ever written; it is kept for the next load of this room. */
  constructor(
    members: readonly Counting[],
    counts: number[],
    authors: number,
    write: (n: number) => Buffer,
    onArrival: (latencyMs: number) => void,
  ) {
    this.#members = members;
    this.#counts = counts;
    this.#authors = Math.min(authors, members.length);
    this.#write = write;
    this.#onArrival = onArrival;
    for (const wire of members) {
      const before = wire.messages;
      wire.onMessage = () => this.#count(wire.messages - before);
    }
  }

  get underway(): number {
    return this.#written - this.arrived;
  }

  /** False when its author has to wait for echoes first (SEND-2). `since` is when the message was there to be sent. */
  publish(since = performance.now()): boolean {
    if (this.underway >= this.#authors * UNECHOED_MAX) return false;
    const author = this.#written % this.#authors;
    const n = (this.#counts[author] ?? 0) + 1;
    this.#counts[author] = n;
    this.#written++;
    this.#since[this.#written % PLACES] = since;
    this.#members[author]?.write(this.#write(n));
    return true;
  }

  // Each member gets the messages in one order, so the k-th of each is the same one. The server may swap messages that
  // several authors write in the same moment; for their latency that is all the same.
  #count(k: number): void {
    const place = k % PLACES;
    const reached = (this.#reached[place] ?? 0) + 1;
    this.#reached[place] = reached;
    if (reached < this.#members.length) return;
    this.#reached[place] = 0;
    this.arrived++;
    this.#onArrival(performance.now() - (this.#since[place] ?? 0));
  }
}

/** As much of a crowd as is put under load; the others in its rooms just read along. */
export type Loadable = Pick<Crowd, 'contender' | 'rooms'> & { readonly server: Measured };

/** Puts loads on one crowd, round after round. */
export class Driver {
  readonly #crowd: Loadable;
  readonly #write: (n: number) => Buffer;
  readonly #counts: number[][];
  #failed: string | undefined;

  constructor(crowd: Loadable, bucket: number) {
    this.#crowd = crowd;
    this.#write = crowd.contender.writer(bucket);
    this.#counts = crowd.rooms.map(() => []);
  }

  /** As `round`. A contender that fails once is out: its later rounds say so without trying. */
  async attempt(load: Load, ms: number): Promise<Round> {
    if (this.#failed === undefined) {
      try {
        return await this.round(load, ms);
      } catch (error) {
        this.#failed = reasonOf(error);
      }
    }
    return { ...NOTHING, failed: this.#failed };
  }

  /** Measures `ms` of load, then waits until everything under way has arrived. */
  async round(load: Load, ms: number): Promise<Round> {
    const latencies: number[] = [];
    let onFree = IDLE;
    const arrive = (latencyMs: number) => {
      latencies.push(latencyMs);
      onFree();
    };
    const rooms = this.#crowd.rooms.map(
      (members, i) => new RoomLoad(members, this.#counts[i] ?? [], AUTHORS, this.#write, arrive),
    );
    let turn = 0;
    const publish = (since?: number) => rooms[turn++ % rooms.length]?.publish(since) ?? false;

    const before = consumed(this.#crowd.server, this.#deliveries);
    if ('inFlight' in load) {
      onFree = () => void publish();
      for (let i = 0; i < load.inFlight; i++) publish();
      await pause(ms);
      onFree = IDLE;
    } else {
      await publishSteadily(publish, load.perSecond, ms);
    }
    const after = consumed(this.#crowd.server, this.#deliveries);
    const round = { ...difference(before, after), latencies };
    await drained(rooms, () => this.#lost());
    return { ...round, lost: this.#lost() };
  }

  get #deliveries(): number {
    return this.#crowd.rooms.flat().reduce((sum, { messages }) => sum + messages, 0);
  }

  #lost(): number {
    const wires = this.#crowd.rooms.flat();
    return wires.filter((wire) => wire.lost).length / wires.length;
  }
}

const NOTHING: Round = {
  deliveries: 0,
  seconds: 0,
  serverCpuSeconds: 0,
  cpuByProcess: [],
  serverKernelSeconds: 0,
  generatorCpuSeconds: 0,
  latencies: [],
  lost: 0,
};

/** So many messages that V8 has compiled what takes them. */
export async function heatUp(
  drivers: readonly Driver[],
  { heatUpMs }: Pick<Plan, 'heatUpMs'>,
): Promise<void> {
  if (heatUpMs === 0) return;
  for (const driver of drivers) await driver.attempt(HEAT, heatUpMs);
}

const HEAT: Load = { inFlight: 16 };

/** Every driver in turn, after a warm-up of each: rounds by driver. */
export async function takeTurns(
  { rounds, roundMs, warmUpMs }: Pick<Plan, 'rounds' | 'roundMs' | 'warmUpMs'>,
  drivers: readonly Pick<Driver, 'attempt'>[],
  loadOf: (driver: number) => Load,
): Promise<Round[][]> {
  for (const [i, driver] of drivers.entries()) await driver.attempt(loadOf(i), warmUpMs);
  const taken: Round[][] = drivers.map(() => []);
  for (let turn = 0; turn < rounds; turn++) {
    for (const [i, driver] of drivers.entries()) taken[i]?.push(await driver.attempt(loadOf(i), roundMs));
  }
  return taken;
}

type Consumed = Omit<Round, 'latencies' | 'lost' | 'failed'>;

/** Since whenever: only the difference of two says something. */
export function consumed(server: Measured, deliveries: number): Consumed {
  const { user, system } = process.cpuUsage();
  const cpuByProcess = server.cpuByProcess();
  return {
    deliveries,
    seconds: performance.now() / 1000,
    serverCpuSeconds: cpuByProcess.reduce((sum, seconds) => sum + seconds, 0),
    cpuByProcess,
    serverKernelSeconds: server.kernelSeconds(),
    generatorCpuSeconds: (user + system) / 1e6,
  };
}

export function difference(before: Consumed, after: Consumed): Consumed {
  return {
    deliveries: after.deliveries - before.deliveries,
    seconds: after.seconds - before.seconds,
    serverCpuSeconds: after.serverCpuSeconds - before.serverCpuSeconds,
    cpuByProcess: after.cpuByProcess.map((seconds, i) => seconds - (before.cpuByProcess[i] ?? 0)),
    serverKernelSeconds: after.serverKernelSeconds - before.serverKernelSeconds,
    generatorCpuSeconds: after.generatorCpuSeconds - before.generatorCpuSeconds,
  };
}

// What a late timer missed is caught up with, so a slow server does not slow the load down. What an author may not send
// yet waits, and its waiting counts as latency.
function publishSteadily(publish: (since: number) => boolean, perSecond: number, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const start = performance.now();
    const waiting: number[] = [];
    let due = 0;
    const step = () => {
      const now = performance.now();
      for (const until = (Math.min(now - start, ms) * perSecond) / 1000; due < until; due++)
        waiting.push(now);
      let sent = 0;
      while (sent < waiting.length && publish(waiting[sent] ?? now)) sent++;
      waiting.splice(0, sent);
      if (now - start >= ms) resolve();
      else setTimeout(step, OPEN_LOOP_STEP_MS);
    };
    step();
  });
}

async function drained(rooms: readonly RoomLoad[], lost: () => number): Promise<void> {
  const deadline = performance.now() + DRAIN_MS;
  while (rooms.some((room) => room.underway > 0) && lost() === 0) {
    if (performance.now() > deadline) throw new Error('messages did not arrive');
    await pause(20);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
