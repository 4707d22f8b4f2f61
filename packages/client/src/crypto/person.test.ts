// Names and looks.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type RoomId, parseRoomId } from '@mayfly/protocol';
import { emojiOf } from './emoji.ts';
import { cleanName, nameFits, personOf, safetyCode } from './person.ts';

const id = parseRoomId('k7Qm2x') as RoomId;

describe('PERSON-1: how long a name may be', () => {
  test('50 code points and 100 bytes', () => {
    expect(nameFits('x'.repeat(50))).toBe(true);
    expect(nameFits('x'.repeat(51))).toBe(false);
    expect(nameFits('é'.repeat(50))).toBe(true);
    expect(nameFits('🦋'.repeat(25))).toBe(true);
    expect(nameFits('🦋'.repeat(26))).toBe(false);
    expect(nameFits('')).toBe(true);
  });
});

describe('PERSON-2: what is shown of a name', () => {
  test.each([
    ['Ann', 'Ann'],
    ['  Ann \n\t Lee ', 'Ann Lee'],
    ['\u202Egnp.exe\u202C', 'gnp.exe'],
    ['\u2066A\u2069\u200Eb\u061C', 'Ab'],
    ['a\u0000b\u001Bc', 'a b c'],
    ['\u2028', ''],
    ['\u200B\u2060\uFEFF', ''],
    ['\u3164\u115F\u2800', ''],
    ['\u0301', ''],
    [' \u{E0067}\u0489 ', ''],
    ['👩‍🚀', '👩‍🚀'],
    ['می‌خواهم', 'می‌خواهم'],
    ['<b>x</b>', '<b>x</b>'],
  ])('%j becomes %j', (text, want) => {
    expect(cleanName(text)).toBe(want);
  });

  test('cleaning twice changes nothing', () => {
    for (const text of [' a  b ', '\u202Ea', ' \u200F ', '\u2066 x']) {
      expect(cleanName(cleanName(text))).toBe(cleanName(text));
    }
  });
});

describe('PERSON-3: how a key looks', () => {
  test('the same key has the same look, whatever its name; in another room another tag', () => {
    const key = new Uint8Array(32).fill(1);
    const ann = personOf(id, key, 'Ann');
    expect(personOf(id, key, '\u202EBob')).toEqual({ ...ann, name: 'Bob' });
    expect(ann.tag).toMatch(/^[1-9A-HJ-NP-Za-km-z]{4}$/);
    expect(ann.emoji).toHaveLength(8);
    expect(personOf(parseRoomId('k7Qm2y') as RoomId, key, 'Ann').tag).not.toBe(ann.tag);
    expect(personOf(id, new Uint8Array(32).fill(2), 'Ann').tag).not.toBe(ann.tag);
  });

  test('the safety code is the first eight bytes', () => {
    const fingerprint = Uint8Array.from({ length: 32 }, (_, i) => i * 3);
    expect(safetyCode(fingerprint)).toEqual([0, 3, 6, 9, 12, 15, 18, 21]);
  });
});

describe('PERSON-4: the 256 emoji', () => {
  const all = Array.from({ length: 256 }, (_, byte) => emojiOf(byte));

  test('one code point each, colored by default; no emoji and no name twice', () => {
    for (const { glyph, name } of all) {
      expect(glyph).toMatch(/^\p{Emoji_Presentation}$/u);
      expect(name).toMatch(/^[a-z]+( [a-z]+)*$/);
    }
    expect(new Set(all.map(({ glyph }) => glyph)).size).toBe(256);
    expect(new Set(all.map(({ name }) => name)).size).toBe(256);
  });

  test('the table of docs/crypto.md is this list', () => {
    const text = readFileSync(new URL('../../../../docs/crypto.md', import.meta.url), 'utf8');
    const rows = text.slice(text.indexOf('## The 256 emoji')).matchAll(/^\| \d+ +\| (.*) \|$/gmu);
    const cells = [...rows].flatMap(([, row = '']) => row.split('|').map((cell) => cell.trim()));
    expect(cells).toEqual(all.map(({ glyph, name }) => `${glyph} ${name}`));
  });

  test('frozen: a change would show everyone as someone else', () => {
    const text = all.map(({ glyph, name }) => `${glyph} ${name}\n`).join('');
    expect(createHash('sha256').update(text).digest('hex')).toBe(
      '0f2c1881687cefc86cde86fcc324fa0f600c953a4b23d7bc4bb75f65ec8b3fcb',
    );
  });
});
