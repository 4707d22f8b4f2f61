// The texts of a poll as they are shown: on one line, in the order in which they are written.

import { hasVisibleText } from '@mayfly/client';
import { shownText } from '../text/shown-text.ts';

/** Undefined if there is nothing to see. */
export function seenText(text: string): string | undefined {
  return hasVisibleText(text) ? shownText(text) : undefined;
}
