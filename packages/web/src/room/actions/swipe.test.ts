import { expect, test } from 'vitest';
import { SWIPE_PX, partOf } from './swipe.ts';

test.each([
  [0, 1, 0],
  [SWIPE_PX / 2, 1, 0.5],
  [SWIPE_PX * 3, 1, 1],
  [-SWIPE_PX, 1, 0],
  [-SWIPE_PX, -1, 1],
  [SWIPE_PX, -1, 0],
] as const)('%i px where text runs to %i is %f of a swipe', (dx, direction, part) => {
  expect(partOf(dx, direction)).toBeCloseTo(part);
});
