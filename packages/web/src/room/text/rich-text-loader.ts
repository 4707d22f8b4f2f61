// Loads the Markdown parser with the first message that needs it.

import { signal } from '@preact/signals';
import { background } from '../../background.ts';

type RichText = typeof import('./rich-text.ts');

/** Undefined until it is loaded: messages show their source. */
export const richText = signal<RichText | undefined>(undefined);

let isAsked = false;

/** In the middle of a line. */
const MARKS = /\*[^]*\*|`|~~[^]+~~|\|\|[^]+\|\||\]\(/u;
/** At the start of a line: a quote, an item of a list, a fence. */
const LINE_STARTS = /^[ \t]*(?:>[ >]|- |\d{1,9}\. |~~~)/mu;

/** Cheap, and true too often rather than too seldom. */
export function mayHaveMarkdown(text: string): boolean {
  return MARKS.test(text) || LINE_STARTS.test(text);
}

export function wantRichText(): void {
  if (isAsked) return;
  isAsked = true;
  background(load());
}

/** Where the server doesn't answer, messages keep showing their source, and the next one asks again. */
async function load(): Promise<void> {
  try {
    richText.value = await import('./rich-text.ts');
  } catch {
    isAsked = false;
  }
}
