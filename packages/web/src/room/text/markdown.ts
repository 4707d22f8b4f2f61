// The Markdown of messages: a part of CommonMark, and spoilers. What is not in it stays as typed.

import MarkdownIt, { type Ruler, type StateBlock, type StateInline, type Token } from 'markdown-it';
import { linkAt, wholeLink } from './linkify.ts';

/** Below it, nothing is parsed. Deeper than the page shows, so that what goes deeper is noticed. */
const NESTING_MAX = 40;

const QUOTE = /^>[ >]/u;
const ITEM = /^(?:-|\d{1,9}\.)[ \t]+\S/u;
const SCHEME_BEFORE = /\b(?:https?|mailto)$/iu;
const SCHEME_LENGTH_MAX = 7;
/** Any of them may start something. */
const PLAIN = /[^\n*:[\]`|~]+/uy;
const SPOILER = /\|\|(?=[^\s|])([^]*?[^\s|])\|\|/uy;
const SPOILER_MARK = '||';
/** They could make the text of a link read as another one. */
const DIRECTIONS = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;

const all = new MarkdownIt();
const markdown = new MarkdownIt('zero', { html: false, maxNesting: NESTING_MAX });

const { block, inline } = markdown;
block.ruler.enable(['fence', 'blockquote', 'list']);
inline.ruler.enable(['backticks', 'strikethrough', 'emphasis', 'link']);
inline.ruler2.enable(['strikethrough', 'emphasis']);

const quote = ruleOf(all.block.ruler, 'blockquote');
const list = ruleOf(all.block.ruler, 'list');

block.ruler.at(
  'blockquote',
  (state, line, ...rest) => startsWith(state, line, QUOTE) && quote(state, line, ...rest),
  { alt: ['paragraph', 'blockquote', 'list'] },
);
block.ruler.at(
  'list',
  (state, line, ...rest) => startsWith(state, line, ITEM) && list(state, line, ...rest),
  { alt: ['paragraph', 'blockquote'] },
);
block.ruler.before('paragraph', 'unmarked line', endsBlock, { alt: ['paragraph', 'blockquote'] });

inline.ruler.at('text', plainText);
inline.ruler.at('link', namedLink);
inline.ruler.push('spoiler', spoiler);
inline.ruler.push('autolink', address);

/** Throws only by a fault of the parser. */
export function tokensOf(source: string): readonly Token[] {
  return markdown.parse(source, {});
}

function ruleOf<Args extends unknown[], Result>(
  ruler: Ruler<Args, Result>,
  name: string,
): (...args: Args) => Result {
  ruler.enableOnly(name);
  const [rule] = ruler.getRules('');
  if (rule === undefined) throw new Error(`no rule ${name}`);
  return rule;
}

function startsWith(state: StateBlock, line: number, mark: RegExp): boolean {
  const start = (state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0);
  return mark.test(state.src.slice(start, Math.min(start + 100, state.eMarks[line] ?? start)));
}

/** People answer on the line below a quote or a list: it is not part of it, as it is in CommonMark. */
function endsBlock(state: StateBlock, line: number, _end: number, silent: boolean): boolean {
  return silent && (state.parentType === 'blockquote' || (state.sCount[line] ?? 0) < state.blkIndent);
}

function plainText(state: StateInline, silent: boolean): boolean {
  PLAIN.lastIndex = state.pos;
  const found = PLAIN.exec(state.src)?.[0].slice(0, state.posMax - state.pos) ?? '';
  if (found === '') return false;
  if (!silent) state.pending += found;
  state.pos += found.length;
  return true;
}

/** `[text](address)`. Pictures, and addresses that are not ours, stay as typed. */
function namedLink(state: StateInline, silent: boolean): boolean {
  const { src, pos, posMax } = state;
  if (src[pos] !== '[' || src[pos - 1] === '!' || state.linkLevel > 0) return false;
  const labelEnd = labelEndOf(state);
  if (labelEnd === pos + 1 || labelEnd >= posMax || src[labelEnd + 1] !== '(') return false;
  const target = state.md.helpers.parseLinkDestination(src, labelEnd + 2, posMax);
  const link = src.slice(labelEnd + 2, target.pos);
  if (!target.ok || target.pos >= posMax || src[target.pos] !== ')' || wholeLink(link) === undefined)
    return false;
  if (DIRECTIONS.test(src.slice(pos, labelEnd))) return false;
  if (!silent) {
    state.linkLevel++;
    inside(state, 'link', [pos + 1, labelEnd]).content = link;
    state.linkLevel--;
  }
  state.pos = target.pos + 1;
  state.posMax = posMax;
  return true;
}

const brackets = new WeakMap<StateInline, ReadonlyMap<number, number>>();

/** By the brackets alone: an address or code in the text of a link does not go on behind it. One pass for all links. */
function labelEndOf(state: StateInline): number {
  const known = brackets.get(state) ?? bracketsOf(state.src);
  brackets.set(state, known);
  return known.get(state.pos) ?? Infinity;
}

function bracketsOf(text: string): ReadonlyMap<number, number> {
  const ends = new Map<number, number>();
  const open: number[] = [];
  for (const { 0: bracket, index } of text.matchAll(/[[\]]/gu)) {
    if (bracket === '[') open.push(index);
    else ends.set(open.pop() ?? -1, index);
  }
  return ends;
}

/** From these places on, there is no end of a spoiler, and no link up to there. */
const noSpoilerFrom = new WeakMap<StateInline, number>();
const noLinkUpTo = new WeakMap<StateInline, number>();

function spoiler(state: StateInline, silent: boolean): boolean {
  const { src, pos, posMax } = state;
  if (!src.startsWith(SPOILER_MARK, pos) || pos >= (noSpoilerFrom.get(state) ?? Infinity)) return false;
  SPOILER.lastIndex = pos;
  const [all = '', hidden = ''] = SPOILER.exec(src) ?? [];
  if (all === '' && !/[\s|]/u.test(src[pos + 2] ?? ' ')) noSpoilerFrom.set(state, pos);
  if (all === '' || pos + all.length > posMax) return false;
  const start = pos + SPOILER_MARK.length;
  if (!silent) inside(state, 'spoiler', [start, start + hidden.length]);
  state.pos = pos + all.length;
  state.posMax = posMax;
  return true;
}

function inside(state: StateInline, type: string, [start, end]: readonly [number, number]): Token {
  const open = state.push(`${type}_open`, '', 1);
  state.pos = start;
  state.posMax = end;
  state.md.inline.tokenize(state);
  state.push(`${type}_close`, '', -1);
  return open;
}

/** At the colon behind a scheme: marks in an address are part of it. */
function address(state: StateInline, silent: boolean): boolean {
  const { src, pos, posMax } = state;
  if (src[pos] !== ':' || state.linkLevel > 0 || pos < (noLinkUpTo.get(state) ?? 0)) return false;
  const scheme = SCHEME_BEFORE.exec(src.slice(Math.max(0, pos - SCHEME_LENGTH_MAX), pos))?.[0];
  if (scheme === undefined) return false;
  const found = linkAt(src.slice(0, posMax), pos - scheme.length);
  if (found === undefined) return false;
  const { link, end, linkEnd = end } = found;
  if (link === undefined || (!silent && !state.pending.endsWith(scheme))) {
    noLinkUpTo.set(state, end);
    return false;
  }
  if (!silent) {
    state.pending = state.pending.slice(0, -scheme.length);
    state.push('address', '', 0).content = src.slice(pos - scheme.length, linkEnd);
  }
  state.pos = linkEnd;
  return true;
}
