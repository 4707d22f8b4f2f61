import { describe, expect, test } from 'vitest';
import { excerptOf, folded } from './folded-text.ts';

describe('folding', () => {
  test.each([
    ['case', 'TRIPOD', 'tripod'],
    ['accents, composed or not', 'Cafe\u0301 Café', 'cafe cafe'],
    ['width', 'ＡＢＣ　１２', 'abc 12'],
    ['ligatures', 'ﬁne', 'fine'],
    ['sharp s', 'Straße STRASSE', 'strasse strasse'],
    ['both sigmas', 'ΟΔΟΣ οδός', 'οδοσ οδοσ'],
    ['Turkish i', 'İstanbul ılık', 'istanbul ilik'],
    ['Hebrew points', 'שָׁלוֹם', 'שלום'],
    ['Arabic vowels and stretching', 'مَرْحَبـــا', 'مرحبا'],
    ['what has no shape', 'tri\u00ADpo\u200Bd\u202E', 'tripod'],
    ['line breaks', 'a\nb', 'a b'],
  ])('%s', (_, text, plain) => {
    expect(folded(text)).toBe(plain);
  });

  test('vowel signs that are part of a word stay', () => {
    expect(folded('कि')).not.toBe(folded('का'));
  });
});

describe('an excerpt', () => {
  test('shows the match as it was written', () => {
    expect(excerptOf('the Tri\u0301pod’s here', 'tripod')).toEqual({
      before: 'the ',
      match: 'Tri\u0301pod',
      after: '’s here',
    });
  });

  test('is short, and shows where it was cut', () => {
    const { before, match, after } = excerptOf(`${'a'.repeat(500)}tripod${'b'.repeat(500)}`, 'tripod');
    expect([before, match, after]).toEqual([`…${'a'.repeat(24)}`, 'tripod', `${'b'.repeat(120)}…`]);
  });

  test('never cuts a character in half, also where one became several', () => {
    expect(excerptOf('😀Straße😀', 'ss')).toEqual({ before: '😀Stra', match: 'ß', after: 'e😀' });
  });

  test('reorders nothing beside it, and is cut between whole characters (TEXT-3)', () => {
    const { before, after } = excerptOf(`${'😀'.repeat(40)}\u202Etripod\u202E\0`, 'tripod');
    expect([before, after]).toEqual([`…${'😀'.repeat(24)}`, '\uFFFD']);
  });

  test('without a match is how the text begins', () => {
    expect(excerptOf('hello', 'tripod')).toEqual({ before: '', match: '', after: 'hello' });
  });
});

test('hostile texts: nothing throws, and an excerpt stays short', () => {
  const bodies = ['\uFDFA', 'a\u0301\u0302', '\uD800', '\u202E', '\u0000', 'ß', '👨‍👩‍👧‍👦', 'Ά', '\r\n', '</b>'];
  for (const body of bodies) {
    const text = body.repeat(Math.floor(16_000 / body.length));
    const wanted = folded(body);
    const { before, match, after } = excerptOf(text, wanted);
    expect(Array.from(before + match + after).length).toBeLessThan(300);
  }
});
