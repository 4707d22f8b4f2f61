// What a function costs, compared with itself in one run: no figure depends on the machine. Processor time counts, since a
// long run is interrupted more often than a short one where other programs are at work.

import { cpuUsage } from 'node:process';

/** Long enough to measure. */
const SAMPLE_MS = 0.2;
const ROUNDS = { min: 5, max: 400 } as const;

/** The least time that each of them took. More rounds only bring it closer to what the work costs. */
class Stopwatch {
  readonly #runs: readonly (() => unknown)[];
  readonly #repeats: number[];
  readonly leastMs: number[];

  constructor(runs: readonly (() => unknown)[]) {
    this.#runs = runs;
    this.leastMs = runs.map(() => Infinity);
    this.#repeats = runs.map((run) => Math.max(1, Math.ceil(SAMPLE_MS / Math.max(timeOf(run, 1), 0.001))));
  }

  /** One after the other, so that a slow moment meets all of them. */
  round(): void {
    for (const [i, run] of this.#runs.entries()) {
      const repeats = this.#repeats[i] ?? 1;
      const ms = timeOf(run, repeats);
      // Too short for the clock: that says nothing.
      if (ms === 0) this.#repeats[i] = 2 * repeats;
      else this.leastMs[i] = Math.min(this.leastMs[i] ?? Infinity, ms);
    }
  }
}

function timeOf(run: () => unknown, repeats: number): number {
  const before = cpuUsage();
  for (let i = 0; i < repeats; i++) run();
  const { user, system } = cpuUsage(before);
  return (user + system) / 1_000 / repeats;
}

/** Milliseconds of the processor, at the best of some runs. */
export function leastMs(run: () => unknown): number {
  return Math.min(...Array.from({ length: ROUNDS.min }, () => timeOf(run, 1)));
}

/**
 * How many times the cost of `plain` the cost of `run` is. Noise only ever adds time, so measuring goes on, up to a point,
 * while the answer is above `most`.
 */
export function costRatio(run: () => unknown, plain: () => unknown, most: number): number {
  const watch = new Stopwatch([run, plain]);
  let ratio = Infinity;
  for (let round = 0; round < ROUNDS.max && (round < ROUNDS.min || !(ratio <= most)); round++) {
    watch.round();
    const [ms = Infinity, plainMs = Infinity] = watch.leastMs;
    ratio = ms / plainMs;
  }
  return ratio;
}
