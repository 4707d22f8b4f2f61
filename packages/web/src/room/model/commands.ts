// What a draft asks for: most are messages, and some that begin with a slash are commands.

import { trimmedDraft } from './draft-text.ts';

/** In the order in which they are offered. */
export const COMMANDS = ['me', 'nick', 'shrug', 'poll', 'timer', 'clear', 'help'] as const;

export type CommandName = (typeof COMMANDS)[number];

/** Nothing is written behind these. */
export const PLAIN_COMMANDS: ReadonlySet<CommandName> = new Set(['timer', 'clear', 'help']);

export type Entry =
  | { readonly what: 'message'; readonly text: string }
  | { readonly what: 'command'; readonly name: Exclude<CommandName, 'me' | 'shrug'>; readonly rest: string }
  /** With nothing behind it. */
  | { readonly what: 'incomplete'; readonly name: 'me' | 'nick' }
  | { readonly what: 'unknown'; readonly name: string };

const COMMAND = /^\/(\/?)(\p{L}+)(?:\s+([^]*))?$/u;
/** `/me` is sent as it is, and drawn as what the person does. */
const ACTION = /^\/me[^\S\n]+(\S[^]*)$/iu;
const SHRUG = '¯\\_(ツ)_/¯';

/** Two slashes escape a command. */
export function readEntry(draft: string): Entry {
  const text = trimmedDraft(draft);
  const [, escape, word = '', rest = ''] = COMMAND.exec(text) ?? [];
  if (escape === undefined) return { what: 'message', text };
  if (escape !== '') return { what: 'message', text: escaped(text.slice(1)) };
  const name = commandOf(word);
  switch (name) {
    case undefined:
      return { what: 'unknown', name: word };
    case 'me':
      return rest === '' ? { what: 'incomplete', name } : { what: 'message', text };
    case 'shrug':
      return { what: 'message', text: rest === '' ? SHRUG : `${rest} ${SHRUG}` };
    case 'nick':
      return rest === '' ? { what: 'incomplete', name } : { what: 'command', name, rest };
    case 'poll':
    case 'timer':
    case 'clear':
    case 'help':
      return { what: 'command', name, rest };
  }
}

/** Whether a command is called so. */
export function isCommand(word: string): boolean {
  return commandOf(word) !== undefined;
}

/** What the author does, by a text like `/me waves`; undefined for other texts. */
export function actionOf(text: string): string | undefined {
  return ACTION.exec(text)?.[1];
}

// With a blank before it, no page takes it for an action.
function escaped(text: string): string {
  return actionOf(text) === undefined ? text : ` ${text}`;
}

function commandOf(word: string): CommandName | undefined {
  return COMMANDS.find((name) => name === word.toLowerCase());
}
