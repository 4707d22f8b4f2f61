import { describe, expect, test } from 'vitest';
import { chart } from './chart.ts';
import {
  CLUSTER_ROW,
  MEASURED,
  emptyClusterFindings,
  inFlightColumn,
  nodesColumn,
} from './cluster-findings.ts';
import { FLOOR, MAYFLY, NAIVE_WS, SOCKET_IO } from './contenders.ts';
import { spread } from './figures.ts';
import { GOALS, isMet } from './goals.ts';
import { short } from './numbers.ts';
import { FULL } from './plan.ts';
import { clusterReport, figureText, report } from './report.ts';
import { FILE_COLUMN, ROW, emptyFindings } from './table.ts';

const CIRCUMSTANCES = {
  date: '2026-01-02',
  cores: 2,
  memoryGiB: 8,
  processor: 'a processor',
  node: '20.19.0',
  command: 'npm run bench',
  rounds: 3,
  minutes: 9,
  busyBefore: 0.1,
  stolenPercent: 1.25,
};

function findings(own: number) {
  const found = emptyFindings();
  found.cpu.put(ROW.speed(100, 1), MAYFLY, spread([own]));
  found.cpu.put(ROW.speed(100, 1), SOCKET_IO, spread([10]));
  found.cpu.put(ROW.speed(100, 1), NAIVE_WS, { refused: 'generator-bound' });
  return found;
}

function goalRows(own: number): readonly string[] {
  return report(findings(own), CIRCUMSTANCES)
    .split('\n')
    .filter((line) => line.startsWith('| CPU for a delivery, room of 100, one message'));
}

describe('report', () => {
  test('it says what else the machine had to do', () => {
    expect(report(findings(4), CIRCUMSTANCES)).toContain(
      'load average 0.1 before, 1.3 % of processor time taken by the host.',
    );
  });

  test('a goal is met, missed by a factor, or not measured', () => {
    expect(goalRows(4)[0]).toContain('| at most 0.400 × Socket.IO | 0.400 × Socket.IO | met | – |');
    expect(goalRows(8)[0]).toContain('| 0.800 × Socket.IO | **missed** by a factor of 2.0 | – |');
    expect(goalRows(4)[1]).toContain('| – | not measured | – |');
  });

  test('a floor that is further off than Mayfly is not called one', () => {
    const found = findings(8);
    found.cpu.put(ROW.speed(100, 1), FLOOR, spread([9]));
    expect(report(found, CIRCUMSTANCES)).toContain(
      'The floor, bare sockets, reaches 0.900, further off than Mayfly: it carries such a load worse, and is no floor here.',
    );
  });

  test('a missed goal says what the floor reaches and whose code runs, a met one says nothing', () => {
    const found = findings(8);
    const row = ROW.speed(100, 1);
    found.cpu.put(row, FLOOR, spread([5]));
    found.kernel.put(row, MAYFLY, spread([72]));
    found.shares.put(ROW.share(row, 'garbage collection'), MAYFLY, spread([3]));
    const text = report(found, CIRCUMSTANCES);
    expect(text).toContain(
      '- **CPU for a delivery, room of 100, one message at a time**: 0.800 × Socket.IO where 0.400 was the goal, off by ' +
        'a factor of 2.00. The floor, bare sockets, reaches 0.500, so the bound lies beyond what Node and the kernel allow here.',
    );
    expect(text).toContain(
      '- **room of 100, one message at a time**: Mayfly takes 1.60 times the CPU of bare sockets. The kernel has 72.0 % ' +
        'of Mayfly’s CPU time. Whose code runs: garbage collection 3.00 %.',
    );
    expect(report(findings(4), CIRCUMSTANCES)).not.toContain('What was missed');
    found.cpu.put(row, FLOOR, spread([4]));
    expect(report(found, CIRCUMSTANCES)).toContain(
      'The floor, bare sockets, reaches 0.400, within the bound.',
    );
  });

  test('the floor of an arrival is a bare connection and its signatures', () => {
    const found = findings(4);
    found.arrivals.put(ROW.resume, MAYFLY, spread([2_000]));
    found.arrivalCost.put(ROW.join, NAIVE_WS, spread([150]));
    found.arrivalCost.put(ROW.resumeProof, MAYFLY, spread([100]));
    expect(report(found, CIRCUMSTANCES)).toContain(
      '- **resumes**: 2,000 per CPU second where 3,000 was the goal, off by a factor of 1.50. ' +
        'The floor, naive ws and the signatures alone, reaches 4,000, within the bound.',
    );
  });

  test('a goal beside the floor itself names no other floor', () => {
    const found = findings(5.5);
    found.cpu.put(ROW.speed(100, 1), FLOOR, spread([5]));
    expect(report(found, CIRCUMSTANCES)).toContain(
      '| at most 1.05 × bare sockets | 1.10 × bare sockets | **missed** by a factor of 1.05 | – |',
    );
  });

  test('bare sockets have a column where they were measured, and only there', () => {
    const found = findings(4);
    found.memory.put(ROW.idle, MAYFLY, spread([9]));
    found.cpu.put(ROW.speed(100, 1), FLOOR, spread([2]));
    const text = report(found, CIRCUMSTANCES);
    expect(text).toContain('| 4.00 | 10.0 | _generator-bound_ | 2.00 | 0.400 | – | 2.00 |');
    expect(text).toContain('| joined idle connection | 9.00 | – | – | – | – |');
  });

  test('a contender that was added has a column too, before the floor', () => {
    const found = findings(4);
    found.cpu.put(ROW.speed(100, 1), FLOOR, spread([2]));
    found.cpu.put(ROW.speed(100, 1), 'another', spread([8]));
    const text = report(found, CIRCUMSTANCES);
    expect(text).toContain('| Mayfly | Socket.IO | naive ws | another | bare sockets |');
    expect(text).toContain('| 4.00 | 10.0 | _generator-bound_ | 8.00 | 2.00 | 0.400 | – | 0.500 | 2.00 |');
  });

  test('a figure stands beside its peers, with ratios where both are there', () => {
    const text = report(findings(4), CIRCUMSTANCES);
    expect(text).toContain(
      '| room of 100, one message at a time | 4.00 | 10.0 | _generator-bound_ | 0.400 | – |',
    );
    expect(text).toContain('2 cores (a processor), 8 GiB, Node 20.19.0');
    expect(text).not.toContain('## Memory');
  });

  test('columns under different loads get no ratio', () => {
    const found = emptyFindings();
    for (const name of [MAYFLY, SOCKET_IO]) {
      for (const table of [found.latency, found.sameLoadLatency]) {
        table.put(ROW.latency(10, 'p99'), name, spread([3]));
      }
    }
    const rows = report(found, CIRCUMSTANCES)
      .split('\n')
      .filter((line) => line.startsWith('| room of 10, p99'));
    expect(rows).toEqual([
      '| room of 10, p99 | 3.00 | 3.00 | – |',
      '| room of 10, p99 | 3.00 | 3.00 | – | 1.00 | – |',
    ]);
  });

  test('numbers keep three digits, and show their spread', () => {
    expect([0.0123, 1.234, 12.34, 123.4, 12_345, 0].map(short)).toEqual([
      '0.012',
      '1.23',
      '12.3',
      '123',
      '12,345',
      '0',
    ]);
    expect(figureText(spread([1, 2, 3]))).toBe('2.00 (1.00–3.00)');
    expect(figureText(undefined)).toBe('–');
  });

  test('every goal reads a row that a full run has', () => {
    const full = emptyFindings();
    for (const name of [MAYFLY, SOCKET_IO, NAIVE_WS, FLOOR]) {
      for (const members of FULL.sizes) {
        for (const inFlight of FULL.inFlight) full.cpu.put(ROW.speed(members, inFlight), name, spread([1]));
        full.latency.put(ROW.latency(members, 'p99'), name, spread([1]));
        full.sameLoadLatency.put(ROW.latency(members, 'p99'), name, spread([1]));
      }
      full.sameLoadLatency.put(ROW.pairBeside(Math.max(...FULL.sizes)), name, spread([1]));
      for (const shape of FULL.small)
        for (const inFlight of shape.inFlight) full.cpu.put(ROW.rooms(shape, inFlight), name, spread([1]));
      for (const row of [ROW.idle, ROW.slow]) full.memory.put(row, name, spread([1]));
      for (const row of [ROW.join, ROW.resume]) full.arrivals.put(row, name, spread([1]));
      for (const row of [ROW.herdResumed, ROW.herdCutLag, ROW.herdLag('max')])
        full.herd.put(row, name, spread([1]));
    }
    // A floor of 1 per CPU second.
    full.arrivalCost.put(ROW.join, NAIVE_WS, spread([5e5]));
    for (const row of [ROW.joinProof, ROW.resumeProof]) full.arrivalCost.put(row, MAYFLY, spread([5e5]));
    full.fileChat.put(ROW.chatRatio, FILE_COLUMN.limited, spread([1]));
    expect(GOALS.filter((goal) => goal.read(full) !== 1)).toEqual([]);
  });

  test('a bound itself is inside', () => {
    const [goal] = GOALS;
    if (goal === undefined) throw new Error('no goals');
    expect([goal.bound, goal.bound * 1.01].map((actual) => isMet(goal, actual))).toEqual([true, false]);
    expect(
      [2_999, 3_000].map((actual) => isMet({ ...goal, sense: 'at least', bound: 3_000 }, actual)),
    ).toEqual([false, true]);
  });
});

describe('report of a cluster', () => {
  test('has its own goals, and its own columns for each table', () => {
    const cluster = emptyClusterFindings();
    cluster.append.put(CLUSTER_ROW.redisCpu, inFlightColumn(1), spread([50]));
    cluster.append.put(CLUSTER_ROW.redisCpu, inFlightColumn(16), spread([25]));
    cluster.nodes.put('some room', nodesColumn(1), spread([1]));
    cluster.nodes.put('some room', nodesColumn(3), { refused: 'the cores were full' });
    const text = clusterReport(cluster, CIRCUMSTANCES);
    expect(text).toContain(
      'one message at a time: CPU of Redis, all of it (µs) | at most 25.0 µs | 50.0 µs | **missed** by a factor of 2.0 |',
    );
    expect(text).toContain('16 in flight: CPU of Redis, all of it (µs) | at most 25.0 µs | 25.0 µs | met |');
    expect(text).toContain('| of messages of 256 B | 1 node | 3 nodes |');
    expect(text).toContain('| some room | 1.00 | _the cores were full_ |');
    expect(text).not.toContain('## A room in Redis');
  });

  test('says why it is empty', () => {
    const cluster = emptyClusterFindings();
    cluster.append.put(CLUSTER_ROW.redisCpu, MEASURED, { refused: 'no redis-server here' });
    expect(clusterReport(cluster, CIRCUMSTANCES)).toContain('| _no redis-server here_ |');
  });
});

describe('chart', () => {
  const svg = chart(findings(4).cpu, [ROW.speed(100, 1), ROW.speed(1_000, 1)]);

  test('has a bar for each measured figure, as long as the figure is big', () => {
    const widths = [...svg.matchAll(/<rect class="(\w+)".* width="([\d.]+)"/g)].map(([, kind, width]) => ({
      kind,
      width: Number(width),
    }));
    expect(widths.map(({ kind }) => kind)).toEqual(['own', 'peer']);
    expect((widths[0]?.width ?? 0) / (widths[1]?.width ?? 1)).toBeCloseTo(0.4, 2);
  });

  test('is readable on light and dark pages, and leaves out what was not measured', () => {
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).not.toContain('1,000');
  });
});
