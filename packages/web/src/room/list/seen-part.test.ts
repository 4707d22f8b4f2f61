import { expect, test } from 'vitest';
import { seenPart } from './seen-part.ts';

const PAGE = 844;

test('all of the page', () => {
  const view = { height: 844, offsetTop: 0, scale: 1 };
  expect(seenPart(view, PAGE)).toEqual({ top: 0, height: 844, below: 0 });
});

test('above a keyboard, and the page pushed up by some of it', () => {
  const view = { height: 508, offsetTop: 0, scale: 1 };
  expect(seenPart(view, PAGE)).toEqual({ top: 0, height: 508, below: 336 });
  expect(seenPart({ ...view, offsetTop: 200.4 }, PAGE)).toEqual({ top: 200, height: 508, below: 136 });
  expect(seenPart({ ...view, offsetTop: 336 }, PAGE)).toEqual({ top: 336, height: 508, below: 0 });
});

test('a bar of the browser is no keyboard', () => {
  expect(seenPart({ height: 760, offsetTop: 0, scale: 1 }, PAGE)).toEqual({ top: 0, height: 760, below: 0 });
});

test('a part that two fingers magnify: the page stays as it is', () => {
  const view = { height: 337.6, offsetTop: 300, scale: 2.5 };
  expect(seenPart(view, PAGE)).toEqual({ top: 0, height: 844, below: 0 });
});
