// Finds the links in a message's text. Only http, https and mailto; everything else stays text (TEXT-4).

import { attempt } from '../../browser/browser.ts';
import { isReadableHost } from './readable-host.ts';

export type TextPart =
  | { readonly type: 'text'; readonly text: string }
  /** Shown as `before`, `host` and `after`. Where the host is spelled in a way to misread, it is not as it came. */
  | {
      readonly type: 'link';
      readonly before: string;
      readonly host: string;
      readonly after: string;
      readonly href: string;
    };

export type Link = Extract<TextPart, { type: 'link' }>;

/** `end`: where the search goes on. Without `link` there is none up to there. */
type Found = { readonly end: number; readonly link?: Link; readonly linkEnd?: number };

const CJK_PUNCTUATION =
  '\\u3001-\\u3003\\u3008-\\u3011\\u3014-\\u301F\\uFF01-\\uFF0F\\uFF1A-\\uFF20\\uFF3B-\\uFF40\\uFF5B-\\uFF65';
const OUTSIDE = `\\p{White_Space}<>"\`${CJK_PUNCTUATION}`;

const SCHEME = /\b(?:https?:\/\/|mailto:)/giu;
const SCHEME_HERE = new RegExp(SCHEME.source, 'iuy');
const AUTHORITY = new RegExp(`[^/?#\\\\${OUTSIDE}]+`, 'uy');
const PATH = new RegExp(`[^${OUTSIDE}]+`, 'uy');
const MAIL_ADDRESS = /[!#-;=?-_a-~]+/uy;
const HOST_AND_PORT = /^(\[[\d:.a-f]+\]|[\p{L}\p{M}\p{N}._-]+)(?::\d+)?/iu;

/** Without a look of their own, or there to change the look of what follows. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;
const TRAILING: ReadonlySet<string> = new Set(".,:;!?…*~|'‘’“”«»([{");
const OPENER_OF: ReadonlyMap<string, string> = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
]);
/** DNS allows 253 characters. Browsers take time that grows with the square of a host's length to convert one. */
const HOST_CHARACTERS_MAX = 255;
/** Each is an element to draw, and a message has room for 1,700. */
const LINKS_MAX = 200;

/** The text in order, nothing lost. */
export function linkify(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let partEnd = 0;
  let links = 0;
  SCHEME.lastIndex = 0;
  while (links < LINKS_MAX) {
    const scheme = SCHEME.exec(text);
    if (scheme === null) break;
    const { end, link, linkEnd = end } = findLink(text, scheme[0], SCHEME.lastIndex);
    SCHEME.lastIndex = end;
    if (link === undefined) continue;
    links++;
    if (scheme.index > partEnd) parts.push({ type: 'text', text: text.slice(partEnd, scheme.index) });
    parts.push(link);
    partEnd = linkEnd;
  }
  if (partEnd < text.length) parts.push({ type: 'text', text: text.slice(partEnd) });
  return parts;
}

/** What is found where a scheme begins; undefined where none does. */
export function linkAt(text: string, at: number): Found | undefined {
  SCHEME_HERE.lastIndex = at;
  const scheme = SCHEME_HERE.exec(text)?.[0];
  return scheme === undefined ? undefined : findLink(text, scheme, SCHEME_HERE.lastIndex);
}

/** The link that the text is, from its first letter to its last. */
export function wholeLink(text: string): Link | undefined {
  const found = linkAt(text, 0);
  return (found?.linkEnd ?? found?.end) === text.length ? found?.link : undefined;
}

function findLink(text: string, scheme: string, start: number): Found {
  return scheme.endsWith('/') ? findWebLink(text, scheme, start) : findMailLink(text, scheme, start);
}

function findMailLink(text: string, scheme: string, start: number): Found {
  const candidate = matchAt(MAIL_ADDRESS, text, start);
  const after = withoutTrailing(candidate);
  const href = attempt(() => new URL(scheme + after))?.href;
  const end = start + candidate.length;
  if (href === undefined || !after.includes('@')) return { end };
  return {
    end,
    link: { type: 'link', before: scheme + after, host: '', after: '', href },
    linkEnd: start + after.length,
  };
}

// An address that hides its host behind a name and password is shown as text: it is made to be misread.
function findWebLink(text: string, scheme: string, start: number): Found {
  const authority = matchAt(AUTHORITY, text, start);
  const [hostAndPort] = HOST_AND_PORT.exec(authority) ?? [];
  const isWhole = hostAndPort === authority;
  const candidate = isWhole ? authority + matchAt(PATH, text, start + authority.length) : authority;
  const end = start + candidate.length;
  if (hostAndPort === undefined || authority.includes('@') || HIDDEN.test(withoutTrailing(candidate)))
    return { end };
  // A host ends where no host can go on, whatever follows.
  const address = withoutTrailing(isWhole ? candidate : hostAndPort);
  const link = webLink(scheme, address);
  if (link === undefined) return { end };
  return { end: isWhole ? end : start + hostAndPort.length, link, linkEnd: start + address.length };
}

function webLink(scheme: string, address: string): Link | undefined {
  const written = HOST_AND_PORT.exec(address)?.[1] ?? '';
  if (written.length > HOST_CHARACTERS_MAX) return undefined;
  const url = attempt(() => new URL(scheme + address));
  if (url === undefined) return undefined;
  const host = isReadableHost(written, url.hostname) ? written : url.hostname;
  return { type: 'link', before: scheme, host, after: address.slice(written.length), href: url.href };
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  const sticky = pattern;
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0] ?? '';
}

// A sentence's own punctuation is not part of the link, nor is a bracket opened before it.
function withoutTrailing(candidate: string): string {
  const counts = countBrackets(candidate);
  let end = candidate.length;
  for (; end > 0; end--) {
    const last = candidate.charAt(end - 1);
    const opener = OPENER_OF.get(last);
    const unopened = opener !== undefined && (counts.get(last) ?? 0) > (counts.get(opener) ?? 0);
    if (!unopened && !TRAILING.has(last) && !HIDDEN.test(last)) break;
    counts.set(last, (counts.get(last) ?? 0) - 1);
  }
  return candidate.slice(0, end);
}

function countBrackets(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const bracket of text.match(/[()[\]{}]/gu) ?? []) counts.set(bracket, (counts.get(bracket) ?? 0) + 1);
  return counts;
}
