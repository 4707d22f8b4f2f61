// What a key press means while no field has the focus.

import { codePointCount } from './model/draft-text.ts';

type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'isComposing'>;

/** Whether the press types something. Space doesn't count: it scrolls, and presses buttons. */
export function writesText(press: Press): boolean {
  if (press.ctrlKey || press.metaKey || press.altKey || press.isComposing || press.key === ' ') return false;
  return press.key === 'Dead' || codePointCount(press.key) === 1;
}

/** How many pages to scroll; negative is up. */
export function pagesOf(press: Press): -1 | 0 | 1 {
  if (press.ctrlKey || press.metaKey || press.altKey || press.shiftKey) return 0;
  if (press.key === 'PageUp') return -1;
  return press.key === 'PageDown' ? 1 : 0;
}
