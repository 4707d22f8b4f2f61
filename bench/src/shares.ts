// Which code runs while a server is under load: V8's own samples, summed up by a few parts, distinguished by where
// a function comes from.

import type { Contender } from './contenders.ts';
import { Crowd, type Shape } from './crowd.ts';
import { Driver, type Load } from './load.ts';
import { type CpuProfile, Look } from './look.ts';

export type Share = { readonly part: Part; readonly percent: number };

type CallFrame = CpuProfile['nodes'][number]['callFrame'];

const BELONGS = {
  'writing to sockets': ({ functionName, url }) => url === '' && WRITES.has(functionName),
  'verifying signatures': ({ functionName, url }) => url === '' && PROVES.has(functionName),
  'Node’s streams, timers and events': ({ url }) => url.startsWith('node:'),
  'its own code': ({ url }) => url.startsWith('file:') && !url.includes('/node_modules/'),
  'packages it uses': ({ url }) => url.includes('/node_modules/'),
  'garbage collection': ({ functionName }) => functionName === '(garbage collector)',
  'the rest: reading, waiting for events, V8': () => true,
} satisfies { readonly [part: string]: (frame: CallFrame) => boolean };

export type Part = keyof typeof BELONGS;

const isPart = (part: string): part is Part => Object.hasOwn(BELONGS, part);

export const PARTS: readonly Part[] = Object.keys(BELONGS).filter(isPart);

/** What Node calls its native functions that write to a stream. */
const WRITES = new Set(['writeBuffer', 'writev', 'writeUtf8String', 'writeLatin1String', 'writeAsciiString']);
/** What it calls its native steps of importing a key and verifying with it. */
const PROVES = new Set(['run', 'SignJob', 'initEDRaw', 'KeyObjectHandle']);
/** Waiting, and the sampler’s own end. */
const NOT_AT_WORK = new Set(['(idle)', 'dispatch']);

/** Microseconds. In a longer gap between two samples the process waited for a processor, and no code of it ran. */
const GAP_MAX = 1_000;

/** Every part, in one order; percent of the time at work. */
export function sharesOf({ nodes, samples, timeDeltas }: CpuProfile): readonly Share[] {
  const partOf = new Map(nodes.map(({ id, callFrame }) => [id, ownerOf(callFrame)]));
  const times = new Map<Part, number>();
  for (const [i, sample] of samples.entries()) {
    const part = partOf.get(sample);
    if (part !== undefined) times.set(part, (times.get(part) ?? 0) + Math.min(timeDeltas[i] ?? 0, GAP_MAX));
  }
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  return PARTS.map((part) => ({ part, percent: total === 0 ? 0 : ((times.get(part) ?? 0) / total) * 100 }));
}

function ownerOf(frame: CallFrame): Part | undefined {
  return NOT_AT_WORK.has(frame.functionName) ? undefined : PARTS.find((part) => BELONGS[part](frame));
}

export type Scene = {
  readonly shape: Shape;
  readonly bucket: number;
  readonly loads: readonly Load[];
  readonly ms: number;
};

/** The shares of each load, on the same rooms; a first round of each warms up and is not looked at. */
export async function timeShares(
  contender: Contender,
  { shape, bucket, loads, ms }: Scene,
): Promise<readonly (readonly Share[])[]> {
  await using look = await Look.into(contender.program, 'cpu');
  const crowd = await Crowd.fill(contender, look.server, shape);
  const driver = new Driver(crowd, bucket);
  const all: (readonly Share[])[] = [];
  for (const load of loads) {
    await driver.round(load, ms);
    all.push(sharesOf((await look.during(() => driver.round(load, ms))) as CpuProfile));
  }
  crowd.disperse();
  return all;
}
