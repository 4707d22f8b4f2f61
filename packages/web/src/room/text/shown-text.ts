// From a message's body to the text on the page (TEXT-2 to TEXT-4).

import { hasVisibleText } from '@mayfly/client';
import { linkify, type TextPart } from './linkify.ts';

const LINE_BREAKS = /\r\n?|[\u0085\u2028\u2029]/gu;
/** Embeddings, overrides and isolates: they can make a text read in another order than it is written. */
const REORDERING = /[\u202A-\u202E\u2066-\u2069]/gu;
const CONTROLS = /[^\P{Cc}\t\n]/gu;

/** The body in pieces to draw; none where there is nothing to see. Links are found in the body as it came: one with something hidden in it is none. */
export function shownParts(body: string): readonly TextPart[] {
  if (!hasVisibleText(body)) return [];
  return linkify(body).map((part) => (part.type === 'text' ? { ...part, text: shownText(part.text) } : part));
}

/** Without what could make it read in another order than it is written. */
export function shownText(text: string): string {
  return withOneLineBreak(text).replace(REORDERING, '').replace(CONTROLS, '\uFFFD');
}

/** Every kind of line break as the same one. */
export function withOneLineBreak(text: string): string {
  return text.replace(LINE_BREAKS, '\n');
}
