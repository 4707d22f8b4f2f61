// What we set out to reach, and whether this run did. Goals are ratios where the machine would decide otherwise.

import { FLOOR, MAYFLY, NAIVE_WS, SOCKET_IO } from './contenders.ts';
import { isMeasured, ratio } from './figures.ts';
import type { Shape } from './crowd.ts';
import { FILE_COLUMN, type Findings, ROW } from './table.ts';

type SpeedLoad = { readonly members: number; readonly inFlight: number };

export type Goal<F = Findings> = {
  readonly text: string;
  readonly sense: 'at most' | 'at least';
  readonly bound: number;
  readonly unit: string;
  /** Undefined: this run has no figure for it. */
  readonly read: (findings: F) => number | undefined;
  /** The same, had something been measured against it that does as little as can be done. */
  readonly floor?: { readonly name: string; readonly read: (findings: F) => number | undefined };
  /** What it is about, as the shares of time name it. */
  readonly row?: string;
};

/** The large rooms in which a delivery has a goal. */
export const LARGE_MEMBERS: readonly number[] = [100, 1_000];

const LOADS: readonly SpeedLoad[] = LARGE_MEMBERS.flatMap((members) =>
  [1, 16].map((inFlight) => ({ members, inFlight })),
);

const SMALL_ROOMS: readonly Shape[] = [2, 10].flatMap((members) =>
  [100, 1_000].map((rooms) => ({ rooms, members })),
);

const FILE_GOAL: Goal = {
  text: 'messages while ten files move, p99',
  sense: 'at most',
  bound: 2,
  unit: '× without files',
  read: ({ fileChat }) => medianAt(fileChat.at(ROW.chatRatio, FILE_COLUMN.limited)),
};

export const GOALS: readonly Goal[] = [
  ...LOADS.flatMap((load) => [
    cpuGoal(rowOf(load), SOCKET_IO, load.inFlight === 1 ? 0.4 : 0.08),
    cpuGoal(rowOf(load), NAIVE_WS, load.inFlight === 1 ? 0.75 : 0.12),
  ]),
  cpuGoal(rowOf({ members: 100, inFlight: 1 }), FLOOR, 1.05),
  cpuGoal(rowOf({ members: 100, inFlight: 16 }), FLOOR, 1.1),
  cpuGoal(rowOf({ members: 10, inFlight: 1 }), NAIVE_WS, 1),
  cpuGoal(rowOf({ members: 10, inFlight: 16 }), NAIVE_WS, 0.18),
  ...SMALL_ROOMS.map((shape) => cpuGoal(ROW.rooms(shape, 1), NAIVE_WS, 1)),
  ...SMALL_ROOMS.map((shape) => cpuGoal(ROW.rooms(shape, 16), NAIVE_WS, 1)),
  latencyGoal(10, 5),
  latencyGoal(50, 5),
  latencyGoal(5_000, 40),
  sameLoadGoal(ROW.latency(5_000, 'p99'), 1.1),
  sameLoadGoal(ROW.pairBeside(5_000), 1),
  memoryGoal(ROW.idle, 7.1),
  memoryGoal(ROW.slow, 12),
  arrivalGoal(ROW.join, ROW.joinProof, 1_500),
  arrivalGoal(ROW.resume, ROW.resumeProof, 3_000),
  arrivalShareGoal(ROW.join, ROW.joinProof, 0.75),
  arrivalShareGoal(ROW.resume, ROW.resumeProof, 0.65),
  herdGoal(ROW.herdResumed, 'at least', 100, '%'),
  herdGoal(ROW.herdCutLag, 'at most', 100, 'ms'),
  herdGoal(ROW.herdLag('max'), 'at most', 100, 'ms'),
  FILE_GOAL,
];

export function isMet({ sense, bound }: Pick<Goal, 'sense' | 'bound'>, actual: number): boolean {
  return sense === 'at most' ? actual <= bound : actual >= bound;
}

function rowOf({ members, inFlight }: SpeedLoad): string {
  return ROW.speed(members, inFlight);
}

// Beside the floor itself there is no other.
function cpuGoal(row: string, peer: string, bound: number): Goal {
  return {
    text: `CPU for a delivery, ${row}`,
    sense: 'at most',
    bound,
    unit: `× ${peer}`,
    read: ({ cpu }) => ratio(cpu.at(row, MAYFLY), cpu.at(row, peer)),
    ...(peer !== FLOOR && {
      floor: { name: FLOOR, read: ({ cpu }) => ratio(cpu.at(row, FLOOR), cpu.at(row, peer)) },
    }),
    row,
  };
}

function sameLoadGoal(row: string, bound: number): Goal {
  return {
    text: `to the last member under the same load, ${row}`,
    sense: 'at most',
    bound,
    unit: `× ${NAIVE_WS}`,
    read: ({ sameLoadLatency: at }) => ratio(at.at(row, MAYFLY), at.at(row, NAIVE_WS)),
    floor: {
      name: FLOOR,
      read: ({ sameLoadLatency: at }) => ratio(at.at(row, FLOOR), at.at(row, NAIVE_WS)),
    },
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
    floor: { name: FLOOR, read: ({ latency }) => medianAt(latency.at(row, FLOOR)) },
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

function arrivalGoal(row: string, proof: string, bound: number): Goal {
  return {
    text: row,
    sense: 'at least',
    bound,
    unit: 'per CPU second',
    read: ({ arrivals }) => medianAt(arrivals.at(row, MAYFLY)),
    floor: {
      name: `${NAIVE_WS} and the signatures alone`,
      read: (findings) => arrivalFloor(findings, proof),
    },
    row,
  };
}

// The same goal whatever the machine.
function arrivalShareGoal(row: string, proof: string, bound: number): Goal {
  return {
    text: row,
    sense: 'at least',
    bound,
    unit: `× ${NAIVE_WS} and the signatures alone`,
    read: (findings) => {
      const [own, floor] = [medianAt(findings.arrivals.at(row, MAYFLY)), arrivalFloor(findings, proof)];
      return own === undefined || floor === undefined ? undefined : own / floor;
    },
    row,
  };
}

// To connect at all, and to verify what has to be verified.
function arrivalFloor({ arrivalCost }: Findings, proof: string): number | undefined {
  const connecting = medianAt(arrivalCost.at(ROW.join, NAIVE_WS));
  const proving = medianAt(arrivalCost.at(proof, MAYFLY));
  return connecting === undefined || proving === undefined ? undefined : 1e6 / (connecting + proving);
}

function herdGoal(row: string, sense: Goal['sense'], bound: number, unit: string): Goal {
  return {
    text: `herd: ${row}`,
    sense,
    bound,
    unit,
    read: ({ herd }) => medianAt(herd.at(row, MAYFLY)),
    floor: { name: NAIVE_WS, read: ({ herd }) => medianAt(herd.at(row, NAIVE_WS)) },
  };
}

export function medianAt(figure: Parameters<typeof isMeasured>[0]): number | undefined {
  return isMeasured(figure) ? figure.median : undefined;
}
