import { expect, test } from 'vitest';
import { groupsFor } from './side-by-side.ts';

test('contenders come together where their sockets allow it, otherwise in groups in their order', () => {
  const contenders = ['a', 'b', 'c', 'd', 'e'];
  expect(groupsFor(contenders, 5_000, 25_000)).toEqual([contenders]);
  expect(groupsFor(contenders, 5_000, 19_600)).toEqual([
    ['a', 'b', 'c'],
    ['d', 'e'],
  ]);
  expect(groupsFor(contenders, 5_000, 9_999)).toEqual([['a'], ['b'], ['c'], ['d'], ['e']]);
  expect(groupsFor(contenders, 5_000, 100).length).toBe(5);
  expect(groupsFor([], 5_000, 25_000)).toEqual([]);
});
