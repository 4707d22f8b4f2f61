// Which messages need the Markdown parser, and the parser when it is there.

import { LaterPart } from './later-part.ts';

/** Until it is loaded, messages show their source. */
export const richText = new LaterPart(() => import('./rich-text.ts'));

/** In the middle of a line. */
const MARKS = /\*[^]*\*|`|~~[^]+~~|\|\|[^]+\|\||\]\(/u;
/** At the start of a line: a quote, an item of a list, a fence. */
const LINE_STARTS = /^[ \t]*(?:>[ >]|- |\d{1,9}\. |~~~)/mu;

/** Cheap, and true too often rather than too seldom. */
export function mayHaveMarkdown(text: string): boolean {
  return MARKS.test(text) || LINE_STARTS.test(text);
}
