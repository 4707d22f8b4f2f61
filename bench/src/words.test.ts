import { expect, test } from 'vitest';
import { sectionNames } from './sections.ts';
import { HELP, readWords } from './words.ts';

test('without words, everything is measured', () => {
  expect(readWords([])).toMatchObject({
    say: 'run',
    asked: { quick: false, profile: false, sections: sectionNames, contenders: [] },
  });
});

test('sections and contenders can be chosen', () => {
  const words = readWords(['--only', 'small,herd', '--contender', 'a.mjs', '--contender', 'b.mjs']);
  expect(words).toMatchObject({ asked: { sections: ['small', 'herd'], contenders: ['a.mjs', 'b.mjs'] } });
});

test('a built server can stand beside ours', () => {
  expect(readWords(['--before', 'old/main.js'])).toMatchObject({ asked: { before: 'old/main.js' } });
});

test.each(['--help', '-h'])('%s shows how it is used, with every option', (word) => {
  expect(readWords([word])).toEqual({ say: 'help' });
  for (const option of ['quick', 'only', 'profile', 'server', 'before', 'contender', 'report', 'help'])
    expect(HELP).toContain(`--${option} `);
});

test.each([['--fast'], ['--only', 'spede'], ['--only', ''], ['--server']])(
  'words that it does not know are refused, not thrown: %s %s',
  (...words) => {
    expect(readWords(words)).toMatchObject({ say: 'wrong' });
  },
);
