// What a message with Markdown is made of.

import type { Link, TextPart } from './linkify.ts';

/** The name of someone the text speaks of. `look`: its classes; `hue`: the color of their name. */
export type Named = {
  readonly type: 'named';
  readonly look: string;
  readonly text: string;
  readonly hue?: number;
};

export type Inline =
  | TextPart
  | Named
  | { readonly type: 'bold' | 'italic' | 'struck' | 'spoiler'; readonly children: readonly Inline[] }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'named-link'; readonly link: Link; readonly children: readonly Inline[] };

export type Block =
  | { readonly type: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly type: 'quote'; readonly children: readonly Block[] }
  /** Without `start` its items are not numbered. */
  | {
      readonly type: 'list';
      readonly start: number | undefined;
      readonly items: readonly (readonly Block[])[];
    }
  | { readonly type: 'code-block'; readonly language: string; readonly text: string };

/** The text alone. */
export function inlineText(nodes: readonly Inline[]): string {
  return nodes.map(textOf).join('');
}

function textOf(node: Inline): string {
  if ('text' in node) return node.text;
  return 'children' in node ? inlineText(node.children) : node.before + node.host + node.after;
}
