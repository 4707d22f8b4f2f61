import { expect, test } from 'vitest';
import { clamped, clampedFraction, field, listOf, parseJsonObject, wholeNumber } from './json.ts';

test('FRAME-3: what a prototype brings is no field', () => {
  expect(field({}, 'toString')).toBeUndefined();
  expect(field(parseJsonObject('{"__proto__":{"type":"ping"}}') ?? {}, 'type')).toBeUndefined();
});

test('FRAME-3: whole numbers only', () => {
  for (const odd of [1.5, -1, Number.NaN, 2 ** 53, '1', null, true]) expect(wholeNumber(odd)).toBeUndefined();
  expect(wholeNumber(0)).toBe(0);
  expect(wholeNumber(9, 8)).toBeUndefined();
});

test('BOUND-1: a claim is cut to what is believed; what is no number stays none', () => {
  expect([0, 5, 2 ** 40].map((claim) => clamped(claim, { min: 3, max: 9 }))).toEqual([3, 5, 9]);
  expect([0.1, 2.5, 1e300].map((claim) => clampedFraction(claim, { min: 1, max: 9 }))).toEqual([1, 2.5, 9]);
  for (const odd of [Number.NaN, Infinity, -1, '5', null]) {
    expect(clamped(odd, { max: 9 })).toBeUndefined();
    expect(clampedFraction(odd, { max: 9 })).toBeUndefined();
  }
});

const read = (value: unknown) => listOf(value, 2, (entry) => wholeNumber(entry));

test('FRAME-3: one bad entry spoils a list, and one too many does', () => {
  expect(read([1, 2])).toEqual([1, 2]);
  expect(read([1, 'x'])).toBeUndefined();
  expect(read([1, 2, 3])).toBeUndefined();
  expect(read({ length: 1 })).toBeUndefined();
});
