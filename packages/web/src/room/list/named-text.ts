// Marks who a text speaks of: mentions, and `/me waves` as what its author does. Loaded with the first such message.

import type { Person } from '@mayfly/client';
import { shownName } from '../../words/room.ts';
import { actionOf } from '../model/commands.ts';
import { mentionsIn } from '../model/mentions.ts';
import type { People } from '../model/people.ts';
import type { RoomView } from '../model/room-view.ts';
import type { TextPart } from '../text/linkify.ts';
import type { Block, Inline, Named } from '../text/rich-nodes.ts';
import type { Body } from './bubble-text.tsx';

/** The parts of a text's source, and its Markdown where it has some. */
type Drawn = {
  readonly parts: readonly (TextPart | Named)[];
  readonly blocks: readonly Block[] | undefined;
};

/** As it is drawn: `/me waves` as what its author does. */
export function drawnOf(
  { texts, people }: Pick<RoomView, 'texts' | 'people'>,
  { key, text, from }: Body,
): Drawn {
  const action = from === undefined ? undefined : actionOf(text);
  const [as, shown] = action === undefined ? [key, text] : [`${key} /me`, action];
  const named = namesMarked({ parts: texts.partsOf(as, shown), blocks: texts.blocksOf(as, shown) }, people);
  return from === undefined || action === undefined ? named : doneBy(from, named, people);
}

function doneBy(actor: Person, named: Drawn, people: People): Drawn {
  const name: Named = { type: 'named', look: 'actor', text: nameOf(actor, people), hue: people.hueOf(actor) };
  const start = [name, { type: 'text', text: ' ' }] as const;
  return {
    parts: [...start, ...named.parts],
    blocks: named.blocks && blocksAfter(start, named.blocks),
  };
}

function namesMarked({ parts, blocks }: Drawn, people: People): Drawn {
  const mark = (text: string) => markText(text, people);
  return {
    parts: parts.flatMap((part): Drawn['parts'] => (part.type === 'text' ? mark(part.text) : [part])),
    blocks: blocks?.map((block) => markBlock(block, mark)),
  };
}

type MarkText = (text: string) => readonly (Named | Extract<TextPart, { type: 'text' }>)[];

function markBlock(block: Block, mark: MarkText): Block {
  switch (block.type) {
    case 'paragraph':
      return { ...block, children: markInlines(block.children, mark) };
    case 'quote':
      return { ...block, children: block.children.map((child) => markBlock(child, mark)) };
    case 'list':
      return { ...block, items: block.items.map((item) => item.map((child) => markBlock(child, mark))) };
    case 'code-block':
      return block;
  }
}

/** Code and links stay what they are. */
function markInlines(nodes: readonly Inline[], mark: MarkText): readonly Inline[] {
  return nodes.flatMap((node): readonly Inline[] => {
    if (node.type === 'text') return mark(node.text);
    if (node.type === 'bold' || node.type === 'italic' || node.type === 'struck')
      return [{ ...node, children: markInlines(node.children, mark) }];
    return [node];
  });
}

function markText(text: string, people: People): ReturnType<MarkText> {
  const me = people.you.value?.idPk;
  const parts: (Named | Extract<TextPart, { type: 'text' }>)[] = [];
  let end = 0;
  for (const mention of mentionsIn(text, people.everyone.value)) {
    if (mention.start > end) parts.push({ type: 'text', text: text.slice(end, mention.start) });
    const isMe = mention.people.some(({ idPk }) => idPk === me);
    parts.push({
      type: 'named',
      look: isMe ? 'mention mention--me' : 'mention',
      text: text.slice(mention.start, mention.end),
    });
    end = mention.end;
  }
  if (end < text.length) parts.push({ type: 'text', text: text.slice(end) });
  return parts;
}

/** In the first paragraph, or in one before all. */
function blocksAfter(start: readonly Inline[], blocks: readonly Block[]): readonly Block[] {
  const [first, ...others] = blocks;
  if (first?.type !== 'paragraph') return [{ type: 'paragraph', children: start }, ...blocks];
  return [{ type: 'paragraph', children: [...start, ...first.children] }, ...others];
}

function nameOf(person: Person, people: People): string {
  const name = shownName(person.name);
  return people.isTagged(person) ? `${name} ‹${person.tag}›` : name;
}
