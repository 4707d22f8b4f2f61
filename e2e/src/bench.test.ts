// The bench as its user starts it, in its quick form: it must run and report. What it measures is no test's business.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const BENCH = fileURLToPath(new URL('../../scripts/bench.mjs', import.meta.url));
// A round of a quarter of a second may be too short for one on a busy machine; a server that closes is a fault.
const FIGURE = /^[\d,.]+( \([\d,.]+–[\d,.]+\))?$|^_(too short|nothing arrived)/;

const BROKEN = `export default ({ passingOn }) => passingOn('broken', new URL('./server.mjs', import.meta.url).href)`;

test('npm run bench -- --quick measures every contender in every section; one that fails loses its column', () => {
  const directory = mkdtempSync(join(tmpdir(), 'mayfly-bench-test-'));
  try {
    const broken = join(directory, 'broken.mjs');
    writeFileSync(broken, BROKEN);
    writeFileSync(join(directory, 'server.mjs'), 'process.exit(3)');
    const words = ['--quick', '--report', directory, '--contender', broken];
    const ran = spawnSync(process.execPath, [BENCH, ...words], { encoding: 'utf8' });
    expect(ran.stderr).toBe('');
    expect(ran.status).toBe(0);
    const report = readFileSync(join(directory, 'report.md'), 'utf8');
    const titles = [...report.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(titles).toEqual([
      'Goals',
      'Server CPU for a delivery',
      'The kernel’s part of it',
      'Where the time goes',
      'Deliveries a second',
      'From writing to the last member, at half load',
      'From writing to the last member, all under the same load',
      'Memory',
      'Coming and coming back',
      'What an arrival is made of',
      'When everybody is cut off and comes back',
      'Files',
      'Messages while files move',
    ]);
    const cpuRows = section(report, 'Server CPU for a delivery');
    expect(cpuRows.length).toBe(5);
    for (const [, ...cells] of cpuRows) {
      for (const cell of cells.slice(0, 3)) expect(cell).toMatch(FIGURE);
      expect(cells[3]).toMatch(/^_.*server\.mjs ended with 3/);
    }
    const underOneLoad = section(report, 'From writing to the last member, all under the same load');
    expect(underOneLoad.at(-1)?.[0]).toBe('room of 2 beside the room of 100, p99');
    expect(section(report, 'Coming and coming back').map(([row]) => row)).toEqual(['first joins', 'resumes']);
    for (const [, own, plain] of section(report, 'Files'))
      for (const cell of [own, plain]) expect(cell).toMatch(FIGURE);
    const beside = section(report, 'Messages while files move');
    expect(beside.map(([row]) => row)).toEqual([
      'p50',
      'p99',
      'max',
      'p99, times that without files',
      'files, MiB / s',
    ]);
    for (const cell of beside.flatMap((row) => row.slice(2))) expect(cell).toMatch(FIGURE);
    const cluster = readFileSync(join(directory, 'cluster.md'), 'utf8');
    expect(section(cluster, 'What an append costs Redis').length).toBe(6);
    expect(section(cluster, 'A room in Redis').length).toBe(6);
    expect(readFileSync(join(directory, 'chart.svg'), 'utf8').match(/<rect /g)?.length).toBe(6);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

/** The cells of a section's table, without its two head lines. */
function section(report: string, title: string): readonly (readonly string[])[] {
  const [, after = ''] = report.split(`## ${title}\n`);
  const [own = ''] = after.split('\n## ');
  const lines = own.split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(2).map((line) => line.slice(2, -2).split(' | '));
}
