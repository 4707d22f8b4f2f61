import { expect, test } from 'vitest';
import { pieces, sentence } from './sentence.ts';

test('a placeholder may stand anywhere in its sentence, and any value in its place', () => {
  const name = { node: 'bdi' };
  expect(pieces('{name} joined the chat', { name })).toEqual([name, ' joined the chat']);
  expect(pieces('Im Raum: {name}', { name })).toEqual(['Im Raum: ', name]);
  expect(pieces('{one} and {other} left', { one: 'Ann', other: 'Ben' })).toEqual([
    'Ann',
    ' and ',
    'Ben',
    ' left',
  ]);
});

test('what is given is not read again: braces in a name are a name', () => {
  expect(sentence('{name} left', { name: '{name}' })).toBe('{name} left');
  expect(sentence('{count} left', { count: 0 })).toBe('0 left');
});
