import { describe, expect, test } from 'vitest';
import { isFewEmoji, mayBeTall } from './message-look.ts';
import { shownParts } from './shown-text.ts';

describe('a message of one to three emoji and nothing else', () => {
  test.each(['🦋', '🦋🦋🦋', ' 👍 👍\n', '👍🏽', '❤️', '❤', '👩‍👩‍👧‍👦👩🏾‍🚀🏳️‍🌈', '🇩🇪🇫🇷🇮🇹', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '1️⃣2️⃣#️⃣', '🧑🏻‍❤️‍💋‍🧑🏿'])(
    'is %s',
    (text) => {
      expect(isFewEmoji(shownParts(text))).toBe(true);
    },
  );

  test.each([
    '🦋🦋🦋🦋',
    '🦋 hi',
    'hi',
    '1',
    '123',
    '#',
    '©',
    '™',
    '🇩',
    '👩‍',
    '️',
    '🏻',
    '',
    'https://a.example',
  ])('is not %j', (text) => {
    expect(isFewEmoji(shownParts(text))).toBe(false);
  });
});

describe('a message is worth measuring', () => {
  test.each([
    ['of many lines', 'x\n'.repeat(20)],
    ['of many letters', 'x'.repeat(240)],
    ['of one sign a line at worst', '﷽'.repeat(20)],
    ['of tabs', `x${'\t'.repeat(30)}x`],
    ['of a long link', `https://a.example/${'x'.repeat(240)}`],
  ])('%s', (_what, text) => {
    expect(mayBeTall(shownParts(text))).toBe(true);
  });

  test.each([
    ['of a few words', 'See you at eight, then.'],
    ['of ten lines', 'x\n'.repeat(10)],
    ['of twelve signs', '語'.repeat(12)],
  ])('but not one %s', (_what, text) => {
    expect(mayBeTall(shownParts(text))).toBe(false);
  });
});
