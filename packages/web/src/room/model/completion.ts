// What the composer offers to complete, by the text before the caret. Reads only as much of it as a name can be long.

import type { Member } from '@mayfly/client';
import { NAME_POINTS_MAX } from '@mayfly/protocol';
import { folded } from '../text/folded-text.ts';
import { COMMANDS, type CommandName } from './commands.ts';
import { foldedName, opensMention } from './mentions.ts';

/** `from`: where the `@`, `:` or `/` is; `query`: what follows it. */
export type Trigger = {
  readonly what: 'mention' | 'emoji' | 'command';
  readonly from: number;
  readonly query: string;
};

/** More would hide the messages. */
export const OFFERED_MAX = 6;

const COMMAND = /^\/(\p{L}*)$/u;
const CODE = /(?:^|[^\p{L}\p{N}:_/])(:[\p{L}\p{N}_+-]{2,})$/u;
const WINDOW_UNITS = 2 * NAME_POINTS_MAX + 1;

/** `caret`: in UTF-16 units. */
export function triggerAt(text: string, caret: number): Trigger | undefined {
  const start = Math.max(0, caret - WINDOW_UNITS);
  const before = text.slice(start, caret);
  const command = start === 0 ? COMMAND.exec(before)?.[1] : undefined;
  if (command !== undefined) return { what: 'command', from: 0, query: command };
  const code = CODE.exec(before)?.[1];
  if (code !== undefined) return { what: 'emoji', from: caret - code.length, query: code.slice(1) };
  const at = before.lastIndexOf('@');
  const query = before.slice(at + 1);
  if (at < 0 || !opensMention(text, start + at) || query.includes('\n')) return undefined;
  return { what: 'mention', from: start + at, query };
}

/** Commands that begin like this. */
export function commandsFor(query: string): readonly CommandName[] {
  return COMMANDS.filter((name) => name.startsWith(query.toLowerCase()));
}

/** Others whose name, or a word of it, begins like this; first those whose name does. */
export function peopleFor(query: string, members: readonly Member[]): readonly Member[] {
  const wanted = folded(query);
  const others = members.filter(({ you }) => !you).map((member) => ({ member, name: calledBy(member) }));
  const first = others.filter(({ name }) => name.startsWith(wanted));
  const later = others.filter(({ name }) => !name.startsWith(wanted) && name.includes(` ${wanted}`));
  return [...first, ...later].slice(0, OFFERED_MAX).map(({ member }) => member);
}

function calledBy({ name, tag }: Member): string {
  return folded(`${foldedName(name)}·${tag}`);
}
