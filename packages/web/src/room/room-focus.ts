// Where the focus may go by itself.

import { mediaMatches } from '../browser/browser.ts';

/** A finger is the pointer, so an on-screen keyboard would cover the messages. */
export function isTouch(): boolean {
  return mediaMatches('(pointer: coarse)');
}
