import { expect, test } from 'vitest';
import { asksForMenu, stepOf } from './message-keys.ts';

const press = (key: string, more = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});

test('arrows go from message to message; with another key they are the browser’s', () => {
  expect(stepOf(press('ArrowUp'))).toBe(-1);
  expect(stepOf(press('ArrowDown'))).toBe(1);
  expect(stepOf(press('PageDown'))).toBeUndefined();
  for (const key of ['ctrlKey', 'metaKey', 'altKey', 'shiftKey'])
    expect(stepOf(press('ArrowUp', { [key]: true }))).toBeUndefined();
});

test('the menu key and Shift+F10 ask for the menu', () => {
  expect(asksForMenu(press('ContextMenu'))).toBe(true);
  expect(asksForMenu(press('F10', { shiftKey: true }))).toBe(true);
  expect(asksForMenu(press('F10'))).toBe(false);
});
