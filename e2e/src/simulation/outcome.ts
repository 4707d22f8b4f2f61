// What a simulated room came to, counted over all its members.

import type { SimulatedNetwork } from './network.ts';
import type { Witness } from './witness.ts';

export type Outcome = {
  readonly faults: readonly string[];
  readonly witnesses: readonly Witness[];
  /** Connections that the weather broke. */
  readonly broken: number;
  readonly resumes: number;
  readonly echoed: number;
};

export function outcomeOf(
  faults: readonly string[],
  witnesses: readonly Witness[],
  { broken }: SimulatedNetwork,
): Outcome {
  const resumes = total(witnesses, (witness) => witness.resumes);
  const echoed = total(witnesses, (witness) => witness.count('echoed'));
  return { faults, witnesses, broken, resumes, echoed };
}

export function total(witnesses: readonly Witness[], count: (witness: Witness) => number): number {
  return witnesses.reduce((sum, witness) => sum + count(witness), 0);
}
