// What was missed, in words: by how much, what the floor reaches in the same run, and where Mayfly's time goes.

import { FLOOR, MAYFLY } from './contenders.ts';
import { type Figure, isMeasured, ratio } from './figures.ts';
import { GOALS, type Goal, isMet } from './goals.ts';
import { short } from './numbers.ts';
import { PARTS } from './shares.ts';
import { type Findings, ROW } from './table.ts';

/** A line for each goal that was missed, then one for each load under which that was. */
export function explanations(findings: Findings): readonly string[] {
  const missed = GOALS.flatMap((goal) => {
    const actual = goal.read(findings);
    return actual === undefined || isMet(goal, actual) ? [] : { goal, actual };
  });
  const rows = new Set(missed.flatMap(({ goal }) => goal.row ?? []));
  return [
    ...missed.map(({ goal, actual }) =>
      [missedBy(goal, actual), ...floorSays(goal, actual, findings)].join(' '),
    ),
    ...[...rows].map((row) => [`**${row}**:`, ...timeSays(row, findings)].join(' ')),
  ];
}

function missedBy({ text, sense, bound, unit }: Goal, actual: number): string {
  const factor = sense === 'at most' ? actual / bound : bound / actual;
  return `**${text}**: ${short(actual)} ${unit} where ${short(bound)} was the goal, off by a factor of ${factor.toFixed(2)}.`;
}

function floorSays(goal: Goal, actual: number, findings: Findings): readonly string[] {
  const reached = goal.floor?.read(findings);
  if (goal.floor === undefined || reached === undefined) return [];
  return [`The floor, ${goal.floor.name}, reaches ${short(reached)}, ${verdict(goal, actual, reached)}`];
}

function verdict(goal: Goal, actual: number, reached: number): string {
  if (isMet(goal, reached)) return 'within the bound.';
  const isFloor = goal.sense === 'at most' ? reached <= actual : reached >= actual;
  return isFloor
    ? 'so the bound lies beyond what Node and the kernel allow here.'
    : 'further off than Mayfly: it carries such a load worse, and is no floor here.';
}

function timeSays(row: string, { cpu, kernel, shares }: Findings): readonly string[] {
  const aboveFloor = ratio(cpu.at(row, MAYFLY), cpu.at(row, FLOOR));
  const inKernel = median(kernel.at(row, MAYFLY));
  const parts = PARTS.flatMap((part) => {
    const percent = median(shares.at(ROW.share(row, part), MAYFLY));
    return percent === undefined || percent < 0.05 ? [] : `${part} ${short(percent)} %`;
  });
  return [
    ...(aboveFloor === undefined ? [] : [`Mayfly takes ${short(aboveFloor)} times the CPU of bare sockets.`]),
    ...(inKernel === undefined ? [] : [`The kernel has ${short(inKernel)} % of Mayfly’s CPU time.`]),
    ...(parts.length === 0 ? [] : [`Whose code runs: ${parts.join('; ')}.`]),
  ];
}

function median(figure: Figure | undefined): number | undefined {
  return isMeasured(figure) ? figure.median : undefined;
}
