// The report as Markdown: goals first, then every figure beside its peers of the same run.

import { FLOOR, MAYFLY, NAIVE_WS, SOCKET_IO } from './contenders.ts';
import { explanations } from './explanation.ts';
import { type Figure, isMeasured, ratio } from './figures.ts';
import { GOALS, type Goal, isMet } from './goals.ts';
import { short } from './numbers.ts';
import type { Findings, Table } from './table.ts';

export type Circumstances = {
  /** ISO, to the day. */
  readonly date: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly processor: string;
  readonly node: string;
  readonly command: string;
  readonly rounds: number;
  readonly minutes: number;
  /** What the machine did beside this, at the beginning: runnable processes on average. */
  readonly busyBefore: number;
};

export function report(findings: Findings, circumstances: Circumstances): string {
  const tables = [
    findings.cpu,
    findings.kernel,
    findings.shares,
    findings.throughput,
    findings.latency,
    findings.sameLoadLatency,
    findings.memory,
    findings.arrivals,
    findings.arrivalCost,
    findings.herd,
  ].filter((table) => table.rows.length > 0);
  return [
    '# How fast',
    '',
    ...preface(circumstances),
    '',
    '![Server CPU for a million deliveries](chart.svg)',
    '',
    '## Goals',
    '',
    '| goal | bound | this run | | the floor |',
    '| --- | --- | --- | --- | --- |',
    ...GOALS.map((goal) => goalRow(goal, findings)),
    '',
    ...missed(findings),
    'uWebSockets is not among the peers: it is not published on npm.',
    ...tables.flatMap(section),
    '',
  ].join('\n');
}

function preface(run: Circumstances): readonly string[] {
  const machine = `${run.cores} cores (${run.processor}), ${run.memoryGiB} GiB, Node ${run.node}`;
  return [
    `\`${run.command}\` on ${run.date}, in ${run.minutes.toFixed(0)} minutes: ${machine}; load average ${run.busyBefore.toFixed(1)} before.`,
    '',
    `Server and generator are processes of one machine. Contenders take turns, ${run.rounds} rounds each after a warm-up; a figure is`,
    'the median of its rounds, with the lowest and the highest behind it. All pass on the same number of sealed bytes in each',
    'message (319 unless said otherwise); the peers neither authenticate nor order, keep or repeat anything.',
    '',
    '“Bare sockets” are no peer but the floor: sockets of `node:net` that read as little as the generator needs and write',
    'each turn’s frames as one shared buffer to everybody. What they cost is what Node and the kernel cost.',
  ];
}

function missed(findings: Findings): readonly string[] {
  const lines = explanations(findings);
  return lines.length === 0 ? [] : ['### What was missed', '', ...lines.map((line) => `- ${line}`), ''];
}

function goalRow(goal: Goal, findings: Findings): string {
  const actual = goal.read(findings);
  const floor = goal.floor?.read(findings);
  const verdict =
    actual === undefined ? 'not measured' : isMet(goal, actual) ? 'met' : missedBy(goal, actual);
  const shown = actual === undefined ? '–' : `${short(actual)} ${goal.unit}`;
  const atFloor = floor === undefined ? '–' : `${short(floor)} ${goal.unit}`;
  return `| ${goal.text} | ${goal.sense} ${short(goal.bound)} ${goal.unit} | ${shown} | ${verdict} | ${atFloor} |`;
}

function missedBy({ sense, bound }: Goal, actual: number): string {
  const factor = sense === 'at most' ? actual / bound : bound / actual;
  return `**missed** by a factor of ${factor.toFixed(factor < 2 ? 2 : 1)}`;
}

function section(table: Table): readonly string[] {
  const columns = columnsOf(table);
  const ratios = table.comparable ? columns.slice(1).map((name) => `÷ ${name}`) : [];
  const head = [table.unit, ...columns, ...ratios];
  return [
    '',
    `## ${table.title}`,
    '',
    table.note,
    '',
    `| ${head.join(' | ')} |`,
    `|${' --- |'.repeat(head.length)}`,
    ...table.rows.map((row) => `| ${[row, ...cells(table, row)].join(' | ')} |`),
  ];
}

// Bare sockets have a column where they were measured.
function columnsOf(table: Table): readonly string[] {
  const all = [MAYFLY, SOCKET_IO, NAIVE_WS];
  return table.rows.some((row) => table.at(row, FLOOR) !== undefined) ? [...all, FLOOR] : all;
}

function cells(table: Table, row: string): readonly string[] {
  const [own, ...peers] = columnsOf(table).map((name) => table.at(row, name));
  const figures = [own, ...peers].map(figureText);
  if (!table.comparable) return figures;
  const ratios = peers.map((peer) => ratio(own, peer));
  return [...figures, ...ratios.map((value) => (value === undefined ? '–' : short(value)))];
}

export function figureText(figure: Figure | undefined): string {
  if (figure === undefined) return '–';
  if (!isMeasured(figure)) return `_${figure.refused}_`;
  const { median, low, high } = figure;
  return low === high ? short(median) : `${short(median)} (${short(low)}–${short(high)})`;
}
