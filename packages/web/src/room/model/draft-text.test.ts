import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codePointCount, trimmedDraft } from './draft-text.ts';

describe('the text that is sent', () => {
  test.each([
    ['', ''],
    ['  \n ', ''],
    ['\t\t\t', ''],
    ['hello', 'hello'],
    ['  hello  ', '  hello'],
    ['\n\nhello\n\n', 'hello'],
    [' \n\t\n  if x:\n    y()\n \n', '  if x:\n    y()'],
    ['\u2003\nhello', 'hello'],
    ['one\n\ntwo', 'one\n\ntwo'],
  ])('for %j is %j', (draft, text) => {
    expect(trimmedDraft(draft)).toBe(text);
  });

  test('is the draft without empty lines before it and blanks after it', () => {
    const piece = fc.constantFrom(' ', '\t', '\n', '\r', '\u2003', '\uFEFF', 'x', '🦋');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const draft = pieces.join('');
        expect(trimmedDraft(draft)).toBe(draft.replace(/^(?:[^\S\n]*\n)+|\s+$/g, ''));
      }),
      { seed: 43 },
    );
  });
});

test('the length of a text is its number of code points', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('x', 'ä', '語', '🦋', '\u0301', '\u{10FFFF}') }),
      (text) => {
        expect(codePointCount(text)).toBe(Array.from(text).length);
      },
    ),
    { seed: 44 },
  );
});
