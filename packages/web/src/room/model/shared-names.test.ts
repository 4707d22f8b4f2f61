import type { Person } from '@mayfly/client';
import { expect, test } from 'vitest';
import { sharedNames } from './shared-names.ts';

const person = (name: string, idPk: string): Person => ({ idPk, name, tag: 'k3F9', colour: 7, emoji: [] });

test('a name is shared when another key has it, also the empty one', () => {
  const people = [person('Juno', 'Juno'), person('', 'a'), person('', 'b'), person('Juno', 'Juno')];
  expect([...sharedNames(people)]).toEqual(['']);
});

test.each([
  ['a zero-width space', 'A\u200Bna'],
  ['a soft hyphen', 'A\u00ADna'],
  ['an invisible end', 'Ana\u{E0041}'],
  ['wide letters', 'Ａｎａ'],
  ['other capitals', 'ANA'],
  ['a Cyrillic capital', 'Аna'],
  ['Greek letters', 'Αnα'],
  ['all Cyrillic letters', 'Апа'],
  ['an accent', 'Aná'],
  ['a dot', 'Ana.'],
  ['spaces', ' A n a'],
])('%s does not make somebody else’s name one’s own', (_with, name) => {
  expect([...sharedNames([person('Ana', 'a'), person(name, 'b')])]).toEqual(['Ana', name]);
});

test.each([
  ['rn', 'Arno', 'Amo'],
  ['cl', 'Clara', 'Dara'],
  ['vv', 'Vvalter', 'Walter'],
  ['l, 1 and I', 'Ali', 'A1I'],
  ['o and 0', 'Otto', '0tt0'],
  ['a bracket', 'Ann ‹GFv2›', 'Ann (GFv2)'],
])('%s: two names that are drawn alike get a tag', (_pair, one, other) => {
  expect([...sharedNames([person(one, 'a'), person(other, 'b')])]).toEqual([one, other]);
});

test('a name of marks alone keeps its look', () => {
  expect(sharedNames([person('...', 'a'), person('???', 'b')]).size).toBe(0);
});

test('who calls themselves Anonymous is not the only one who is called so', () => {
  expect([...sharedNames([person('', 'a'), person('Anonymous', 'b')])]).toEqual(['', 'Anonymous']);
});

test('of three who look the same, each spelling counts', () => {
  const people = [person('Ana', 'a'), person('Ana', 'b'), person('ana', 'c'), person('Ben', 'd')];
  expect([...sharedNames(people)]).toEqual(['Ana', 'ana']);
});

test('another letter is another name, and an emoji another emoji', () => {
  expect(sharedNames([person('Ana', 'a'), person('Anna', 'b')]).size).toBe(0);
  expect(sharedNames([person('👩‍💻', 'a'), person('👨‍💻', 'b')]).size).toBe(0);
});
