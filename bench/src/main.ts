// `npm run bench`: reads its words, runs the sections, writes report and chart.

import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chart } from './chart.ts';
import { emptyClusterFindings } from './cluster-findings.ts';
import { contenders } from './contenders.ts';
import { FULL, QUICK } from './plan.ts';
import { profileServer } from './profile.ts';
import { clusterReport, report } from './report.ts';
import type { Bench } from './bench.ts';
import { machineTicks } from './measured-process.ts';
import { SECTIONS, type Section } from './sections.ts';
import { ROW, emptyFindings } from './table.ts';

const SERVER = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url));
const REPORT = fileURLToPath(new URL('../report', import.meta.url));
/** Sockets are not all that a process has open. */
const OTHER_FILES = 400;

const { values: asked } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    server: { type: 'string', default: SERVER },
    report: { type: 'string', default: REPORT },
    only: { type: 'string', default: '' },
  },
});

if (process.platform !== 'linux') fail('it reads /proc, so it needs Linux.');
if (asked.profile) await profileServer(asked.server, say);
else await runSections(chosenSections(asked.only));
process.exit(0);

async function runSections(sections: readonly Section[]): Promise<void> {
  const plan = asked.quick ? QUICK : FULL;
  const findings = emptyFindings();
  const cluster = emptyClusterFindings();
  const bench: Bench = {
    contenders: contenders(asked.server),
    plan,
    findings,
    cluster,
    socketsMax: openFilesMax() - OTHER_FILES,
    say,
  };
  const [busyBefore = 0] = loadavg();
  const startedAt = performance.now();
  const ticksBefore = machineTicks();
  for (const section of sections) await SECTIONS[section](bench);
  const circumstances = {
    date: new Date().toISOString().slice(0, 10),
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    processor: cpus()[0]?.model ?? 'unknown',
    node: process.versions.node,
    command: commandLine(),
    rounds: plan.rounds,
    minutes: (performance.now() - startedAt) / 60_000,
    busyBefore,
    stolenPercent: stolenSince(ticksBefore),
  };
  await mkdir(asked.report, { recursive: true });
  if (sections.includes('cluster')) await tell('cluster.md', clusterReport(cluster, circumstances));
  if (sections.every((section) => section === 'cluster')) return;
  const rows = [100, 1_000].flatMap((members) => [1, 16].map((inFlight) => ROW.speed(members, inFlight)));
  await writeFile(join(asked.report, 'chart.svg'), chart(findings.cpu, rows));
  await tell('report.md', report(findings, circumstances));
}

// On a rented machine: what its host gave to others of the time that ours wanted.
function stolenSince(before: ReturnType<typeof machineTicks>): number {
  const now = machineTicks();
  return ((now.stolen - before.stolen) / (now.all - before.all)) * 100;
}

async function tell(file: string, text: string): Promise<void> {
  await writeFile(join(asked.report, file), text);
  say(`\n${text}`);
  say(`written to ${join(asked.report, file)}`);
}

// As it stands in the report: what was measured, not where things are on this machine.
function commandLine(): string {
  const words = [
    ...(asked.quick ? ['--quick'] : []),
    ...(asked.only === '' ? [] : ['--only', asked.only]),
    ...(asked.server === SERVER ? [] : ['--server', 'ANOTHER']),
  ];
  return ['npm run bench', ...(words.length > 0 ? ['--', ...words] : [])].join(' ');
}

function chosenSections(words: string): readonly Section[] {
  const all = Object.keys(SECTIONS).filter(isSection);
  if (words === '') return all;
  const chosen = words.split(',').filter(isSection);
  return chosen.length > 0 ? chosen : fail(`--only takes some of ${all.join(', ')}.`);
}

function isSection(word: string): word is Section {
  return Object.hasOwn(SECTIONS, word);
}

function openFilesMax(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? 1024);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function fail(line: string): never {
  process.stderr.write(`bench: ${line}\n`);
  process.exit(1);
}
