// What a message says where it is shown once more: quoted, answered, pinned, as an earlier wording (TEXT-2, TEXT-3).

import { hasVisibleText } from '@mayfly/client';
import { roomTexts } from '../../words/room.ts';
import { shownText } from '../text/shown-text.ts';

/** More than fits on any line. */
const LENGTH_MAX = 500;
/** What a bubble hides until it is pressed. In a text that was cut, up to its end. */
const SPOILER = /\|\|(?=[^\s|])[^]*?[^\s|]\|\|/gu;
const SPOILER_CUT = /\|\|(?=[^\s|])(?:[^]*?[^\s|]\|\||[^]*$)/gu;
const HIDDEN = '▒▒▒';

/** On one line. `fileName` stands for a file without a caption. */
export function messageLine(text: string | undefined, fileName?: string): string {
  const said = text || fileName || text;
  if (said === undefined) return roomTexts.unsupported;
  return hasVisibleText(said) ? shownText(beginningOf(said.trimStart())) : roomTexts.emptyMessage;
}

function beginningOf(text: string): string {
  const spoiler = text.length > LENGTH_MAX ? SPOILER_CUT : SPOILER;
  return text.slice(0, LENGTH_MAX).replaceAll(spoiler, HIDDEN);
}

/** All of it. */
export function wholeText(text: string): string {
  return hasVisibleText(text) ? shownText(text) : roomTexts.emptyMessage;
}
