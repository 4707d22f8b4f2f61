// The order of the tray, and which caption goes with which file.

import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import { captionsOf, withMoved } from './tray-items.ts';

function captions(below: string, ...own: readonly string[]) {
  return captionsOf(
    own.map((text) => ({ caption: signal(text) })),
    below,
  );
}

test('an item goes to any place, and the others keep their order', () => {
  expect(withMoved(['a', 'b', 'c'], 'a', 2)).toEqual(['b', 'c', 'a']);
  expect(withMoved(['a', 'b', 'c'], 'c', 0)).toEqual(['c', 'a', 'b']);
  expect(withMoved(['a', 'b', 'c'], 'b', 1)).toEqual(['a', 'b', 'c']);
});

test('what is written below goes with the first file that has no caption of its own', () => {
  expect(captions('below', '', '', '')).toEqual(['below', '', '']);
  expect(captions('below', ' own ', '', 'third')).toEqual(['own', 'below', 'third']);
  expect(captions('', 'own', '')).toEqual(['own', '']);
  // Nothing that was written is lost.
  expect(captions('below', 'first', 'second')).toEqual(['first\nbelow', 'second']);
  expect(captions('below')).toEqual([]);
});
