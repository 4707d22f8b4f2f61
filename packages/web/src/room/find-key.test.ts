import { expect, test } from 'vitest';
import { asksToFind } from './find-key.ts';

const NONE = { key: 'f', code: 'KeyF', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

test.each([
  ['Ctrl+F', { ctrlKey: true }, false, true],
  ['Ctrl+F with caps lock', { ctrlKey: true, key: 'F' }, false, true],
  ['Ctrl+F on a Russian keyboard', { ctrlKey: true, key: 'а' }, false, true],
  ['⌘F on a Mac', { metaKey: true }, true, true],
  ['F', {}, false, false],
  ['Ctrl+F on a Mac: one character forward', { ctrlKey: true }, true, false],
  ['Ctrl+Shift+F', { ctrlKey: true, shiftKey: true }, false, false],
  ['AltGr+F', { ctrlKey: true, altKey: true }, false, false],
  ['Ctrl+U on a Dvorak keyboard, at the place of the F', { ctrlKey: true, key: 'u' }, false, false],
])('%s', (_, press, isMac, asks) => {
  expect(asksToFind({ ...NONE, ...press }, isMac)).toBe(asks);
});
