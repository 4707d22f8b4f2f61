// `npm run bench`: reads its words, runs the sections, writes report and chart after each.

import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addedContender } from './added-contender.ts';
import type { Bench } from './bench.ts';
import { chart } from './chart.ts';
import { emptyClusterFindings } from './cluster-findings.ts';
import { BEFORE, type Contender, contenders, mayfly } from './contenders.ts';
import { reasonOf } from './figures.ts';
import { machineTicks } from './measured-process.ts';
import { FULL, QUICK } from './plan.ts';
import { profileServer } from './profile.ts';
import { type Circumstances, clusterReport, report } from './report.ts';
import { SECTIONS, sectionNames } from './sections.ts';
import { ROW, emptyFindings } from './table.ts';
import { type Asked, HELP, readWords } from './words.ts';

const SERVER = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url));
const REPORT = fileURLToPath(new URL('../report', import.meta.url));
/** Sockets are not all that a process has open. */
const OTHER_FILES = 400;
/** Where the command was typed: npm runs it in the repository. */
const TYPED_IN = process.env['INIT_CWD'] ?? process.cwd();

const CHART_ROWS = [100, 1_000].flatMap((members) => [1, 16].map((inFlight) => ROW.speed(members, inFlight)));

process.exit(await main());

/** The exit code. */
async function main(): Promise<number> {
  const words = readWords(process.argv.slice(2));
  if (words.say === 'help') {
    say(HELP);
    return 0;
  }
  if (words.say === 'wrong')
    return complain(`${words.complaint}\nnpm run bench -- --help says how it is used.`);
  if (process.platform !== 'linux') return complain('it reads /proc, so it needs Linux.');
  const { asked } = words;
  if (asked.profile) {
    await profileServer(serverOf(asked), say);
    return 0;
  }
  const { before } = asked;
  const others: Contender[] = before === undefined ? [] : [mayfly(resolve(TYPED_IN, before), BEFORE)];
  try {
    for (const file of asked.contenders) others.push(await addedContender(file, TYPED_IN));
  } catch (error) {
    return complain(reasonOf(error));
  }
  return runSections(asked, others);
}

// A section that fails loses its tables, not those of the others.
async function runSections(asked: Asked, others: readonly Contender[]): Promise<number> {
  const bench: Bench = {
    contenders: contenders(serverOf(asked), others),
    plan: asked.quick ? QUICK : FULL,
    findings: emptyFindings(),
    cluster: emptyClusterFindings(),
    socketsMax: openFilesMax() - OTHER_FILES,
    say,
  };
  const circumstances = circumstancesOf(asked, bench.plan);
  const failures: string[] = [];
  for (const section of asked.sections) {
    await SECTIONS[section](bench).catch((error: unknown) => failures.push(`${section}: ${reasonOf(error)}`));
    for (const [file, text] of reports(asked, bench, circumstances())) await write(asked, file, text);
  }
  for (const [file, text] of reports(asked, bench, circumstances())) {
    if (file.endsWith('.md')) say(`\n${text}`);
    say(`written to ${join(folderOf(asked), file)}`);
  }
  return failures.length === 0 ? 0 : complain(failures.join('\n'));
}

/** File names and their texts, as far as anything was found. */
function reports(asked: Asked, { findings, cluster }: Bench, now: Circumstances) {
  const aboutCluster: [string, string][] = asked.sections.includes('cluster')
    ? [['cluster.md', clusterReport(cluster, now)]]
    : [];
  if (asked.sections.every((section) => section === 'cluster')) return aboutCluster;
  return [
    ...aboutCluster,
    ['chart.svg', chart(findings.cpu, CHART_ROWS)],
    ['report.md', report(findings, now)],
  ] satisfies [string, string][];
}

async function write(asked: Asked, file: string, text: string): Promise<void> {
  await mkdir(folderOf(asked), { recursive: true });
  await writeFile(join(folderOf(asked), file), text);
}

/** From now on; the answer is asked again for each report. */
function circumstancesOf(asked: Asked, { rounds }: Bench['plan']): () => Circumstances {
  const [busyBefore = 0] = loadavg();
  const startedAt = performance.now();
  const ticksBefore = machineTicks();
  return () => ({
    date: new Date().toISOString().slice(0, 10),
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    processor: cpus()[0]?.model ?? 'unknown',
    node: process.versions.node,
    command: commandLine(asked),
    rounds,
    minutes: (performance.now() - startedAt) / 60_000,
    busyBefore,
    stolenPercent: stolenSince(ticksBefore),
  });
}

// On a rented machine: what its host gave to others of the time that ours wanted.
function stolenSince(before: ReturnType<typeof machineTicks>): number {
  const now = machineTicks();
  return ((now.stolen - before.stolen) / (now.all - before.all)) * 100;
}

// As it stands in the report: what was measured, not where things are on this machine.
function commandLine({ quick, sections, server, before, contenders: added }: Asked): string {
  const words = [
    ...(quick ? ['--quick'] : []),
    ...(sections.length === sectionNames.length ? [] : ['--only', sections.join(',')]),
    ...(server === undefined ? [] : ['--server', 'ANOTHER']),
    ...(before === undefined ? [] : ['--before', 'ANOTHER']),
    ...added.flatMap(() => ['--contender', 'FILE']),
  ];
  return ['npm run bench', ...(words.length > 0 ? ['--', ...words] : [])].join(' ');
}

function serverOf({ server }: Asked): string {
  return server === undefined ? SERVER : resolve(TYPED_IN, server);
}

function folderOf({ report: folder }: Asked): string {
  return folder === undefined ? REPORT : resolve(TYPED_IN, folder);
}

function openFilesMax(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? 1024);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Returns the exit code. */
function complain(lines: string): 1 {
  process.stderr.write(`bench: ${lines}\n`);
  return 1;
}
