// What makes something to look at of other people's text costs about what letters cost, and grows no faster than its length.

import { parseRoomLink, type Person } from '@mayfly/client';
import { BODY_BYTES_MAX, NAME_BYTES_MAX } from '@mayfly/protocol';
import { describe, expect, test } from 'vitest';
import { cleanName } from '../../../../client/src/crypto/person.ts';
import { costRatio, leastMs } from '../../../../client/src/testing/cost.ts';
import { HOSTILE_SHAPES, hostileText } from '../../../../client/src/testing/hostile-text.ts';
import { isNameTooLong, nameRoomLeft } from '../../ui/display-name.ts';
import { codePointCount, trimmedDraft } from '../model/draft-text.ts';
import { isFewEmoji, mayBeTall } from './message-look.ts';
import { mayHaveMarkdown } from './rich-text-loader.ts';
import { tokensOf } from './markdown.ts';
import { blocksOf } from './rich-text.ts';
import { pastedLink, routeOf } from '../../route.ts';
import { SharedNames } from '../model/shared-names.ts';
import { shownParts } from './shown-text.ts';

/** At most this many times the cost of letters of the same length. */
const LETTERS_MAX = 100;
/** At most this much more for a text of twice the length. */
const DOUBLING_MAX = 2.5;
/** A link is looked for in no longer text. */
const LINK_TEXT_MAX = 4096;

/** For hangs: all of it takes seconds. */
type Show = (text: string) => unknown;

const OF_TEXTS: Readonly<Record<string, Show>> = {
  shownParts,
  'the look of a message': (text) => messageLook(text),
  trimmedDraft,
  codePointCount,
  cleanName,
  isNameTooLong,
  nameRoomLeft,
  mayHaveMarkdown,
};
const OF_LINKS: Readonly<Record<string, Show>> = {
  parseRoomLink,
  pastedLink: (text) => pastedLink(text, 'chat.example'),
  routeOf: (text) => routeOf({ href: text, origin: '', pathname: '/chat/', search: `?room=${text}` }),
};

describe.each(Object.entries(OF_TEXTS))('%s', (_name, show) => {
  test.each(HOSTILE_SHAPES)('%s', (shape) => expectCheap(show, shape, BODY_BYTES_MAX));
});

describe.each(Object.entries(OF_LINKS))('%s', (_name, show) => {
  test.each(HOSTILE_SHAPES)('%s', (shape) => expectCheap(show, shape, LINK_TEXT_MAX));
});

/** Each is repeated. */
const MARKDOWN = [
  '*',
  '**',
  '* ',
  '*a ',
  '*a**b',
  '**a*',
  '_a*',
  '~~',
  '~~a ',
  '`',
  '`a``b```c',
  '```\n',
  '~~~a\n',
  '||',
  '||a ',
  '||a||',
  '|| ',
  '[',
  ']',
  '[a](',
  '[](',
  '[a](https://a.b/) ',
  '[*a*](https://a.b/(',
  '[[a](https://a.b/)',
  '[https://a.b/](https://c.d/',
  '>',
  '> ',
  '> *a\n',
  '- ',
  '- a\n',
  '1. - > ',
  '- a\n  - b\n',
  '1. a\n\n',
  'https://*a',
  '\\*&amp;',
  '**||~~[`> ',
];
/** An eighth of a whole body. */
const SHORT_BYTES = BODY_BYTES_MAX / 8;
const SMALL_MS = 1;

describe.each([...MARKDOWN, ...HOSTILE_SHAPES])('Markdown of %j', (shape) => {
  test('throws nothing, and costs at most 2.5 times as much for twice the length', () => {
    const [short, whole] = [hostileText(shape, SHORT_BYTES), hostileText(shape, BODY_BYTES_MAX)];
    for (const text of [short, whole]) tokensOf(text);
    if (leastMs(() => blocksOf(whole)) < SMALL_MS) return;
    expectRatio(
      () => blocksOf(whole),
      () => blocksOf(short),
      DOUBLING_MAX ** 3,
    );
  });
});

function messageLook(text: string): readonly boolean[] {
  const parts = shownParts(text);
  // A text longer than a few emoji is none of them: a slow start would hide there.
  return [mayBeTall(parts), isFewEmoji(parts), isFewEmoji([{ type: 'text', text: text.slice(0, 100) }])];
}

function expectCheap(show: Show, shape: string, bytes: number): void {
  const whole = hostileText(shape, bytes);
  const quarter = hostileText(shape, bytes / 4);
  const letters = 'a'.repeat(bytes);
  expectRatio(
    () => show(whole),
    () => show(quarter),
    DOUBLING_MAX ** 2,
  );
  // A function may be done with letters at once: what it costs to walk over them is allowed to everything.
  const plain = () => [show(letters), codePointCount(letters)];
  expectRatio(() => show(whole), plain, LETTERS_MAX);
}

function expectRatio(run: () => unknown, plain: () => unknown, most: number): void {
  expect(costRatio(run, plain, most)).toBeLessThanOrEqual(most);
}

describe('shared names', () => {
  test.each(HOSTILE_SHAPES)('%s', (shape) => {
    const hostile = hostileText(shape, NAME_BYTES_MAX - 4);
    const [few, many] = [people(hostile, 100), people(hostile, 800)];
    const plain = people('a'.repeat(NAME_BYTES_MAX - 4), 800);
    expectRatio(
      () => countNames(many),
      () => countNames(few),
      DOUBLING_MAX ** 3,
    );
    expectRatio(
      () => countNames(many),
      () => countNames(plain),
      LETTERS_MAX,
    );
  });
});

function countNames(many: readonly Person[]): boolean {
  const names = new SharedNames();
  for (const one of many) names.add(one);
  return names.isShared('');
}

function people(name: string, count: number): readonly Person[] {
  const look = { tag: '', colour: 0, emoji: [] };
  return Array.from({ length: count }, (_, i) => ({ idPk: `key ${i}`, name: `${i}${name}`, ...look }));
}
