// docs/vectors/bodies.json: what every kind of body says, and what fits none.

import { toHex } from '@mayfly/protocol';
import { describe, expect, test } from 'vitest';
import vectors from '../../../../docs/vectors/bodies.json' with { type: 'json' };
import { type Content, contentOf } from './content.ts';
import { CTYPE } from './ctype.ts';
import { fileNameFits, readFile, writeFile } from './file.ts';
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

/** Byte strings as hex. */
function spelled(content: Content): unknown {
  const json = JSON.stringify(content, (_, value: unknown) =>
    value instanceof Uint8Array ? toHex(value) : value,
  );
  return JSON.parse(json);
}

describe('BODY-1 to BODY-5: a body says what the file says', () => {
  test.each(vectors.bodies)('$name', ({ says, ...vector }) => {
    expect(spelled(contentIn(vector))).toEqual(vector.ref ? { ...says, ref: vectors.ref } : says);
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

test('BODY-4: a file reads as it was written', () => {
  for (const { ctype, body } of vectors.bodies) {
    const read = ctype === CTYPE.file ? readFile(body) : undefined;
    if (read !== undefined) expect(readFile(writeFile(read.file, read.text))).toEqual(read);
  }
});

test('TEXT-2, BODY-4: a name with nothing to see is none', () => {
  const body = vectors.bodies.find(({ ctype }) => ctype === CTYPE.file)?.body ?? '{}';
  const named = (name: string) => readFile(JSON.stringify({ ...JSON.parse(body), name }))?.file.name;
  for (const name of ['\u3164', '\u200B\u0301', ' \u2800']) expect(named(name)).toBe('file');
  expect(named('\u200B.pdf')).toBe('\u200B.pdf');
});

test('BODY-4: names of 200 bytes in any script, but no longer ones', () => {
  expect(fileNameFits('語'.repeat(66))).toBe(true);
  expect(fileNameFits('語'.repeat(67))).toBe(false);
  expect(fileNameFits('a'.repeat(10_000))).toBe(false);
});
