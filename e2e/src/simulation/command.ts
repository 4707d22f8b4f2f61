// `npm run simulate`: as many lives, crowds, schedules, logs and mutated frames as asked for, with a verdict.

import { compareGoverned } from '../../../packages/client/src/testing/governed-readers.ts';
import { compareReaders } from '../../../packages/client/src/testing/log-readers.ts';
import { compareFolds } from '../../../packages/client/src/testing/random-fold.ts';
import { runCrowd } from './crowd.ts';
import { mutate } from './mutations.ts';
import type { Outcome } from './outcome.ts';
import { liveThrough } from './room-life.ts';
import { runSchedule } from './schedule.ts';

export type Wish = {
  readonly lives: number;
  readonly crowds: number;
  readonly schedules: number;
  /** Logs that pages read live and late. */
  readonly logs: number;
  readonly mutations: number;
  /** The first seed. */
  readonly seed: number;
  readonly say: (line: string) => void;
};

const FAULTS_SHOWN = 20;
/** How many are read before there is a word of progress. */
const LOGS_AT_ONCE = 500;

/** Whether everything held. */
export async function simulate(wish: Wish): Promise<boolean> {
  const { lives, crowds, schedules, logs, mutations, seed, say } = wish;
  const held = [
    await many('lives', lives, seed, liveThrough, say),
    await many('crowds', crowds, seed, runCrowd, say),
    await many('schedules', schedules, seed, runSchedule, say),
  ];
  if (logs > 0) held.push(readLogs(seed, logs, say));
  if (mutations > 0) {
    const { faults, accepted } = mutate(seed, mutations);
    say(`${mutations} mutated frames (seed ${seed}): ${accepted} still were frames, ${faults.length} faults`);
    for (const fault of faults) say(`  ${fault}`);
    held.push(faults.length === 0);
  }
  return held.every(Boolean);
}

function readLogs(seed: number, logs: number, say: (line: string) => void): boolean {
  const began = performance.now();
  let faults = 0;
  for (let read = 0; read < logs; read += LOGS_AT_ONCE) {
    const count = Math.min(LOGS_AT_ONCE, logs - read);
    const found = [compareGoverned, compareFolds, compareReaders].flatMap((compare) =>
      compare(seed + read, count),
    );
    for (const fault of found.slice(0, Math.max(0, FAULTS_SHOWN - faults))) say(`  ${fault}`);
    faults += found.length;
    if (read + count < logs) say(`  ${read + count} of ${logs} logs, ${faults} faults`);
  }
  const seconds = ((performance.now() - began) / 1_000).toFixed(0);
  say(
    `${logs} logs read live and late (seeds ${seed} to ${seed + logs - 1}): ${faults} faults, ${seconds} s`,
  );
  return faults === 0;
}

async function many(
  what: string,
  count: number,
  seed: number,
  run: (seed: number) => Promise<Outcome>,
  say: (line: string) => void,
): Promise<boolean> {
  if (count === 0) return true;
  const began = performance.now();
  const sum = { broken: 0, resumes: 0, echoed: 0 };
  for (let i = seed; i < seed + count; i++) {
    const outcome = await run(i);
    if (outcome.faults.length > 0) return tellFault(what, i, outcome, count === 1, say);
    sum.broken += outcome.broken;
    sum.resumes += outcome.resumes;
    sum.echoed += outcome.echoed;
    if ((i - seed + 1) % 10_000 === 0) say(`  ${i - seed + 1} of ${count} ${what} without a fault`);
  }
  const seconds = (performance.now() - began) / 1_000;
  say(
    `${count} ${what}, seeds ${seed} to ${seed + count - 1}: ${sum.broken} connections broken, ${sum.resumes} resumes, ` +
      `${sum.echoed} messages echoed, 0 faults, ${seconds.toFixed(0)} s`,
  );
  // A run without a single resume proves nothing.
  const proves = count < 10 || sum.resumes >= count / 2;
  if (!proves) say(`too few resumes in ${what} to prove anything`);
  return proves;
}

function tellFault(
  what: string,
  seed: number,
  { faults, witnesses }: Outcome,
  inFull: boolean,
  say: (line: string) => void,
): false {
  say(`seed ${seed} of ${what} failed; again by: npm run simulate -- --${what} 1 --seed ${seed}`);
  for (const fault of faults) say(`  ${fault}`);
  if (!inFull) return false;
  const sights = witnesses.flatMap(({ name, seen }) => seen.map((sight) => ({ name, sight })));
  for (const { name, sight } of sights.toSorted((a, b) => a.sight.at - b.sight.at)) {
    const { at, ...rest } = sight;
    say(`  ${new Date(at).toISOString().slice(11, 23)} ${name} ${JSON.stringify(rest)}`);
  }
  return false;
}
