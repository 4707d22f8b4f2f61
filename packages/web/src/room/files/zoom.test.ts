// A zoomed picture: the point under the pointer stays, and the frame stays filled.

import { expect, test } from 'vitest';
import { WHOLE, moved, within, zoomed } from './zoom.ts';

const FRAME = { width: 400, height: 300 };
const PICTURE = { width: 400, height: 200 };

test('the point that is zoomed at stays where it is', () => {
  const at = { x: 100, y: -40 };
  const zoom = zoomed({ scale: 2, x: 30, y: 10 }, 1.5, at);
  // Where the point of the picture is: its place from the picture's middle, times the scale.
  expect(zoom.scale).toBe(3);
  expect((at.x - zoom.x) / zoom.scale).toBeCloseTo((at.x - 30) / 2);
  expect((at.y - zoom.y) / zoom.scale).toBeCloseTo((at.y - 10) / 2);
});

test('never smaller than whole, never more than eight times as large', () => {
  expect(zoomed(WHOLE, 0.1, { x: 0, y: 0 }).scale).toBe(1);
  expect(zoomed(WHOLE, 0, { x: 0, y: 0 }).scale).toBe(1);
  expect(zoomed(WHOLE, 100, { x: 0, y: 0 }).scale).toBe(8);
});

test('no empty space beside it where it could be filled', () => {
  const far = moved({ scale: 2, x: 0, y: 0 }, { x: 1000, y: -1000 });
  expect(within(far, PICTURE, FRAME)).toEqual({ scale: 2, x: 200, y: -50 });
  expect(within({ scale: 1, x: 50, y: 50 }, PICTURE, FRAME)).toEqual(WHOLE);
});
