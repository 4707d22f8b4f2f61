import type { Person } from '@mayfly/client';
import { computed } from '@preact/signals';
import { expect, test } from 'vitest';
import { SharedNames } from './shared-names.ts';

/** Which of these people's names need a tag. */
function sharedNames(people: readonly Person[]): ReadonlySet<string> {
  const names = new SharedNames();
  for (const one of people) names.add(one);
  return new Set(people.map(({ name }) => name).filter((name) => names.isShared(name)));
}

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
])('%s does not hide that a name is somebody else’s', (_with, name) => {
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

test('a person named Anonymous shares the name of everyone without one', () => {
  expect([...sharedNames([person('', 'a'), person('Anonymous', 'b')])]).toEqual(['', 'Anonymous']);
});

test('all spellings of a shared look count', () => {
  const people = [person('Ana', 'a'), person('Ana', 'b'), person('ana', 'c'), person('Ben', 'd')];
  expect([...sharedNames(people)]).toEqual(['Ana', 'ana']);
});

test('another letter is another name, and an emoji another emoji', () => {
  expect(sharedNames([person('Ana', 'a'), person('Anna', 'b')]).size).toBe(0);
  expect(sharedNames([person('👩‍💻', 'a'), person('👨‍💻', 'b')]).size).toBe(0);
});

test('a name is shared as long as both people are counted with it', () => {
  const names = new SharedNames();
  const isShared = computed(() => names.isShared('Ana'));
  expect(isShared.value).toBe(false);
  for (const one of [person('Ana', 'a'), person('Ana', 'a'), person('ana', 'b'), person('Ana', 'b')])
    names.add(one);
  expect(isShared.value).toBe(true);
  names.remove(person('Ana', 'b'));
  names.remove(person('Ben', 'c'));
  expect(isShared.value).toBe(true);
  names.remove(person('ana', 'b'));
  expect(isShared.value).toBe(false);
  names.remove(person('Ana', 'a'));
  names.remove(person('Ana', 'a'));
  expect(isShared.value).toBe(false);
  for (const one of [person('Ana', 'b'), person('Аna', 'c')]) names.add(one);
  expect(isShared.value).toBe(true);
});

test('adding and removing equals counting from scratch, after thousands of other names', () => {
  const names = new SharedNames();
  const words = ['Ana', 'ana', 'Аna', 'Ben', 'B en', '', 'Anonymous'];
  for (let i = 0; i < 12_000; i++) {
    names.add(person(`n${i}`, 'x'));
    names.remove(person(`n${i}`, 'x'));
  }
  let here: Person[] = [];
  for (let i = 0; i < 500; i++) {
    const one = person(words[(i * 5) % 7] ?? '', `p${(i * 11) % 4}`);
    if (i % 3 === 2) {
      for (const gone of here.slice(0, 2)) names.remove(gone);
      here = here.slice(2);
    } else {
      names.add(one);
      here.push(one);
    }
    const anew = sharedNames(here);
    for (const { name } of here) expect(names.isShared(name)).toBe(anew.has(name));
  }
});
