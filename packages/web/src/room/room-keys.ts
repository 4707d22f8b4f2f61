// What a key press means in a room when no field has the focus.

import { codePointCount } from './model/draft-text.ts';

type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'isComposing'>;

/** The press writes something. Space does not: it scrolls, and presses buttons. */
export function writesText(press: Press): boolean {
  if (press.ctrlKey || press.metaKey || press.altKey || press.isComposing || press.key === ' ') return false;
  return press.key === 'Dead' || codePointCount(press.key) === 1;
}

/** How many pages of the log a press asks for: up is below 0. */
export function pagesOf(press: Press): -1 | 0 | 1 {
  if (press.ctrlKey || press.metaKey || press.altKey || press.shiftKey) return 0;
  if (press.key === 'PageUp') return -1;
  return press.key === 'PageDown' ? 1 : 0;
}
