import { describe, expect, test } from 'vitest';
import {
  cpuPerMillion,
  latency,
  onOwnCores,
  perCpuSecond,
  percentile,
  ratio,
  spread,
  throughput,
} from './figures.ts';
import { nodesSeconds, redisSeconds } from './cluster.ts';
import type { Round } from './load.ts';
import { cpuTicks, machineTicks } from './measured-process.ts';
import { ownBytes, ownTimes } from './profile.ts';

const ROUND: Round = {
  deliveries: 100_000,
  seconds: 2,
  serverCpuSeconds: 1.875,
  cpuByProcess: [1.875],
  serverKernelSeconds: 1.5,
  generatorCpuSeconds: 1,
  latencies: [1, 2, 3, 4],
  lost: 0,
};

describe('figures', () => {
  test('a spread is the median between the lowest and the highest', () => {
    expect(spread([3, 1, 2])).toEqual({ median: 2, low: 1, high: 3 });
    expect(spread([4, 1])).toEqual({ median: 2.5, low: 1, high: 4 });
    expect(spread([])).toEqual({ refused: 'nothing measured' });
  });

  test('percentiles are values that were measured', () => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect([0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([50, 99, 100]);
    expect(percentile([7], 0.5)).toBe(7);
  });

  test('CPU for a million deliveries, deliveries a second, latency', () => {
    expect(cpuPerMillion([ROUND])).toEqual({ median: 18.75, low: 18.75, high: 18.75 });
    expect(throughput([ROUND])).toEqual({ median: 50_000, low: 50_000, high: 50_000 });
    expect(latency([ROUND], 1)).toEqual({ median: 4, low: 4, high: 4 });
  });

  test('a server that waited for the generator gets no throughput, but its CPU counts', () => {
    const waiting = { ...ROUND, serverCpuSeconds: 1.25, generatorCpuSeconds: 1.95 };
    expect(throughput([ROUND, waiting])).toEqual({ refused: 'generator-bound' });
    expect(cpuPerMillion([waiting])).toMatchObject({ median: 12.5 });
    expect(throughput([{ ...waiting, generatorCpuSeconds: 1.5 }])).toHaveProperty('median');
  });

  test('of several processes, the one that works most says what they could do on cores of their own', () => {
    expect(onOwnCores([{ ...ROUND, cpuByProcess: [0.2, 0.5, 0.175] }])).toMatchObject({ median: 200_000 });
    expect(onOwnCores([{ ...ROUND, cpuByProcess: [0, 0] }])).toEqual({ refused: 'too short to measure' });
  });

  test('CPU counts for all of a cluster, for its nodes, and for Redis', () => {
    const round = { ...ROUND, cpuByProcess: [1, 0.5, 0.375] };
    expect(cpuPerMillion([round])).toMatchObject({ median: 18.75 });
    expect(cpuPerMillion([round], nodesSeconds)).toMatchObject({ median: 15 });
    expect(cpuPerMillion([round], redisSeconds)).toMatchObject({ median: 3.75 });
    expect(perCpuSecond([round], redisSeconds)).toMatchObject({ median: 100_000 / 0.375 });
    expect(perCpuSecond([{ ...round, cpuByProcess: [1, 0] }], redisSeconds)).toEqual({
      refused: 'too short to measure',
    });
  });

  test('a round in which the server closed connections, or nothing arrived, says nothing', () => {
    expect(cpuPerMillion([ROUND, { ...ROUND, lost: 0.015 }])).toEqual({
      refused: 'the server closed 2 % of the connections',
    });
    expect(perCpuSecond([{ ...ROUND, serverCpuSeconds: 0 }])).toEqual({ refused: 'too short to measure' });
    expect(cpuPerMillion([{ ...ROUND, deliveries: 0 }])).toEqual({ refused: 'nothing arrived' });
  });

  test('a ratio needs two figures', () => {
    expect(ratio(spread([2]), spread([8]))).toBe(0.25);
    expect(ratio(spread([2]), { refused: 'generator-bound' })).toBeUndefined();
    expect(ratio(undefined, spread([8]))).toBeUndefined();
  });
});

test('CPU ticks are read past a name with spaces and brackets', () => {
  const stat = '7 (node) x) S 1 7 7 0 -1 4194304 900 0 3 0 250 50 0 0 20 0 11 0 100 1000 200';
  expect(cpuTicks(stat)).toEqual({ user: 250, system: 50 });
});

const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 8 });

test('own times are those at work, by function', () => {
  const profile = {
    nodes: [
      { id: 1, callFrame: frame('(idle)') },
      { id: 2, callFrame: frame('send', 'file:///a/room/room.js') },
      { id: 3, callFrame: frame('writev') },
      { id: 4, callFrame: frame('send', 'file:///a/room/room.js') },
    ],
    samples: [1, 2, 3, 4],
    timeDeltas: [1_000, 100, 200, 200],
  };
  expect(ownTimes(profile)).toEqual([
    { name: 'send room/room.js:9', amount: 300 },
    { name: 'writev', amount: 200 },
  ]);
});

const leaf = (selfSize: number, name: string, url?: string) => ({
  callFrame: frame(name, url),
  selfSize,
  children: [],
});

test('own bytes are what each function still holds, however it was called', () => {
  const within = {
    ...leaf(10, 'join'),
    children: [leaf(5, 'seat', 'file:///a/room/seat.js'), leaf(8, 'at')],
  };
  const head = { ...leaf(0, '(root)'), children: [within, leaf(7, 'seat', 'file:///a/room/seat.js')] };
  expect(ownBytes({ head })).toEqual([
    { name: 'seat room/seat.js:9', amount: 12 },
    { name: 'join', amount: 10 },
    { name: 'at', amount: 8 },
    { name: '(root)', amount: 0 },
  ]);
});

test('time of all cores, and what the host took of it', () => {
  const stat = 'cpu  500 20 300 9000 40 6 70 64 5 0\ncpu0 250 10 150 4500 20 3 35 32 0 0\n';
  expect(machineTicks(stat)).toEqual({ all: 10_000, stolen: 64 });
});
