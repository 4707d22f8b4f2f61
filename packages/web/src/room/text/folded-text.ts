// Text as a search compares it: without case, accents, widths and what can't be seen.

import { shownText } from './shown-text.ts';

/** Accents, Hebrew points, Arabic vowel marks, and characters without a shape. */
const IGNORED =
  /[\u0300-\u036F\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7\u0640\u064B-\u065F\u0670\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]|[\uFE00-\uFE0F]/gu;
const ASCII = /^[\0-\x7F]*$/u;
const SPACE = /\s/gu;

/** Each character by itself, so a match in it has its place in the text. */
export function folded(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase().replace(SPACE, ' ');
  let all = '';
  for (const character of text) all += foldedCharacter(character);
  return all;
}

// By way of upper case: ß is SS there, and both sigmas are one.
function foldedCharacter(character: string): string {
  if (ASCII.test(character)) return character.toLowerCase().replace(SPACE, ' ');
  const plain = character.normalize('NFKD').replace(IGNORED, '');
  return plain.toUpperCase().toLowerCase().replace(IGNORED, '').replace(SPACE, ' ');
}

/** A part of a text around its first match. */
export type Excerpt = { readonly before: string; readonly match: string; readonly after: string };

const BEFORE = 24;
const AFTER = 120;
const CUT = '…';

/** `wanted` is folded. Without a match: how the text begins. */
export function excerptOf(text: string, wanted: string): Excerpt {
  const characters = Array.from(shownText(text));
  const range = matchIn(characters, wanted) ?? { start: 0, end: 0 };
  const from = range.start > BEFORE ? range.start - BEFORE : 0;
  const to = range.end + AFTER;
  const part = (start: number, end: number) => characters.slice(start, end).join('');
  return {
    before: (from > 0 ? CUT : '') + part(from, range.start),
    match: part(range.start, range.end),
    after: part(range.end, to) + (to < characters.length ? CUT : ''),
  };
}

function matchIn(characters: readonly string[], wanted: string) {
  let all = '';
  // For each unit of the folded text: the character it comes from.
  const origins: number[] = [];
  for (const [index, character] of characters.entries()) {
    const plain = foldedCharacter(character);
    for (let unit = 0; unit < plain.length; unit++) origins.push(index);
    all += plain;
  }
  const at = wanted === '' ? -1 : all.indexOf(wanted);
  const [start, last] = [origins[at], origins[at + wanted.length - 1]];
  return start === undefined || last === undefined ? undefined : { start, end: last + 1 };
}
