import { expect, test } from 'vitest';
import { sharesOf } from './shares.ts';

const frame = (id: number, functionName: string, url: string) => ({
  id,
  callFrame: { functionName, url, lineNumber: 0 },
});

test('samples are summed up by whose code ran; waiting does not count', () => {
  const nodes = [
    frame(1, 'writeBuffer', ''),
    frame(2, 'writeOrBuffer', 'node:internal/streams/writable'),
    frame(3, 'catchUp', 'file:///srv/packages/server/dist/room/seat.js'),
    frame(4, 'startLoop', 'file:///srv/node_modules/ws/lib/receiver.js'),
    frame(5, '(garbage collector)', ''),
    frame(6, '(program)', ''),
    frame(7, '(idle)', ''),
    frame(9, 'dispatch', ''),
    frame(8, 'writeBuffer', 'file:///srv/packages/server/dist/x.js'),
  ];
  const samples = [1, 2, 3, 4, 5, 6, 7, 8, 1, 9];
  const timeDeltas = [30, 10, 5, 5, 10, 10, 1_000, 10, 20, 500];
  const shares = sharesOf({ nodes, samples, timeDeltas });
  expect(shares.map(({ part, percent }) => [part, percent])).toEqual([
    ['writing to sockets', 50],
    ['verifying signatures', 0],
    ['Node’s streams, timers and events', 10],
    ['its own code', 15],
    ['packages it uses', 5],
    ['garbage collection', 10],
    ['the rest: reading, waiting for events, V8', 10],
  ]);
});

test('a gap in which the process waited for a processor counts as one sample', () => {
  const nodes = [frame(1, 'writeBuffer', ''), frame(2, '(garbage collector)', '')];
  const shares = sharesOf({ nodes, samples: [1, 2], timeDeltas: [1_000, 90_000] });
  expect(shares.find(({ part }) => part === 'garbage collection')?.percent).toBe(50);
});

test('nothing sampled is no share of anything', () => {
  expect(sharesOf({ nodes: [], samples: [], timeDeltas: [] }).every(({ percent }) => percent === 0)).toBe(
    true,
  );
});
