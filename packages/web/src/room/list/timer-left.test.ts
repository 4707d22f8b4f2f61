import { expect, test } from 'vitest';
import { timerLeft } from './timer-left.ts';

const MINUTE = 60_000;
const END = 10_000_000;
const timer = { ttlMs: 5 * MINUTE, endsAt: END };

test.each([
  [5 * MINUTE, 0, 'Disappears in 05:00', 'Disappears in 5 minutes'],
  [4 * MINUTE + 10_000, 17, 'Disappears in 04:10', 'Disappears in 5 minutes'],
  [MINUTE, 80, 'Disappears in 01:00', 'Disappears in 1 minute'],
  [24_000, 92, 'Disappears in 00:24', 'Disappears in less than a minute'],
  [0, 100, 'Disappears in 00:00', 'Disappears in less than a minute'],
])('with %d ms left, %d of 100 have passed', (leftMs, passed, shown, spoken) => {
  expect(timerLeft(timer, END - leftMs)).toEqual({ passed, isLow: leftMs < MINUTE, shown, spoken });
});

test('an end that is over, or further off than the whole time, is clamped', () => {
  expect(timerLeft(timer, END + MINUTE)).toMatchObject({ passed: 100, shown: 'Disappears in 00:00' });
  expect(timerLeft(timer, 0)).toMatchObject({ passed: 0, shown: 'Disappears in 05:00' });
  expect(timerLeft({ ttlMs: 0, endsAt: END }, 0).passed).toBe(100);
});
