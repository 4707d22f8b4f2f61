// What a saved copy says: the messages that are shown, as plain words.

import type { Message } from '@mayfly/client';
import { shownText } from '../text/shown-text.ts';
import { counted, figure } from '../../words/quantities.ts';
import type { People } from './people.ts';
import { personName } from './person-name.ts';
import type { Timeline } from './timeline.ts';

/** One message of a copy. No text has a control character or what could reorder it. */
export type CopiedMessage = {
  readonly at: number;
  readonly own: boolean;
  readonly name: string;
  /** Undefined for a kind that this version can't show. */
  readonly text: string | undefined;
  readonly replyTo: string | undefined;
  readonly edited: boolean;
  /** Below the text, each on one line: a file's name, a poll's options, reactions. */
  readonly lines: readonly string[];
};

/** The messages of the log, in order: without unsent ones, and without those with a timer, which a copy would outlive. */
export function messagesToCopy({ blocks }: Timeline): readonly Message[] {
  const items = blocks.peek().flatMap((block) => block.items.peek());
  const bubbles = items.flatMap((item) => (item.type === 'turn' ? item.bubbles : []));
  const messages = bubbles.flatMap((bubble) => (bubble.type === 'message' ? [bubble.message] : []));
  return messages.filter(({ timer }) => timer === undefined);
}

export function copiedMessage(message: Message, people: Pick<People, 'isTagged'>): CopiedMessage {
  const { at, own, from, text, replyTo, edits = [], reactions, poll, file } = message;
  const options = poll?.options ?? [];
  return {
    at,
    own,
    name: personName(from, people),
    text: text === undefined ? undefined : shownText(text),
    replyTo: replyTo?.from && personName(replyTo.from, people),
    edited: edits.length > 0,
    lines: [
      ...(file === undefined ? [] : [file.name]),
      ...options.map((option) => `${onOneLine(option.text)}: ${counted(option.voters.length, VOTES)}`),
      ...reactions.map(({ emoji, people: by }) => `${emoji} ${figure(by.length)}`),
    ],
  };
}

function onOneLine(text: string): string {
  return shownText(text).replace(/\n+/gu, ' ');
}

const VOTES = { one: '{count} vote', other: '{count} votes' } as const;
