// The name under which a file is sent (BODY-4).

import { utf8 } from '@mayfly/protocol';
import { FILE_NAME_BYTES_MAX, FILE_NAME_UNFIT, NAMELESS } from '../content/file.ts';
import { hasVisibleText } from '../visible-text.ts';

const EVERY_UNFIT = new RegExp(FILE_NAME_UNFIT.source, 'gu');
const ENDING = /\.[^.]{1,12}$/u;

/** What doesn't fit is left out; of a long name the middle, so its ending still says what it is. */
export function cleanFileName(name: string): string {
  const clean = name.replace(EVERY_UNFIT, '').trim();
  const ending = ENDING.exec(clean)?.[0] ?? '';
  let stem = Array.from(clean.slice(0, clean.length - ending.length)).slice(0, FILE_NAME_BYTES_MAX);
  while (utf8(stem.join('') + ending).length > FILE_NAME_BYTES_MAX) stem = stem.slice(0, -1);
  const fitting = stem.join('') + ending;
  return hasVisibleText(fitting) ? fitting : NAMELESS;
}
