// From the Markdown of a message to nodes to draw. Loaded with the first message that needs it.

import { hasVisibleText } from '@mayfly/client';
import type { Token } from 'markdown-it';
import { attempt } from '../../browser/browser.ts';
import { linkify, wholeLink } from './linkify.ts';
import { tokensOf } from './markdown.ts';
import { type Block, type Inline, inlineText } from './rich-nodes.ts';
import { shownText, withOneLineBreak } from './shown-text.ts';

const NESTING_MAX = 20;
const TOKENS_MAX = 4000;

/** A token, and those between it and the one that closes it. */
type Branch = { readonly token: Token; readonly children: readonly Branch[] };

/** Undefined where the source is better shown as it is: too much of it, too deep, or nothing to see in what it makes. */
export function blocksOf(body: string): readonly Block[] | undefined {
  return attempt(() => {
    const tokens = tokensOf(withOneLineBreak(body));
    if (!isModest(tokens)) return undefined;
    const blocks = blocksIn(branchesOf(tokens));
    return hasVisibleText(blocks.map(blockText).join('')) ? blocks : undefined;
  });
}

function isModest(tokens: readonly Token[]): boolean {
  let count = tokens.length;
  for (const { level, children } of tokens) {
    count += children?.length ?? 0;
    const deepest = (children ?? []).reduce((most, inner) => Math.max(most, inner.level), 0);
    if (level + deepest > NESTING_MAX) return false;
  }
  return count <= TOKENS_MAX;
}

function branchesOf(tokens: readonly Token[]): readonly Branch[] {
  const root: Branch[] = [];
  const path = [root];
  for (const token of tokens) {
    if (token.nesting < 0) {
      path.pop();
      continue;
    }
    const children: Branch[] = [];
    path.at(-1)?.push({ token, children });
    if (token.nesting > 0) path.push(children);
  }
  return root;
}

function blocksIn(branches: readonly Branch[]): readonly Block[] {
  return branches.map(blockOf);
}

function blockOf({ token, children }: Branch): Block {
  switch (token.type) {
    case 'blockquote_open':
      return { type: 'quote', children: blocksIn(children) };
    case 'bullet_list_open':
      return { type: 'list', start: undefined, items: itemsIn(children) };
    case 'ordered_list_open':
      return { type: 'list', start: Number(token.attrGet('start') ?? 1), items: itemsIn(children) };
    case 'fence':
      return { type: 'code-block', language: languageOf(token), text: codeOf(token) };
    default:
      return {
        type: 'paragraph',
        children: children.flatMap((line) => inlinesIn(line.token.children ?? [])),
      };
  }
}

function itemsIn(items: readonly Branch[]): readonly (readonly Block[])[] {
  return items.map(({ children }) => blocksIn(children));
}

function languageOf({ info }: Token): string {
  return shownText(info.trim().split(/\s/u)[0] ?? '');
}

function codeOf({ content }: Token): string {
  return shownText(content.replace(/\n$/u, ''));
}

function inlinesIn(tokens: readonly Token[]): readonly Inline[] {
  return branchesOf(tokens).flatMap(inlineOf);
}

function inlineOf({ token, children }: Branch): readonly Inline[] {
  const inner = children.flatMap(inlineOf);
  switch (token.type) {
    case 'strong_open':
      return [{ type: 'bold', children: inner }];
    case 'em_open':
      return [{ type: 'italic', children: inner }];
    case 's_open':
      return [{ type: 'struck', children: inner }];
    case 'spoiler_open':
      return [{ type: 'spoiler', children: inner }];
    case 'code_inline':
      return [{ type: 'code', text: shownText(token.content) }];
    case 'address':
      return linkify(token.content);
    case 'link_open':
      return namedLink(token.content, inner);
    default:
      return token.content === '' ? [] : [{ type: 'text', text: shownText(token.content) }];
  }
}

function namedLink(address: string, children: readonly Inline[]): readonly Inline[] {
  const link = wholeLink(address);
  return link === undefined ? children : [{ type: 'named-link', link, children }];
}

function blockText(block: Block): string {
  switch (block.type) {
    case 'paragraph':
      return inlineText(block.children);
    case 'quote':
      return block.children.map(blockText).join('');
    case 'list':
      return block.items.flat().map(blockText).join('');
    case 'code-block':
      return block.text;
  }
}
