import { expect, test } from 'vitest';
import {
  NO_FIELDS,
  optionLeft,
  pollOf,
  questionLeft,
  troubleWith,
  withOption,
  withoutOption,
} from './poll-draft.ts';

const fields = (question: string, ...options: readonly string[]) => ({ question, options, many: false });

test('one more field appears with each option, up to ten', () => {
  let draft = NO_FIELDS;
  for (let at = 0; at < 10; at++) {
    draft = withOption(draft, at, `option ${at}`);
    expect(draft.options.length).toBe(Math.min(10, Math.max(2, at + 2)));
  }
  expect(draft.options.every((option) => option !== '')).toBe(true);
  expect(withoutOption(draft, 4).options.slice(3, 6)).toEqual(['option 3', 'option 5', 'option 6']);
  expect(withoutOption(draft, 4).options.at(-1)).toBe('');
});

test('two fields always stay', () => {
  expect(withoutOption(fields('Q', 'a', ''), 0).options).toEqual(['', '']);
  expect(withoutOption(fields('Q', 'a', ''), 1).options).toEqual(['a', '']);
});

test('what is sent has neither blanks around it nor the fields that are empty', () => {
  expect(pollOf(fields(' When? ', ' now', '', '\u200B', 'later '))).toEqual({
    question: 'When?',
    options: ['now', 'later'],
    many: false,
  });
});

test('characters are counted as the other pages count them', () => {
  expect(questionLeft(fields('🦋'.repeat(200)))).toBe(0);
  expect(questionLeft(fields(` ${'x'.repeat(201)} `))).toBe(-1);
  expect(optionLeft('﷽'.repeat(101))).toBe(-1);
});

test.each([
  ['an empty question', fields('', 'a', 'b'), { what: 'noQuestion' }],
  ['a question of which nothing can be seen', fields('\u200B ', 'a', 'b'), { what: 'noQuestion' }],
  ['a long question', fields('x'.repeat(201), 'a', 'b'), { what: 'longQuestion' }],
  ['a long option', fields('Q', 'a', 'x'.repeat(101)), { what: 'longOption', at: 1 }],
  ['one option', fields('Q', 'a', '', ' '), { what: 'fewOptions' }],
  ['no option', fields('Q', '', ''), { what: 'fewOptions' }],
  ['the same option twice', fields('Q', 'a', 'b', ' a'), { what: 'sameOptions', at: 2 }],
  ['nothing', fields('Q', 'a', 'b', ''), undefined],
])('%s is wrong', (_, draft, trouble) => {
  expect(troubleWith(draft)).toEqual(trouble);
});
