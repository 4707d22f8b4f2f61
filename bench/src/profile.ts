// Where the server's time goes: V8's own samples of a room under load, as functions by their own time.

import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mayfly } from './contenders.ts';
import { Crowd } from './crowd.ts';
import { Driver } from './load.ts';

export type CpuProfile = {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
};

/** A function and its share of the time the process was at work. */
export type SelfTime = { readonly name: string; readonly share: number };

const IDLE = '(idle)';

/** Functions by their own time, without those they call; most expensive first. */
export function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): readonly SelfTime[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map<string, number>();
  for (const [i, sample] of samples.entries()) {
    const name = names.get(sample) ?? '(unknown)';
    if (name !== IDLE) times.set(name, (times.get(name) ?? 0) + (timeDeltas[i] ?? 0));
  }
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  return [...times]
    .map(([name, time]) => ({ name, share: time / total }))
    .toSorted((a, b) => b.share - a.share);
}

function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  if (url === '') return functionName;
  const place = url.split('/').slice(-2).join('/');
  return `${functionName === '' ? '(anonymous)' : functionName} ${place}:${lineNumber + 1}`;
}

const SHOWN = 25;
const LOAD_MS = 4_000;
/** The room is filled before; its joins are a part of the profile that long loads make small. */
const MEMBERS = 100;

/** Loads a room of 100, one message at a time and then 16 in flight, and says what each took. */
export async function profileServer(serverProgram: string, say: (line: string) => void): Promise<void> {
  for (const inFlight of [1, 16]) {
    const directory = await mkdtemp(join(tmpdir(), 'mayfly-profile-'));
    try {
      const contender = mayfly(serverProgram, ['--cpu-prof', `--cpu-prof-dir=${directory}`]);
      const crowd = await Crowd.gather(contender, { rooms: 1, members: MEMBERS });
      await new Driver(crowd, 256).round({ inFlight }, LOAD_MS);
      await crowd[Symbol.asyncDispose]();
      const [file] = await readdir(directory);
      if (file === undefined) throw new Error('the server wrote no profile');
      const profile = JSON.parse(await readFile(join(directory, file), 'utf8')) as CpuProfile;
      say(`room of ${MEMBERS}, ${inFlight} in flight: own time`);
      for (const { name, share } of selfTimes(profile).slice(0, SHOWN)) {
        say(`  ${(share * 100).toFixed(1).padStart(5)} %  ${name}`);
      }
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
}
