import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { makeLibrary, readLibrary } from './library.ts';

const FOLDER = new URL('../../../redis/', import.meta.url);

test('every part in the folder is in the library', () => {
  const { code } = readLibrary();
  const parts = readdirSync(FOLDER);
  expect(parts.length).toBeGreaterThan(5);
  for (const part of parts) {
    const lines = readFileSync(new URL(part, FOLDER), 'utf8').split('\n');
    expect(code).toContain(lines.slice(0, 3).join('\n'));
  }
});

test('another text is another library, with functions of other names', () => {
  const [one, other] = [makeLibrary('-- one'), makeLibrary('-- other')];
  expect(one.nameOf('join')).not.toBe(other.nameOf('join'));
  expect(one.nameOf('join')).toBe(makeLibrary('-- one').nameOf('join'));
});
