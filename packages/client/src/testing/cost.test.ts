import { expect, test } from 'vitest';
import { costRatio } from './cost.ts';

function count(to: number): number {
  let x = 1;
  for (let i = 0; i < to; i++) x = Math.imul(x ^ i, 2_654_435_761);
  return x;
}

const nothing = () => {};

test('what is four times the work costs about four times as much, however long it takes', () => {
  for (const size of [10_000, 10_000_000]) {
    const ratio = costRatio(
      () => count(4 * size),
      () => count(size),
      5,
    );
    expect(ratio).toBeGreaterThan(2.5);
    expect(ratio).toBeLessThan(6);
  }
});

test('what costs next to nothing is repeated until it can be measured', () => {
  expect(costRatio(nothing, nothing, 5)).toBeLessThan(5);
  expect(costRatio(nothing, () => count(1_000), 5)).toBeLessThan(5);
});
