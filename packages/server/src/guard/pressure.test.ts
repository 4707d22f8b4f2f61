import { expect, test } from 'vitest';
import { Pressure } from './pressure.ts';

test.each([
  [0.69, undefined],
  [0.7, 'rooms'],
  [0.79, 'rooms'],
  [0.8, 'newcomers'],
  [0.88, 'shedding'],
])('LIMIT-10: with %d of the memory in use', (memoryShare, trouble) => {
  const pressure = new Pressure(200);
  pressure.read({ memoryShare, loopP99Ms: 0 });
  expect(pressure.trouble).toBe(trouble);
});

test('LIMIT-10: two slow seconds in a row are load, one is not', () => {
  const pressure = new Pressure(200);
  const read = (loopP99Ms: number, memoryShare = 0) => {
    pressure.read({ memoryShare, loopP99Ms });
    return pressure.trouble;
  };
  expect([read(201), read(201), read(200), read(201)]).toEqual([undefined, 'slow', undefined, undefined]);
  expect([read(201, 0.8), read(201, 0.88)]).toEqual(['slow', 'shedding']);
});
