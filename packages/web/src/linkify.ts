// Finds the links in a message's text. Only http, https and mailto; everything else stays text.

export type TextPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'link'; readonly text: string; readonly href: string };

const CANDIDATE = /\b(?:https?:\/\/|mailto:)[^\s<>"'`\p{Cc}]+/giu;
const CLOSERS: ReadonlyMap<string, string> = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
]);
const TRAILING = /[.,:;!?…*_~|»”’。，、！？]$/u;

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
  let end = candidate.length;
  for (;;) {
    const link = candidate.slice(0, end);
    const last = link.at(-1) ?? '';
    const opener = CLOSERS.get(last);
    const unopened = opener !== undefined && count(link, last) > count(link, opener);
    if (!unopened && !TRAILING.test(link)) return link;
    end--;
  }
}

function count(text: string, letter: string): number {
  return text.split(letter).length - 1;
}

// An address that hides its host behind a name and password is shown as text: it is made to be misread.
function safeHref(candidate: string): string | undefined {
  if (!URL.canParse(candidate)) return undefined;
  const url = new URL(candidate);
  if (url.protocol === 'mailto:') return url.pathname.includes('@') ? url.href : undefined;
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  return isWeb && url.username === '' && url.password === '' ? url.href : undefined;
}
