// What we set out to reach, and whether this run did. Goals are ratios where the machine would decide otherwise.

import { MAYFLY, NAIVE_WS, SOCKET_IO } from './contenders.ts';
import { isMeasured, ratio } from './figures.ts';
import { type Findings, ROW } from './table.ts';

export type Goal = {
  readonly text: string;
  readonly sense: 'at most' | 'at least';
  readonly bound: number;
  readonly unit: string;
  /** Undefined: this run has no figure for it. */
  readonly read: (findings: Findings) => number | undefined;
};

export const GOALS: readonly Goal[] = [
  ...[100, 1_000].flatMap((members) => [
    cpuGoal(members, 1, SOCKET_IO, 0.4),
    cpuGoal(members, 1, NAIVE_WS, 0.75),
    cpuGoal(members, 16, SOCKET_IO, 0.08),
    cpuGoal(members, 16, NAIVE_WS, 0.12),
  ]),
  latencyGoal(10, 5),
  latencyGoal(50, 5),
  latencyGoal(5_000, 40),
  memoryGoal(ROW.idle, 10),
  memoryGoal(ROW.slow, 64),
  arrivalGoal(ROW.join, 1_500),
  arrivalGoal(ROW.resume, 3_000),
  herdGoal(ROW.herdResumed, 'at least', 100, '%'),
  herdGoal(ROW.herdCutLag, 'at most', 100, 'ms'),
  herdGoal(ROW.herdLag('max'), 'at most', 100, 'ms'),
];

export function isMet({ sense, bound }: Goal, actual: number): boolean {
  return sense === 'at most' ? actual <= bound : actual >= bound;
}

function cpuGoal(members: number, inFlight: number, peer: string, bound: number): Goal {
  const row = ROW.speed(members, inFlight);
  return {
    text: `CPU for a delivery, ${row}`,
    sense: 'at most',
    bound,
    unit: `× ${peer}`,
    read: ({ cpu }) => ratio(cpu.at(row, MAYFLY), cpu.at(row, peer)),
  };
}

function latencyGoal(members: number, bound: number): Goal {
  const row = ROW.latency(members, 'p99');
  return {
    text: `to the last member at half load, ${row}`,
    sense: 'at most',
    bound,
    unit: 'ms',
    read: ({ latency }) => medianAt(latency.at(row, MAYFLY)),
  };
}

function memoryGoal(row: string, bound: number): Goal {
  return {
    text: `memory of a ${row}`,
    sense: 'at most',
    bound,
    unit: 'KiB',
    read: ({ memory }) => medianAt(memory.at(row, MAYFLY)),
  };
}

function arrivalGoal(row: string, bound: number): Goal {
  return {
    text: row,
    sense: 'at least',
    bound,
    unit: 'per CPU second',
    read: ({ arrivals }) => medianAt(arrivals.at(row, MAYFLY)),
  };
}

function herdGoal(row: string, sense: Goal['sense'], bound: number, unit: string): Goal {
  return { text: `herd: ${row}`, sense, bound, unit, read: ({ herd }) => medianAt(herd.at(row, MAYFLY)) };
}

function medianAt(figure: Parameters<typeof isMeasured>[0]): number | undefined {
  return isMeasured(figure) ? figure.median : undefined;
}
