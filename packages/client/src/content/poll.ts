// The body of a poll (BODY-3), as JSON.

import { field, flag, listOf, parseJsonObject } from '@mayfly/protocol';

export const QUESTION_POINTS_MAX = 200;
export const OPTION_POINTS_MAX = 100;
export const OPTIONS_MIN = 2;
export const OPTIONS_MAX = 10;

export type PollBody = {
  readonly question: string;
  readonly options: readonly string[];
  /** A person may choose several. */
  readonly many: boolean;
};

export function writePoll({ question, options, many }: PollBody): string {
  return JSON.stringify({ question, options, many });
}

export function readPoll(body: string): PollBody | undefined {
  const object = parseJsonObject(body);
  if (object === undefined) return undefined;
  const question = textWithin(field(object, 'question'), QUESTION_POINTS_MAX);
  const options = readOptions(field(object, 'options'));
  const many = flag(field(object, 'many'));
  return question === undefined || options === undefined || many === undefined
    ? undefined
    : { question, options, many };
}

function readOptions(value: unknown): readonly string[] | undefined {
  const options = listOf(value, OPTIONS_MAX, (option) => textWithin(option, OPTION_POINTS_MAX));
  return options !== undefined && options.length >= OPTIONS_MIN ? options : undefined;
}

function textWithin(value: unknown, max: number): string | undefined {
  return typeof value === 'string' && value !== '' && fitsPoints(value, max) ? value : undefined;
}

/** Whether a text has at most `max` code points. */
export function fitsPoints(text: string, max: number): boolean {
  return Array.from(text).length <= max;
}
