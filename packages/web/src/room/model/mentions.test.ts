import type { Person } from '@mayfly/client';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mentionOf, mentions, mentionsIn } from './mentions.ts';

function person(name: string, tag = 'k3fa', idPk = `${name}-${tag}`): Person {
  return { idPk, name, tag, colour: 0, emoji: [] };
}

const ann = person('Ann');
const annLee = person('Ann Lee', 'Lee1');
const otherAnn = person('ann', 'zz99');
const nameless = person('', 'abcd');
const people = [
  ann,
  annLee,
  otherAnn,
  nameless,
  person('C++ (.*)', 'reg1'),
  person('小明', 'ming'),
  person('Zoë'),
];

const marked = (text: string) => mentionsIn(text, people).map(({ start, end }) => text.slice(start, end));
const meant = (text: string) => mentionsIn(text, people).flatMap((one) => one.people.map(({ tag }) => tag));

describe('a mention', () => {
  test.each([
    ['hi @Ann!', ['@Ann']],
    ['@Ann Lee, hi', ['@Ann Lee']],
    ['@ANN and (@zoe)', ['@ANN', '@zoe']],
    ['@Anna', []],
    ['@Ann_', []],
    ['mail ann@ann.example or @ann', ['@ann']],
    ['@@Ann', []],
    ['@Anonymous', ['@Anonymous']],
    ['@C++ (.*)?', ['@C++ (.*)']],
    ['你好@小明你好', ['@小明']],
    ['@\u202EAnn', ['@\u202EAnn']],
    ['@\uD83DAnn @Ann\uDC4B', ['@Ann']],
    ['@', []],
  ])('in %j is %j', (text, expected) => {
    expect(marked(text)).toEqual(expected);
  });

  test('without a tag is everyone of that name; with a tag only that person', () => {
    expect(meant('@Ann')).toEqual(['k3fa', 'zz99']);
    expect(meant('@Ann·zz99')).toEqual(['zz99']);
    expect(marked('@Ann·zz99!')).toEqual(['@Ann·zz99']);
    expect(meant('@Ann·1111')).toEqual([]);
    expect(meant('@Ann·hello')).toEqual(['k3fa', 'zz99']);
  });

  test('with a tag is not caught by a name that imitates it', () => {
    const imitator = person('Ann·k3fa', 'evi9');
    const all = [...people, imitator];
    expect(mentionsIn('@Ann·k3fa', all).map((one) => one.people)).toEqual([[ann]]);
    const written = mentionOf(imitator, false);
    expect(mentionsIn(written, all).map((one) => one.people)).toEqual([[imitator]]);
  });

  test('is of me by key, whatever others are called', () => {
    expect(mentions('@Ann', ann, people)).toBe(true);
    expect(mentions('@Ann', ann, [])).toBe(true);
    expect(mentions('@Ann Lee', ann, people)).toBe(false);
    expect(mentions('@Ann·zz99', ann, people)).toBe(false);
    expect(mentions('hi Ann', ann, people)).toBe(false);
  });

  test('that the composer writes means that person', () => {
    const names = fc.string({
      unit: fc.constantFrom(
        'A',
        'b',
        ' ',
        '·',
        '@',
        '.',
        '*',
        '(',
        '‹',
        '語',
        '🦋',
        'é',
        'e\u0301',
        'İ',
        'ß',
      ),
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.uniqueArray(names, { minLength: 1, maxLength: 5 }), (list) => {
        const all = list.map((name, index) => person(name, `tag${index + 1}`, String(index)));
        for (const one of all) {
          const found = mentionsIn(`${mentionOf(one, true)} hi`, all);
          if (found.length > 0) expect(found[0]?.people).toContain(one);
          if (/^[Ab]+$/.test(one.name)) expect(found.length).toBe(1);
        }
      }),
      { seed: 45 },
    );
  });
});

test('TEXT-7: the first 200 that can begin a mention count', () => {
  expect(marked(`${'@x '.repeat(199)}@Ann`)).toEqual(['@Ann']);
  expect(marked(`${'@x '.repeat(200)}@Ann`)).toEqual([]);
  expect(marked(`${'@'.repeat(16_000)} @Ann`)).toEqual(['@Ann']);
});

test.each(['@', '@ ', '(@a', '@A·'])('16 KB of %j cost a bounded number of comparisons', (piece) => {
  let asked = 0;
  const counting = new Proxy(person('A'), {
    get: (target, key) => {
      asked++;
      return Reflect.get(target, key);
    },
  });
  mentionsIn(piece.repeat(16_000 / piece.length), [counting]);
  expect(asked).toBeLessThan(1_000);
});
