import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { isEmoji } from '../../../../client/src/content/reaction.ts';
import { emojiTable } from '../../../emoji-table.ts';
import { EmojiBook, FOUND_MAX, GROUPS, TONES, toned } from './emoji-book.ts';

const book = new EmojiBook(emojiTable());
const all = GROUPS.flatMap((group) => book.group(group));
const plain = (glyph: string) => glyph.replaceAll('\uFE0F', '');
const glyphs = (query: string) => book.search(query).map(({ glyph }) => plain(glyph));

test('BODY-2: each emoji in each tone may be a reaction', () => {
  expect(all.length).toBeGreaterThan(1800);
  for (const tone of TONES)
    expect(all.map(({ glyph }) => toned(glyph, tone)).filter((glyph) => !isEmoji(glyph))).toEqual([]);
});

test('each is there once, with a name and a code that finds it', () => {
  expect(new Set(all.map(({ glyph }) => glyph)).size).toBe(all.length);
  for (const { glyph, name, code } of all) {
    expect(name).not.toBe('');
    expect(code).toMatch(/^[\p{L}\p{N}+_-]+$/u);
    expect(book.byGlyph(glyph)?.name).toBe(name);
  }
  for (const group of GROUPS) expect(book.group(group).length).toBeGreaterThan(100);
});

test.each([
  ['smile', '😄'],
  ['joy', '😂'],
  ['+1', '👍'],
  ['-1', '👎'],
  ['tada', '🎉'],
  ['heart', '❤️'],
  ['thinking', '🤔'],
  ['SUNRISE', '🌅'],
  ['germany', '🇩🇪'],
  ['red_heart', '❤️'],
])(':%s: is %s', (code, glyph) => {
  expect(plain(book.byCode(code)?.glyph ?? '')).toBe(plain(glyph));
});

test('codes of nothing', () => {
  for (const code of ['', 'frobnicate', '__proto__', 'constructor', '\uD83D'])
    expect(book.byCode(code)).toBe(undefined);
});

test('a search finds words by their beginning, exact ones first, in any order', () => {
  expect(glyphs('cat')[0]).toBe('🐈');
  expect(glyphs('face cat')).toContain('🐱');
  expect(glyphs('butterf')).toEqual(['🦋']);
  expect(glyphs('reunion')).toEqual(['🇷🇪']);
  expect(glyphs('flag germ')).toEqual(['🇩🇪']);
  expect(glyphs('')).toEqual([]);
  expect(glyphs('.*(\\')).toEqual([]);
  expect(glyphs('f').length).toBe(FOUND_MAX);
  expect(glyphs(':'.repeat(16_000))).toEqual([]);
});

test('skin tones are those of Unicode', () => {
  const path = createRequire(import.meta.url).resolve('emojibase-data/en/data.json');
  const data: readonly {
    emoji: string;
    skins?: readonly { emoji: string; tone: number | readonly number[] }[];
  }[] = JSON.parse(readFileSync(path, 'utf8'));
  const skins = new Map(data.map((one) => [plain(one.emoji), one.skins]));
  for (const { glyph } of all) {
    for (const [index, tone] of TONES.entries()) {
      const skin = skins.get(plain(glyph))?.find((one) => one.tone === index)?.emoji;
      expect(toned(glyph, tone)).toBe(skin ?? glyph);
    }
  }
});
