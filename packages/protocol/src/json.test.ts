import { expect, test } from 'vitest';
import { field, listOf, parseJsonObject, wholeNumber } from './json.ts';

test('FRAME-3: what a prototype brings is no field', () => {
  expect(field({}, 'toString')).toBeUndefined();
  expect(field(parseJsonObject('{"__proto__":{"type":"ping"}}') ?? {}, 'type')).toBeUndefined();
});

test('FRAME-3: whole numbers only', () => {
  for (const odd of [1.5, -1, Number.NaN, 2 ** 53, '1', null, true]) expect(wholeNumber(odd)).toBeUndefined();
  expect(wholeNumber(0)).toBe(0);
  expect(wholeNumber(9, 8)).toBeUndefined();
});

test('FRAME-3: one bad entry spoils a list', () => {
  expect(listOf([1, 2], (entry) => wholeNumber(entry))).toEqual([1, 2]);
  expect(listOf([1, 'x'], (entry) => wholeNumber(entry))).toBeUndefined();
  expect(listOf({ length: 1 }, (entry) => wholeNumber(entry))).toBeUndefined();
});
