import { expect, test } from 'vitest';
import { Pressure } from './pressure.ts';

test.each([
  [0.69, { rooms: false, newcomers: false, sheds: false }],
  [0.7, { rooms: true, newcomers: false, sheds: false }],
  [0.79, { rooms: true, newcomers: false, sheds: false }],
  [0.8, { rooms: true, newcomers: true, sheds: false }],
  [0.88, { rooms: true, newcomers: true, sheds: true }],
])('LIMIT-10: at %d of the memory', (memoryShare, expected) => {
  const pressure = new Pressure(200);
  pressure.read({ memoryShare, loopP99Ms: 0 });
  const { refusesRooms: rooms, refusesNewcomers: newcomers, sheds } = pressure;
  expect({ rooms, newcomers, sheds }).toEqual(expected);
});

test('LIMIT-10: two seconds of a slow event loop count as 80 % of the memory, one does not', () => {
  const pressure = new Pressure(200);
  const read = (loopP99Ms: number) => {
    pressure.read({ memoryShare: 0, loopP99Ms });
    return [pressure.refusesRooms, pressure.refusesNewcomers, pressure.sheds];
  };
  expect(read(201)).toEqual([false, false, false]);
  expect(read(201)).toEqual([true, true, false]);
  expect(read(200)).toEqual([false, false, false]);
  expect(read(201)).toEqual([false, false, false]);
});
