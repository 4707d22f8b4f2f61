import { describe, expect, test } from 'vitest';
import { shownParts } from './shown-text.ts';

const shown = (body: string) =>
  shownParts(body)
    .map((part) => (part.type === 'text' ? part.text : `<${part.before}${part.host}${part.after}>`))
    .join('');

describe('TEXT-3: the shown text of a body', () => {
  test.each([
    ['as it is', 'two  words,\n\ta tab, e\u0301 and 👩‍👩‍👧‍👦', 'two  words,\n\ta tab, e\u0301 and 👩‍👩‍👧‍👦'],
    [
      'without embeddings and overrides',
      'song \u202E3pm.exe\u202C and \u202Aso\u202B on\u202D',
      'song 3pm.exe and so on',
    ],
    ['without isolates', '\u2066a\u2067b\u2068c\u2069', 'abc'],
    ['with marks that put punctuation in its place', 'שלום!\u200F ok\u200E', 'שלום!\u200F ok\u200E'],
    ['with every kind of line break as one', 'a\r\nb\rc\u2028d\u2029e\u0085f', 'a\nb\nc\nd\ne\nf'],
    [
      'with controls as a sign of their own',
      'a\u0000b\u0007c\u001Bd\u007Fe\u009Ff',
      'a\uFFFDb\uFFFDc\uFFFDd\uFFFDe\uFFFDf',
    ],
  ])('%s', (_how, body, text) => {
    expect(shown(body)).toBe(text);
  });

  test.each(['', ' \n\t', '\u200B', '\u3164\u2800', '\u{E0067}', '\u0301', '\u202E\u0000'])(
    'TEXT-2: of %j nothing is shown',
    (body) => {
      expect(shownParts(body)).toEqual([]);
    },
  );

  test('an override outside a link is left out, and one inside makes it text', () => {
    expect(shown('\u202Ehttps://evil.example/moc.knab//:sptth')).toBe(
      '<https://evil.example/moc.knab//:sptth>',
    );
    expect(shown('https://evil.example/\u202E3pm.exe')).toBe('https://evil.example/3pm.exe');
  });
});
