// What a cluster may cost, and whether it did in this run.

import { CLUSTER_ROW, type ClusterFindings, MEASURED, inFlightColumn } from './cluster-findings.ts';
import { type Goal, medianAt } from './goals.ts';

export const CLUSTER_GOALS: readonly Goal<ClusterFindings>[] = [
  ...[1, 16, 64].map((inFlight) => appendGoal(CLUSTER_ROW.redisCpu, inFlight, 25, 'µs')),
  // One, but for the leases that are renewed meanwhile.
  appendGoal(CLUSTER_ROW.calls, 16, 1.01, 'for a message'),
  roomGoal(CLUSTER_ROW.history, 34_000, 'bytes'),
  roomGoal(CLUSTER_ROW.keysMember, 9, 'keys'),
  roomGoal(CLUSTER_ROW.subscriptions, 1, 'for each room'),
];

function appendGoal(row: string, inFlight: number, bound: number, unit: string): Goal<ClusterFindings> {
  return {
    text: `append of 512 B, ${inFlightColumn(inFlight)}: ${row}`,
    sense: 'at most',
    bound,
    unit,
    read: ({ append }) => medianAt(append.at(row, inFlightColumn(inFlight))),
  };
}

function roomGoal(row: string, bound: number, unit: string): Goal<ClusterFindings> {
  return {
    text: `a room in Redis: ${row}`,
    sense: 'at most',
    bound,
    unit,
    read: ({ room }) => medianAt(room.at(row, MEASURED)),
  };
}
