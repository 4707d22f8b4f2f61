// One run: whom it measures, how much, and where what it finds goes.

import type { ClusterFindings } from './cluster-findings.ts';
import type { Contender } from './contenders.ts';
import { reasonOf } from './figures.ts';
import type { Plan } from './plan.ts';
import type { Findings, Table } from './table.ts';

export type Bench = {
  readonly contenders: readonly Contender[];
  readonly plan: Plan;
  readonly findings: Findings;
  readonly cluster: ClusterFindings;
  /** Sockets that this process may have open. */
  readonly socketsMax: number;
  readonly say: (line: string) => void;
};

/** Each contender by itself. One that fails has the reason in place of its figures, and the others go on. */
export async function eachContender(
  { contenders, say }: Pick<Bench, 'contenders' | 'say'>,
  { table, rows }: { readonly table: Table; readonly rows: readonly string[] },
  measure: (contender: Contender) => Promise<void>,
): Promise<void> {
  for (const contender of contenders) {
    const { name } = contender;
    try {
      await measure(contender);
    } catch (error) {
      const refused = reasonOf(error);
      say(`${name} is out: ${refused}`);
      for (const row of rows) if (table.at(row, name) === undefined) table.put(row, name, { refused });
    }
  }
}
