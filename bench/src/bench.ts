// One run: whom it measures, how much, and where what it finds goes.

import type { ClusterFindings } from './cluster-findings.ts';
import type { Contender } from './contenders.ts';
import type { Plan } from './plan.ts';
import type { Findings } from './table.ts';

export type Bench = {
  readonly contenders: readonly Contender[];
  readonly plan: Plan;
  readonly findings: Findings;
  readonly cluster: ClusterFindings;
  /** Sockets that this process may have open. */
  readonly socketsMax: number;
  readonly say: (line: string) => void;
};
