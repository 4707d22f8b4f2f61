import { utf8 } from '@mayfly/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PARTS_MAX, splitText } from './split-text.ts';

const letters = (text: string) => text.replaceAll(/\s/gu, '');
const isTorn = (text: string) =>
  /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?:^|[^\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text);

describe('a text that is too long', () => {
  test.each([
    ['between paragraphs', ['One. '.repeat(30), 'Two. '.repeat(30)], '\n\n'],
    ['between lines', ['one, '.repeat(30), 'two, '.repeat(30)], '\n'],
    ['between words', ['x'.repeat(150), 'y'.repeat(150)], ' '],
    ['anywhere', ['x'.repeat(200), 'x'.repeat(100)], ''],
  ])('is split %s', (_where, pieces, between) => {
    expect(splitText(pieces.join(between), 224)).toEqual(
      between === '' ? ['x'.repeat(200), 'x'.repeat(100)] : pieces.map((piece) => piece.trimEnd()),
    );
  });

  test('keeps its indentation where a line begins', () => {
    const text = `${'x'.repeat(180)}\n  - a\n  - ${'b'.repeat(100)}`;
    expect(splitText(text, 224)?.[1]).toMatch(/^ {2}- /);
  });

  test('nothing of it is lost, no part is too long, and no character is torn', () => {
    const unit = fc.constantFrom('x', 'ä', '語', '🦋', '👩🏽‍🚀', '🇩🇪', 'e\u0301', ' ', '\n', '\n\n', '`');
    fc.assert(
      fc.property(fc.array(unit, { minLength: 30, maxLength: 400 }), (units) => {
        const text = units.join('');
        const parts = splitText(text, 128) ?? [];
        expect(letters(parts.join(''))).toBe(letters(text));
        for (const part of parts) {
          expect(utf8(part).length).toBeLessThanOrEqual(128);
          expect(isTorn(part)).toBe(false);
          expect(part).not.toMatch(/^(?:\u0301|\u200D|\p{Emoji_Modifier})|\u200D$/u);
          const flags = part.match(/[\u{1F1E6}-\u{1F1FF}]/gu)?.length ?? 0;
          expect(flags % 2).toBe(0);
        }
      }),
      { seed: 46 },
    );
  });

  test('flags, joined emoji and accents stay whole without a break between them', () => {
    for (const character of ['🇩🇪', '👩🏽‍🚀', 'e\u0301']) {
      const whole = new RegExp(`^(?:${character})+$`, 'u');
      for (const bytesMax of [124, 126, 128, 130])
        for (const part of splitText(character.repeat(60), bytesMax) ?? []) expect(part).toMatch(whole);
    }
  });

  test('a block of code is closed at the end of a part and opened again in the next', () => {
    const code = Array.from({ length: 60 }, (_, i) => `  line(${i});`);
    const parts = splitText(`Look:\n\`\`\`js\n${code.join('\n')}\n\`\`\`\nThat was it.`, 300) ?? [];
    expect(parts.length).toBeGreaterThan(2);
    for (const [index, part] of parts.entries()) {
      expect(part.match(/^```/gm)).toHaveLength(2);
      expect(utf8(part).length).toBeLessThanOrEqual(300);
      if (index > 0) expect(part.startsWith('```js\n  line(')).toBe(true);
    }
    expect(parts.join('\n').match(/^ {2}line\(\d+\);$/gm)).toEqual(code);
    expect(parts.at(-1)).toMatch(/```\nThat was it\.$/);
  });

  test('marks that close nothing, or are too long to repeat, are text', () => {
    const long = `${'`'.repeat(400)}\n${'x '.repeat(300)}`;
    for (const part of splitText(long, 600) ?? []) expect(utf8(part).length).toBeLessThanOrEqual(600);
    expect(splitText(`\`\`\`\n${'x '.repeat(300)}\n~~~\n${'y '.repeat(300)}`, 600)?.at(-1)).toMatch(/^```\n/);
  });

  test('of more parts than are offered is left alone', () => {
    expect(splitText('x'.repeat(99 * (PARTS_MAX + 1)), 99)).toBe(undefined);
    expect(splitText('', 99)).toEqual([]);
    expect(splitText('short', 99)).toEqual(['short']);
  });

  test('accents without end are cut like any text', () => {
    const parts = splitText(`x${'\u0301'.repeat(500)}`, 200) ?? [];
    expect(parts.length).toBeGreaterThan(0);
    for (const part of parts) expect(utf8(part).length).toBeLessThanOrEqual(200);
  });
});
