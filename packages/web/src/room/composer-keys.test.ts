import { expect, test } from 'vitest';
import { editsLast, sendsMessage } from './composer-keys.ts';

const enter = {
  key: 'Enter',
  keyCode: 13,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  isComposing: false,
};

test.each([
  ['Enter', {}, true, false],
  ['Shift Enter', { shiftKey: true }, false, false],
  ['Alt Enter', { altKey: true }, false, false],
  ['Ctrl Enter', { ctrlKey: true }, true, true],
  ['⌘ Enter', { metaKey: true }, true, true],
  ['Enter of an input method', { isComposing: true }, false, false],
  ['Ctrl Enter of an input method', { ctrlKey: true, isComposing: true }, false, false],
  ['Enter that ended a composition in Safari', { keyCode: 229 }, false, false],
  ['a letter', { key: 'e', keyCode: 69 }, false, false],
])('%s', (_, press, sendsWithKeyboard, sendsOnTouch) => {
  expect(sendsMessage({ ...enter, ...press }, false)).toBe(sendsWithKeyboard);
  expect(sendsMessage({ ...enter, ...press }, true)).toBe(sendsOnTouch);
});

test.each([
  ['↑ in an empty field', {}, '', true],
  ['↑ in a text', {}, 'hello', false],
  ['Shift ↑', { shiftKey: true }, '', false],
  ['↑ of an input method', { isComposing: true }, '', false],
  ['↓', { key: 'ArrowDown' }, '', false],
])('%s edits the last message: %s', (_, press, text, edits) => {
  expect(editsLast({ ...enter, key: 'ArrowUp', ...press }, text)).toBe(edits);
});
