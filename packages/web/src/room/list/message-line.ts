// What a message says where it is shown once more: quoted, answered, pinned, as an earlier wording (TEXT-2, TEXT-3).

import { hasVisibleText } from '@mayfly/client';
import { roomTexts } from '../../words/room.ts';
import { shownText } from '../text/shown-text.ts';

/** More than fits on any line. */
const LENGTH_MAX = 500;

/** On one line. `fileName` stands for a file without a caption. */
export function messageLine(text: string | undefined, fileName?: string): string {
  const said = text || fileName || text;
  if (said === undefined) return roomTexts.unsupported;
  return hasVisibleText(said) ? shownText(said.trimStart().slice(0, LENGTH_MAX)) : roomTexts.emptyMessage;
}

/** All of it. */
export function wholeText(text: string): string {
  return hasVisibleText(text) ? shownText(text) : roomTexts.emptyMessage;
}
