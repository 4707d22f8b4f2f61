import { expect, test } from 'vitest';
import { hasVisibleText } from './visible-text.ts';

test.each(Array.from('a.·-_1🦋語שع©\u20AC\uFFFD\u0378'))('TEXT-2: %j can be seen', (text) => {
  expect(hasVisibleText(text)).toBe(true);
  expect(hasVisibleText(`\u200B ${text}\u0301`)).toBe(true);
});

test.each([
  ['nothing', ''],
  ['blanks of all kinds', ' \t\n\u00A0\u1680\u2003\u2028\u202F\u205F\u3000'],
  ['zero-width signs', '\u200B\u200C\u200D\u2060\uFEFF\u00AD\u034F\u180E'],
  ['Hangul fillers', '\u115F\u1160\u3164\uFFA0'],
  ['blank Braille, note, hieroglyphs and object', '\u2800\u{1D159}\u{13441}\u{13442}\uFFFC'],
  ['direction marks', '\u061C\u200E\u200F\u202E\u2066\u2069'],
  ['tags', '\u{E0001}\u{E0067}\u{E007F}'],
  ['variation selectors', '\uFE0F\u{E0100}'],
  ['accents without a letter', '\u0301\u0316\u20E3\u0489\u0903'],
  ['controls', '\u0000\u0007\u001B\u007F\u009F'],
  ['signs for private use, and none', '\uE000\u{F0000}\uFFFE\uFDD0'],
])('TEXT-2: %s cannot', (_what, text) => {
  expect(hasVisibleText(text)).toBe(false);
  for (const sign of text) expect(hasVisibleText(sign), sign).toBe(false);
});
