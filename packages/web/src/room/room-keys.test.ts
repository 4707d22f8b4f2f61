import { expect, test } from 'vitest';
import { pagesOf, writesText } from './room-keys.ts';

const press = {
  key: 'e',
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  isComposing: false,
};

test.each([
  ['a letter', {}, true],
  ['a capital', { key: 'E', shiftKey: true }, true],
  ['a figure', { key: '7' }, true],
  ['a letter of another script', { key: 'ש' }, true],
  ['a letter outside the first plane', { key: '𐐷' }, true],
  ['an accent that waits for its letter', { key: 'Dead' }, true],
  ['Space', { key: ' ' }, false],
  ['Enter', { key: 'Enter' }, false],
  ['Escape', { key: 'Escape' }, false],
  ['F5', { key: 'F5' }, false],
  ['ArrowUp', { key: 'ArrowUp' }, false],
  ['Ctrl C', { key: 'c', ctrlKey: true }, false],
  ['⌘ C', { key: 'c', metaKey: true }, false],
  ['Alt F', { key: 'f', altKey: true }, false],
  ['a letter of an input method', { isComposing: true }, false],
])('%s', (_, more, writes) => {
  expect(writesText({ ...press, ...more })).toBe(writes);
});

test.each([
  ['PageUp', {}, -1],
  ['PageDown', {}, 1],
  ['PageUp', { shiftKey: true }, 0],
  ['PageDown', { ctrlKey: true }, 0],
  ['ArrowDown', {}, 0],
])('%s with %o scrolls the log by %i pages', (key, more, pages) => {
  expect(pagesOf({ ...press, key, ...more })).toBe(pages);
});
