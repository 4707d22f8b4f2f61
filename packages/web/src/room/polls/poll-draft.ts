// A poll that is being written: its fields, and what is wrong with them.

import {
  OPTIONS_MAX,
  OPTIONS_MIN,
  OPTION_POINTS_MAX,
  type PollDraft,
  QUESTION_POINTS_MAX,
  hasVisibleText,
} from '@mayfly/client';
import { type Signal, signal } from '@preact/signals';
import { codePointCount } from '../model/draft-text.ts';
import type { RoomView } from '../model/room-view.ts';

/** `options`: as many as there are fields; empty ones aren't sent. */
export type PollFields = PollDraft;

export const NO_FIELDS: PollFields = { question: '', options: ['', ''], many: false };

/** `at`: the option. */
export type PollTrouble =
  | { readonly what: 'noQuestion' | 'longQuestion' | 'fewOptions' }
  | { readonly what: 'longOption' | 'sameOptions'; readonly at: number };

/** The last field is always empty, for one more option, while there may be more. */
export function withOption(fields: PollFields, at: number, text: string): PollFields {
  return withSpare({ ...fields, options: fields.options.map((old, index) => (index === at ? text : old)) });
}

/** Not the empty field at the end, nor one of the last two. */
export function canRemove({ options }: PollFields, at: number): boolean {
  return options.length > OPTIONS_MIN && (at < options.length - 1 || options[at] !== '');
}

export function withoutOption(fields: PollFields, at: number): PollFields {
  return withSpare({ ...fields, options: fields.options.filter((_, index) => index !== at) });
}

function withSpare(fields: PollFields): PollFields {
  const { options } = fields;
  const isMissing = options.length < OPTIONS_MIN || (options.at(-1) !== '' && options.length < OPTIONS_MAX);
  return isMissing ? withSpare({ ...fields, options: [...options, ''] }) : fields;
}

/** Below 0 if it is too long. */
export function questionLeft({ question }: PollFields): number {
  return QUESTION_POINTS_MAX - codePointCount(question.trim());
}

/** Below 0 if it is too long. */
export function optionLeft(option: string): number {
  return OPTION_POINTS_MAX - codePointCount(option.trim());
}

/** The first thing that keeps it from being sent. */
export function troubleWith(fields: PollFields): PollTrouble | undefined {
  if (!hasVisibleText(fields.question)) return { what: 'noQuestion' };
  if (questionLeft(fields) < 0) return { what: 'longQuestion' };
  const long = fields.options.findIndex((option) => optionLeft(option) < 0);
  if (long >= 0) return { what: 'longOption', at: long };
  const texts = fields.options.map((option) => option.trim());
  const same = texts.findIndex((text, at) => hasVisibleText(text) && texts.indexOf(text) < at);
  if (same >= 0) return { what: 'sameOptions', at: same };
  return pollOf(fields).options.length < OPTIONS_MIN ? { what: 'fewOptions' } : undefined;
}

/** What is sent. */
export function pollOf({ question, options, many }: PollFields): PollDraft {
  return {
    question: question.trim(),
    options: options.map((option) => option.trim()).filter((option) => hasVisibleText(option)),
    many,
  };
}

const drafts = new WeakMap<RoomView, Signal<PollFields>>();

/** The one of this room: it stays when the dialog is closed. */
export function pollDraftOf(view: RoomView): Signal<PollFields> {
  const draft = drafts.get(view) ?? signal(NO_FIELDS);
  drafts.set(view, draft);
  return draft;
}
