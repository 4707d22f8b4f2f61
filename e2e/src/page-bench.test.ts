// The page bench as its user starts it, in its quick form: it must run and report. What it measures is no test's business.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const BENCH = fileURLToPath(new URL('../../scripts/page-bench.mjs', import.meta.url));
const FIGURE = /^[\d,.]+$/;

test('npm run page-bench -- --quick measures every page in every row', () => {
  const directory = mkdtempSync(join(tmpdir(), 'mayfly-page-bench-'));
  try {
    const ran = spawnSync(process.execPath, [BENCH, '--quick', '--report', directory], { encoding: 'utf8' });
    expect(ran.stderr).toBe('');
    expect(ran.status).toBe(0);
    const report = readFileSync(join(directory, 'page.md'), 'utf8');
    for (const speed of ['as it is', 'slowed 6 times']) {
      const rows = rowsOf(report, `Processor ${speed}`);
      expect(rows.length).toBe(15);
      for (const [what, ...cells] of rows)
        for (const cell of cells.slice(0, 3)) expect(cell, what).toMatch(FIGURE);
    }
    expect(rowsOf(report, 'Goal').length).toBe(4);
    expect(readFileSync(join(directory, 'page.svg'), 'utf8').match(/<rect /g)?.length).toBe(6);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('npm run page-bench -- --help says how it is used', () => {
  const ran = spawnSync(process.execPath, [BENCH, '--help'], { encoding: 'utf8' });
  expect([ran.stderr, ran.status]).toEqual(['', 0]);
  expect(ran.stdout).toContain('--quick');
});

/** The cells of a section's table, without its two head lines. */
function rowsOf(report: string, title: string): readonly (readonly string[])[] {
  const [, after = ''] = report.split(`## ${title}\n`);
  const [own = ''] = after.split('\n## ');
  const lines = own.split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(2).map((line) => line.slice(2, -2).split(' | '));
}
