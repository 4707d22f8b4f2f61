// Which messages speak of people, and what marks them when it is there.

import { withStyle } from '../../browser/later-style.ts';
import { LaterPart } from '../text/later-part.ts';
import style from './named-text-part.css?url';

/** Until it is loaded, messages are drawn as typed. */
export const namedText = new LaterPart(() => withStyle(import('./named-text.ts'), style));

const NAMES_SOMEONE = /@|^\/me\s/iu;

/** Cheap, and true too often rather than too seldom. */
export function mayNameSomeone(text: string): boolean {
  return NAMES_SOMEONE.test(text);
}
