import { expect, test } from 'vitest';
import { costRatio } from '../../../../client/src/testing/cost.ts';
import { HOSTILE_SHAPES, hostileText } from '../../../../client/src/testing/hostile-text.ts';
import { messageLine, wholeText } from './message-line.ts';

test.each([
  ['hello', undefined, 'hello'],
  ['\n\n  hello', undefined, 'hello'],
  ['\u202Ehttps://evil.example/moc.knab//:sptth', undefined, 'https://evil.example/moc.knab//:sptth'],
  ['a\u2067b\u0007', undefined, 'ab\uFFFD'],
  ['\u200B\u3164', undefined, 'Empty message'],
  ['', undefined, 'Empty message'],
  ['', 'dawn.png', 'dawn.png'],
  ['at dawn', 'dawn.png', 'at dawn'],
  ['he ||dies|| and ||she\nlives||', undefined, 'he ▒▒▒ and ▒▒▒'],
  ['a || b || c, if (a||b)', undefined, 'a || b || c, if (a||b)'],
  [undefined, undefined, 'This message needs a newer version of the page. Reload to read it.'],
])('TEXT-2, TEXT-3: of %j with the file %j it is %j', (text, fileName, line) => {
  expect(messageLine(text, fileName)).toBe(line);
});

test('a spoiler that is cut is hidden to its end', () => {
  expect(messageLine(`he ||${'dies '.repeat(200)}|| now`)).toBe('he ▒▒▒');
});

test('TEXT-2, TEXT-3: all of a text, line breaks too', () => {
  expect(wholeText('a\u202E\r\nb')).toBe('a\nb');
  expect(wholeText('\u200B')).toBe('Empty message');
});

test.each(HOSTILE_SHAPES)('%s: short, at little cost', (shape) => {
  const text = hostileText(shape, 16_000);
  expect(messageLine(text).length).toBeLessThanOrEqual(500);
  const ratio = costRatio(
    () => messageLine(text),
    () => Array.from('a'.repeat(16_000)).length,
    100,
  );
  expect(ratio).toBeLessThanOrEqual(100);
});
