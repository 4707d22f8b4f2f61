// The report as Markdown: goals first, then every figure beside its peers of the same run.

import type { ClusterFindings } from './cluster-findings.ts';
import { CLUSTER_GOALS } from './cluster-goals.ts';
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
  /** Of all processor time, what the machine’s host gave to others meanwhile. */
  readonly stolenPercent: number;
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
  const fileTables = [findings.files, findings.fileChat].filter((table) => table.rows.length > 0);
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
    ...GOALS.map((goal) => `${goalRow(goal, findings)} ${floorCell(goal, findings)} |`),
    '',
    ...missed(findings),
    'uWebSockets is not among the peers: it is not published on npm.',
    ...tables.flatMap((table) => section(table, columnsOf(table))),
    ...fileTables.flatMap((table) => section(table, table.columns)),
    '',
  ].join('\n');
}

/** What a cluster costs, a report of its own: it compares Mayfly with itself. */
export function clusterReport(cluster: ClusterFindings, circumstances: Circumstances): string {
  const tables = Object.values(cluster).filter((table) => table.rows.length > 0);
  return [
    '# What a cluster costs',
    '',
    ran(circumstances),
    '',
    `Nodes, Redis and generator are processes of one machine. ${roundsOf(circumstances)} each after a warm-up; a figure is the median of`,
    'its rounds, with the lowest and the highest behind it. CPU is user and system time as Linux counts it for each process.',
    '',
    '## Goals',
    '',
    '| goal | bound | this run | |',
    '| --- | --- | --- | --- |',
    ...CLUSTER_GOALS.map((goal) => goalRow(goal, cluster)),
    ...tables.flatMap((table) => section(table, table.columns)),
    '',
  ].join('\n');
}

function ran(run: Circumstances): string {
  const machine = `${run.cores} cores (${run.processor}), ${run.memoryGiB} GiB, Node ${run.node}`;
  const unrest = `load average ${run.busyBefore.toFixed(1)} before, ${run.stolenPercent.toFixed(1)} % of processor time taken by the host`;
  return `\`${run.command}\` on ${run.date}, in ${run.minutes.toFixed(0)} minutes: ${machine}; ${unrest}.`;
}

function roundsOf({ rounds }: Circumstances): string {
  return rounds === 1 ? '1 round' : `${rounds} rounds`;
}

function preface(run: Circumstances): readonly string[] {
  return [
    ran(run),
    '',
    `Server and generator are processes of one machine. Contenders take turns, ${roundsOf(run)} each after a warm-up, in which V8 compiles; a figure is`,
    'the median of its rounds, with the lowest and the highest behind it. All pass on the same number of sealed bytes in each',
    'message (319 unless said otherwise); the peers neither authenticate nor order, keep or repeat anything. Where `ulimit -n`',
    'does not allow the sockets of all at once, they come in groups, one after the other.',
    '',
    '- **Peers** are programs that pass messages on: Socket.IO, naive `ws`, and what `--contender` added.',
    '- **The floor** is “bare sockets”: sockets of `node:net` that read as little as the generator needs and write each',
    '  turn’s frames as one shared buffer to everybody. What they cost is what Node and the kernel cost.',
    '- **A limit** that is not the server’s own stands in place of the figure: “generator-bound”, or why a contender is out.',
  ];
}

function missed(findings: Findings): readonly string[] {
  const lines = explanations(findings);
  return lines.length === 0 ? [] : ['### What was missed', '', ...lines.map((line) => `- ${line}`), ''];
}

function goalRow<F>(goal: Goal<F>, findings: F): string {
  const actual = goal.read(findings);
  const verdict =
    actual === undefined ? 'not measured' : isMet(goal, actual) ? 'met' : missedBy(goal, actual);
  return `| ${goal.text} | ${goal.sense} ${short(goal.bound)} ${goal.unit} | ${cell(goal, actual)} | ${verdict} |`;
}

function floorCell<F>(goal: Goal<F>, findings: F): string {
  return cell(goal, goal.floor?.read(findings));
}

function cell({ unit }: Pick<Goal, 'unit'>, value: number | undefined): string {
  return value === undefined ? '–' : `${short(value)} ${unit}`;
}

function missedBy({ sense, bound }: Pick<Goal, 'sense' | 'bound'>, actual: number): string {
  const factor = sense === 'at most' ? actual / bound : bound / actual;
  return `**missed** by a factor of ${factor.toFixed(factor < 2 ? 2 : 1)}`;
}

function section(table: Table, columns: readonly string[]): readonly string[] {
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
    ...table.rows.map((row) => `| ${[row, ...cells(table, row, columns)].join(' | ')} |`),
  ];
}

// Ours, its peers, those that were added; the floor last, where it was measured.
function columnsOf(table: Table): readonly string[] {
  const known = [MAYFLY, SOCKET_IO, NAIVE_WS];
  const added = table.columns.filter((name) => name !== FLOOR && !known.includes(name));
  return [...known, ...added, ...table.columns.filter((name) => name === FLOOR)];
}

function cells(table: Table, row: string, columns: readonly string[]): readonly string[] {
  const [own, ...peers] = columns.map((name) => table.at(row, name));
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
