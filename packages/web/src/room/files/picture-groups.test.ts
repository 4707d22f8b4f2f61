// Pictures that are sent together are drawn together; everything else stands as it did.

import type { Outgoing, SharedFile } from '@mayfly/client';
import { expect, test } from 'vitest';
import type { Bubble } from '../model/turns.ts';
import { pictureGroups } from './picture-groups.ts';

const FILE: SharedFile = {
  fid: new Uint8Array(16),
  key: new Uint8Array(32),
  size: 100,
  hash: new Uint8Array(32),
  name: 'a.png',
  mime: 'image/png',
  width: undefined,
  height: undefined,
  durationMs: undefined,
  wave: undefined,
  thumb: undefined,
};

function bubble(key: string, at: number, rest: Partial<Outgoing> = { file: FILE }): Bubble {
  return { type: 'outgoing', outgoing: { key, at, text: '', state: 'sending', ...rest } };
}

function keysOf(bubbles: readonly Bubble[]) {
  return pictureGroups(bubbles).map((group) =>
    group.map((one) => (one.type === 'outgoing' ? one.outgoing.key : '')).join(''),
  );
}

test('pictures within ten seconds of the one before', () => {
  expect(keysOf([bubble('a', 0), bubble('b', 9_000), bubble('c', 18_000), bubble('d', 28_000)])).toEqual([
    'abc',
    'd',
  ]);
});

test('what has words, answers something or is no picture stands by itself', () => {
  const text = bubble('t', 1, { text: 'hello' });
  const captioned = bubble('c', 2, { file: FILE, text: 'look' });
  const answer = bubble('r', 3, { file: FILE, replyTo: {} });
  const drawing = bubble('s', 4, { file: { ...FILE, mime: 'image/svg+xml' } });
  expect(keysOf([bubble('a', 0), text, bubble('b', 1), captioned, answer, drawing, bubble('d', 5)])).toEqual([
    'a',
    't',
    'b',
    'c',
    'r',
    's',
    'd',
  ]);
});
