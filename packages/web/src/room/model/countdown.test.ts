import { describe, expect, test } from 'vitest';
import { countdown, isLow, passedMark } from './countdown.ts';

const MINUTE = 60_000;

test.each([
  [0, '00:00'],
  [-5, '00:00'],
  [1, '00:01'],
  [1000, '00:01'],
  [29 * MINUTE + 39_001, '29:40'],
  [59 * MINUTE + 59_999, '1:00:00'],
  [60 * MINUTE, '1:00:00'],
  [24 * 60 * MINUTE - 55_000, '23:59:05'],
])('%d ms reads %s', (ms, text) => {
  expect(countdown(ms)).toBe(text);
});

test('a countdown warns in the last five minutes, or in the last half of a short life', () => {
  expect(isLow(5 * MINUTE + 1, 30 * MINUTE)).toBe(false);
  expect(isLow(5 * MINUTE, 30 * MINUTE)).toBe(true);
  expect(isLow(4 * MINUTE, 5 * MINUTE)).toBe(false);
  expect(isLow(2.5 * MINUTE, 5 * MINUTE)).toBe(true);
});

describe('passedMark', () => {
  test('announces five minutes and one minute, each once', () => {
    const said = [];
    for (let left = 6 * MINUTE; left > 0; left -= 1000) said.push(passedMark(left + 1000, left));
    expect(said.filter((mark) => mark !== undefined)).toEqual([5 * MINUTE, MINUTE]);
  });

  test('a page that slept through both announces the nearer one', () => {
    expect(passedMark(10 * MINUTE, 30_000)).toBe(MINUTE);
  });

  test('a life that starts over announces nothing', () => {
    expect(passedMark(30_000, 30 * MINUTE)).toBeUndefined();
  });
});
