// Where the server's time and memory go: V8's own samples of a load, as functions by their own share.

import { USUAL_MEMBERS, comeBackAll, enterAll, openDoors } from './arrivals.ts';
import { type Contender, type Visit, mayfly } from './contenders.ts';
import { Crowd, type Shape } from './crowd.ts';
import { Driver } from './load.ts';
import { type CallFrame, type CpuProfile, type HeapNode, type HeapProfile, Look } from './look.ts';

/** A function and what it took by itself, without those it calls: microseconds, or bytes that are still held. */
export type Own = { readonly name: string; readonly amount: number };

const IDLE = '(idle)';

/** Functions by their own time while the process was at work; most expensive first. */
export function ownTimes({ nodes, samples, timeDeltas }: CpuProfile): readonly Own[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const taken = samples.map((sample, i) => ({
    name: names.get(sample) ?? '(unknown)',
    amount: timeDeltas[i] ?? 0,
  }));
  return byName(taken.filter(({ name }) => name !== IDLE));
}

/** Functions by what they allocated and is still there; most first. */
export function ownBytes({ head }: HeapProfile): readonly Own[] {
  return byName(
    allNodes(head).map(({ callFrame, selfSize }) => ({ name: nameOf(callFrame), amount: selfSize })),
  );
}

function allNodes(node: HeapNode): readonly HeapNode[] {
  return [node, ...node.children.flatMap(allNodes)];
}

function byName(all: readonly Own[]): readonly Own[] {
  const amounts = new Map<string, number>();
  for (const { name, amount } of all) amounts.set(name, (amounts.get(name) ?? 0) + amount);
  return [...amounts].map(([name, amount]) => ({ name, amount })).toSorted((a, b) => b.amount - a.amount);
}

function nameOf({ functionName, url, lineNumber }: CallFrame): string {
  if (url === '') return functionName;
  const place = url.split('/').slice(-2).join('/');
  return `${functionName === '' ? '(anonymous)' : functionName} ${place}:${lineNumber + 1}`;
}

const SHOWN = 25;
const LOAD_MS = 4_000;
const MEMBERS = 100;
const ARRIVALS = 3_000;

type Say = (line: string) => void;

/** What a room of 100 and many rooms of two cost under two loads, what arrivals cost, and what idle members hold. */
export async function profileServer(serverProgram: string, say: Say): Promise<void> {
  const contender = mayfly(serverProgram);
  for (const shape of [
    { rooms: 1, members: MEMBERS },
    { rooms: 100, members: 2 },
  ]) {
    for (const inFlight of [1, 16]) await profileSpeed(contender, shape, inFlight, say);
  }
  await profileArrivals(contender, say);
  await profileIdle(contender, say);
}

async function profileSpeed(contender: Contender, shape: Shape, inFlight: number, say: Say): Promise<void> {
  await using look = await Look.into(contender.program, 'cpu');
  const crowd = await Crowd.fill(contender, look.server, shape);
  const driver = new Driver(crowd, 256);
  const seen = await look.during(() => driver.round({ inFlight }, LOAD_MS));
  crowd.disperse();
  sayTimes(seen, `${shape.rooms} × ${shape.members} members, ${inFlight} in flight`, say);
}

async function profileArrivals(contender: Contender, say: Say): Promise<void> {
  await using look = await Look.into(contender.program, 'cpu');
  const { server } = look;
  const doors = await openDoors(contender, server, ARRIVALS);
  let visits: readonly Visit[] = [];
  const joins = await look.during(async () => {
    visits = await enterAll(doors, ARRIVALS);
  });
  for (const { wire } of visits) wire.drop();
  await server.rest();
  const resumes = await look.during(() => comeBackAll(visits));
  sayTimes(joins, 'first joins', say);
  sayTimes(resumes, 'resumes', say);
}

async function profileIdle(contender: Contender, say: Say): Promise<void> {
  await using look = await Look.into(contender.program, 'heap');
  const shape = { rooms: ARRIVALS / USUAL_MEMBERS, members: USUAL_MEMBERS };
  await Crowd.fill(contender, look.server, shape);
  const own = ownBytes((await look.during(() => Crowd.fill(contender, look.server, shape))) as HeapProfile);
  say(`joined idle connection: ${(total(own) / ARRIVALS).toFixed(0)} B of V8's heap`);
  for (const { name, amount } of own.slice(0, SHOWN)) {
    say(`  ${(amount / ARRIVALS).toFixed(0).padStart(5)} B  ${name}`);
  }
}

function sayTimes(seen: unknown, what: string, say: Say): void {
  const own = ownTimes(seen as CpuProfile);
  const all = total(own);
  say(`${what}: own time`);
  for (const { name, amount } of own.slice(0, SHOWN)) {
    say(`  ${((amount / all) * 100).toFixed(1).padStart(5)} %  ${name}`);
  }
}

function total(own: readonly Own[]): number {
  return own.reduce((sum, { amount }) => sum + amount, 0);
}
