// Whose code runs while a server is under load: V8's own samples, summed up by a few parts that are told apart by where
// a function comes from.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Contender } from './contenders.ts';
import { Crowd } from './crowd.ts';
import { Driver, type Load, pause } from './load.ts';
import type { CpuProfile } from './profile.ts';

export type Share = { readonly part: Part; readonly percent: number };

type CallFrame = CpuProfile['nodes'][number]['callFrame'];

const BELONGS = {
  'writing to sockets': ({ functionName, url }) => url === '' && WRITES.has(functionName),
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

const SAMPLER = new URL('./sampler.js', import.meta.url).href;

export type Look = {
  readonly members: number;
  readonly bucket: number;
  readonly loads: readonly Load[];
  readonly ms: number;
};

/** The shares of each load, on one room; a first round of each warms up and is not looked at. */
export async function timeShares(
  contender: Contender,
  { members, bucket, loads, ms }: Look,
): Promise<readonly (readonly Share[])[]> {
  const directory = await mkdtemp(join(tmpdir(), 'mayfly-shares-'));
  const file = join(directory, 'profile');
  const sampler = `${SAMPLER}?${new URLSearchParams({ what: 'cpu', file }).toString()}`;
  const { program } = contender;
  const nodeOptions = [...(program.nodeOptions ?? []), '--import', sampler];
  try {
    await using crowd = await Crowd.gather(
      { ...contender, program: { ...program, nodeOptions } },
      { rooms: 1, members },
    );
    const driver = new Driver(crowd, bucket);
    const all: (readonly Share[])[] = [];
    for (const load of loads) {
      await driver.round(load, ms);
      crowd.server.look();
      await driver.round(load, ms);
      crowd.server.look();
      all.push(sharesOf(await readProfile(file)));
    }
    return all;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const WRITTEN_WITHIN_MS = 10_000;

// The sampler puts the file there in one step, so what can be read is whole.
async function readProfile(file: string): Promise<CpuProfile> {
  const deadline = performance.now() + WRITTEN_WITHIN_MS;
  while (performance.now() < deadline) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) {
      await rm(file);
      return JSON.parse(text) as CpuProfile;
    }
    await pause(50);
  }
  throw new Error('the server wrote no profile');
}
