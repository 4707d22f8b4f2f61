import { expect, test } from 'vitest';
import { strengthOf } from './passphrase-strength.ts';

test.each([
  ['', 'weak'],
  ['lakeside', 'weak'],
  ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'weak'],
  ['          x          ', 'weak'],
  ['boathouse 417', 'fair'],
  ['the boat is blue at dawn', 'strong'],
  ['🦋🌵🐙🍄🎻🐚🥕', 'weak'],
  ['x'.repeat(9_990) + 'abcdefghij', 'strong'],
])('%j is %s', (passphrase, strength) => {
  expect(strengthOf(passphrase)).toBe(strength);
});
