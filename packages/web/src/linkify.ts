// Finds the links in a message's text. Only http, https and mailto; everything else stays text.

import { attempt } from './browser.ts';

export type TextPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'link'; readonly text: string; readonly href: string };

const CANDIDATE = /\b(?:https?:\/\/|mailto:)[^\s<>"'`\p{Cc}]+/giu;
const TRAILING: ReadonlySet<string> = new Set('.,:;!?…*_~|»”’。，、！？');
const OPENER_OF: ReadonlyMap<string, string> = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
]);
/** DNS allows 253 characters. Browsers take time that grows with the square of a host's length to convert one. */
const HOST_CHARACTERS_MAX = 255;
const HOST = /^https?:\/\/([^/?#]*)/iu;

/** The text in order, nothing lost: joining all `text` gives the message again. */
export function linkify(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const found of text.matchAll(CANDIDATE)) {
    const shown = withoutTrailing(found[0]);
    const href = safeHref(shown);
    if (href === undefined) continue;
    if (found.index > at) parts.push({ type: 'text', text: text.slice(at, found.index) });
    parts.push({ type: 'link', text: shown, href });
    at = found.index + shown.length;
  }
  if (at < text.length) parts.push({ type: 'text', text: text.slice(at) });
  return parts;
}

// A sentence's own punctuation is not part of the link, nor is a bracket opened before it.
function withoutTrailing(candidate: string): string {
  const counts = countBrackets(candidate);
  let end = candidate.length;
  for (; end > 0; end--) {
    const last = candidate.charAt(end - 1);
    const opener = OPENER_OF.get(last);
    const unopened = opener !== undefined && (counts.get(last) ?? 0) > (counts.get(opener) ?? 0);
    if (!unopened && !TRAILING.has(last)) break;
    if (unopened) counts.set(last, (counts.get(last) ?? 0) - 1);
  }
  return candidate.slice(0, end);
}

function countBrackets(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const bracket of text.match(/[()[\]{}]/gu) ?? []) counts.set(bracket, (counts.get(bracket) ?? 0) + 1);
  return counts;
}

// An address that hides its host behind a name and password is shown as text: it is made to be misread.
function safeHref(candidate: string): string | undefined {
  if ((HOST.exec(candidate)?.[1] ?? '').length > HOST_CHARACTERS_MAX) return undefined;
  const url = attempt(() => new URL(candidate));
  if (url === undefined) return undefined;
  if (url.protocol === 'mailto:') return url.pathname.includes('@') ? url.href : undefined;
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  return isWeb && url.username === '' && url.password === '' ? url.href : undefined;
}
