import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { newPassphrase, wordList } from './passphrase-words.ts';

/** As published, before each word: five throws of a die. */
const throws = (i: number) => [1296, 216, 36, 6, 1].map((place) => 1 + (Math.floor(i / place) % 6)).join('');

test('the words are those of the EFF’s large list, in its order', () => {
  const words = wordList();
  const published = words.map((word, i) => `${throws(i)}\t${word}\n`).join('');
  expect(words).toHaveLength(6 ** 5);
  expect(createHash('sha256').update(published).digest('hex')).toBe(
    'addd35536511597a02fa0a9ff1e5284677b8883b83e986e43f15a3db996b903e',
  );
});

test('five words, all equally likely: numbers that would favor some are drawn again', () => {
  const words = wordList();
  const fair = 2 ** 32 - (2 ** 32 % words.length);
  const draws = [fair, 2 ** 32 - 1, 0, words.length + 1, fair - 1, 7, 3 * words.length];
  expect(newPassphrase(() => draws.shift() ?? expect.unreachable())).toBe(
    [0, 1, words.length - 1, 7, 0].map((i) => words[i]).join(' '),
  );
  expect(newPassphrase().split(' ')).toHaveLength(5);
  expect(newPassphrase()).not.toBe(newPassphrase());
});
