import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';

const FILES = readdirSync(import.meta.dirname).filter(
  (name) => !name.includes('.test.') && name !== 'sentence.ts',
);
const SRC = new URL('../', import.meta.url);

/** Each text as it stands in the source: with its placeholders. */
function textsOf(file: string): string[] {
  const source = readFileSync(new URL(file, import.meta.url), 'utf8').replaceAll(
    /^import [^\n]*$|\/\*\*.*?\*\/|(?<!:)\/\/[^\n]*$/gms,
    '',
  );
  return [...source.matchAll(/'([^'\n]*)'|`([^`]*)`/g)].map(
    ([, quoted, template]) => quoted ?? template ?? '',
  );
}

/** Said otherwise on this page: a room disappears, there are people, and English is said as it is spoken. */
const NOT_OURS =
  /\b(?:vanish\w*|participants?|nobody|somebody|any more|meanwhile|(?:can|do|does|did|is|are|was|were|has|have|will|would|could)(?:\s)?not|you are|it is|there is|so that|colour\w*)\b/i;
/** The half of a sentence shows where it was cut; a straight apostrophe was typed by a programmer. */
const FRAGMENT = /^[ ,.;:·]|[ ,;·]$/;

test.each(FILES)('%s: one word for one thing, in whole sentences', (file) => {
  const texts = textsOf(file);
  expect(texts.length).toBeGreaterThan(2);
  for (const text of texts) {
    expect(text).not.toMatch(NOT_OURS);
    expect(text).not.toMatch(FRAGMENT);
    expect(text).not.toMatch(/\w'\w/);
  }
});

test('no text is put together by an s at its end', () => {
  for (const file of FILES) {
    const source = readFileSync(new URL(file, import.meta.url), 'utf8');
    expect(source).not.toMatch(/\? '' : 's'|\+ 's'|'s' : ''/);
  }
});

const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
  (name) => /\.tsx?$/.test(name) && !name.includes('.test.') && !name.startsWith('words/'),
);

test.each(sources)('%s reads no text when it is imported', (name) => {
  const source = readFileSync(new URL(name, SRC), 'utf8');
  // What stands at the left edge runs at once; what it opens runs then, too, unless it is a function or a class.
  for (const [block] of source.matchAll(/^(?:export )?const [^\n]*(?:\n[ )\]}][^\n]*)*/gm)) {
    const isFunction = /^(?:export )?const \w+ = (?:async )?\(?[\w, ]*\)?(?:: \w+)? =>/.test(block);
    if (!isFunction) expect(block).not.toMatch(/\b(?:texts|roomTexts)\./);
  }
});
