import { expect, test } from 'vitest';
import { ParsedTexts } from './parsed-texts.ts';

function countingTexts() {
  const parsed: string[] = [];
  const texts = new ParsedTexts((text) => {
    parsed.push(text);
    return [{ type: 'text', text }];
  });
  return { texts, parsed };
}

test('a text is parsed once, however often its bubble renders', () => {
  const { texts, parsed } = countingTexts();
  const first = texts.partsOf('a', 'hello');
  expect(texts.partsOf('a', 'hello')).toBe(first);
  texts.partsOf('b', 'hello');
  expect(parsed).toEqual(['hello', 'hello']);
});

test('another text of the same message is parsed anew', () => {
  const { texts } = countingTexts();
  texts.partsOf('a', 'hello');
  expect(texts.partsOf('a', 'hello again')).toEqual([{ type: 'text', text: 'hello again' }]);
});

test('no more than 5,000 are kept, the newest', () => {
  const { texts, parsed } = countingTexts();
  for (let i = 0; i <= 5000; i++) texts.partsOf(`key ${i}`, 'x');
  texts.partsOf('key 1', 'x');
  expect(parsed.length).toBe(5001);
  texts.partsOf('key 0', 'x');
  expect(parsed.length).toBe(5002);
});
