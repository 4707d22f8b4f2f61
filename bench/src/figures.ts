// From rounds to figures: medians with their spread, or the reason why there is none.

import type { Round } from './load.ts';

const REASON_MAX = 200;

/** In one line that fits into a cell of a table. */
export function reasonOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return words
    .replaceAll(/[|\s]+/g, ' ')
    .trim()
    .slice(0, REASON_MAX);
}

/** The middle of several rounds, with the lowest and the highest of them. */
export type Spread = { readonly median: number; readonly low: number; readonly high: number };

/** A number that was measured, or in words why it was not. */
export type Figure = Spread | { readonly refused: string };

export function isMeasured(figure: Figure | undefined): figure is Spread {
  return figure !== undefined && 'median' in figure;
}

export function spread(values: readonly number[]): Figure {
  const sorted = values.toSorted((a, b) => a - b);
  const low = sorted[0];
  const high = sorted.at(-1);
  if (low === undefined || high === undefined) return { refused: 'nothing measured' };
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] ?? low) + (sorted[Math.ceil(middle)] ?? high)) / 2;
  return { median, low, high };
}

/** The smallest value that `share` of all values do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** How many times `b` goes into `a`, by the medians. */
export function ratio(a: Figure | undefined, b: Figure | undefined): number | undefined {
  return isMeasured(a) && isMeasured(b) && b.median > 0 ? a.median / b.median : undefined;
}

/** Whose CPU seconds count. */
type Part = (round: Round) => number;
const all: Part = ({ serverCpuSeconds }) => serverCpuSeconds;

/** Below this the server was waiting for the load generator. */
const SERVER_BUSY = 0.7;
const GENERATOR_BUSY = 0.9;

/** Server CPU seconds for a million deliveries. It needs no busy server: idle time costs nothing. */
export function cpuPerMillion(rounds: readonly Round[], part: Part = all): Figure {
  return overRounds(rounds, (round) => (part(round) / round.deliveries) * 1e6);
}

/** Of the server's CPU time what the kernel took, in percent. */
export function kernelShare(rounds: readonly Round[]): Figure {
  return overRounds(rounds, (round) => (round.serverKernelSeconds / round.serverCpuSeconds) * 100);
}

/** Deliveries a second; refused when the generator, not the server, was what limited them. */
export function throughput(rounds: readonly Round[]): Figure {
  return rounds.some(isGeneratorBound) ? { refused: 'generator-bound' } : reached(rounds);
}

/**
 * Of several processes that serve together: deliveries a second if each had a core of its own, by the one that works
 * most. Where they share cores this is what their CPU time says, and nothing that was seen.
 */
export function onOwnCores(rounds: readonly Round[]): Figure {
  return overRounds(rounds, ({ deliveries, cpuByProcess }) => deliveries / Math.max(...cpuByProcess));
}

/** Deliveries a second that went through, whoever limited them: says at which load a round ran. */
export function reached(rounds: readonly Round[]): Figure {
  return overRounds(rounds, (round) => round.deliveries / round.seconds);
}

/** Of the latencies of all rounds, in milliseconds: one number from many, so its spread is between the rounds. */
export function latency(rounds: readonly Round[], share: number): Figure {
  return overRounds(rounds, (round) => percentile(round.latencies, share));
}

/** Of arrivals: how many one core could take in a second. */
export function perCpuSecond(rounds: readonly Round[], part: Part = all): Figure {
  return overRounds(rounds, (round) => round.deliveries / part(round));
}

function isGeneratorBound({ seconds, serverCpuSeconds, generatorCpuSeconds }: Round): boolean {
  return serverCpuSeconds / seconds < SERVER_BUSY && generatorCpuSeconds / seconds > GENERATOR_BUSY;
}

/** Of each round a value, unless the rounds say nothing. */
export function overRounds(rounds: readonly Round[], value: (round: Round) => number): Figure {
  const out = rounds.find(({ failed }) => failed !== undefined);
  if (out?.failed !== undefined) return { refused: out.failed };
  const lost = Math.max(0, ...rounds.map((round) => round.lost));
  if (lost > 0) return { refused: `the server closed ${Math.ceil(lost * 100)} % of the connections` };
  if (rounds.some((round) => round.deliveries === 0)) return { refused: 'nothing arrived' };
  if (rounds.some((round) => round.serverCpuSeconds === 0)) return { refused: 'too short to measure' };
  const values = rounds.map(value);
  return values.every(Number.isFinite) ? spread(values) : { refused: 'too short to measure' };
}
