// docs/vectors/bodies.json: what every kind of body says, and what fits none.

import { describe, expect, test } from 'vitest';
import vectors from '../../../../docs/vectors/bodies.json' with { type: 'json' };
import { type Content, contentOf } from './content.ts';
import { type PollBody, readPoll, writePoll } from './poll.ts';
import { isEmoji, plainEmoji } from './reaction.ts';
import { readVote, writeVote } from './vote.ts';

const REF = Uint8Array.from({ length: 16 }, (_, i) => i);

type Vector = {
  readonly ctype: number;
  readonly ref?: boolean;
  readonly flags?: number;
  readonly body: string;
};

function contentIn({ ctype, ref = false, flags = ref ? 1 : 0, body }: Vector): Content {
  return contentOf({ ctype, flags, ...(ref && { ref: REF }), body });
}

describe('BODY-1 to BODY-3: a body says what the file says', () => {
  test.each(vectors.bodies)('$name', ({ says, ...vector }) => {
    expect(contentIn(vector)).toEqual(vector.ref ? { ...says, ref: vectors.ref } : says);
  });
});

describe('ENV-5, BODY-1: what fits no kind is unsupported', () => {
  test.each(vectors.misfits)('$name', (vector) => {
    expect(contentIn(vector)).toEqual({ kind: 'unsupported' });
  });
});

describe('BODY-2: one emoji', () => {
  test.each(vectors.emoji)('%s is one', (emoji) => {
    expect(isEmoji(emoji)).toBe(true);
  });

  test.each(vectors.not_emoji)('%j is not', (text) => {
    expect(isEmoji(text)).toBe(false);
  });

  test('the wish for colour makes no difference', () => {
    expect(plainEmoji('❤️')).toBe(plainEmoji('❤'));
  });
});

test('BODY-3: a poll reads as it was written', () => {
  const poll: PollBody = { question: 'Where?', options: ['here', '"there"'], many: true };
  expect(readPoll(writePoll(poll))).toEqual(poll);
});

test('BODY-1: a vote is written with rising digits, none twice', () => {
  expect(writeVote({ chosen: [9, 0, 3, 0] })).toBe('039');
  expect(readVote(writeVote({ chosen: [] }))).toEqual({ chosen: [] });
  expect(readVote(writeVote('close'))).toBe('close');
});
