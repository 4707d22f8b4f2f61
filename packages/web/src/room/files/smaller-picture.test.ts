// Sizes of smaller pictures, of whatever shape.

import { expect, test } from 'vitest';
import { fitted } from './smaller-picture.ts';

test.each([
  [4000, 3000, 2560, 1920],
  [3000, 4000, 1920, 2560],
  [2560, 100, 2560, 100],
  [65_535, 1, 2560, 1],
  [3, 2, 3, 2],
])('%d × %d fits as %d × %d', (width, height, fittedWidth, fittedHeight) => {
  expect(fitted({ width, height }, 2560)).toEqual({ width: fittedWidth, height: fittedHeight });
});
