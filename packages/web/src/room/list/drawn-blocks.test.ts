import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ShownBlock } from '../model/blocks.ts';
import { DrawnBlocks } from './drawn-blocks.ts';

const blocks = (from: number, to: number): readonly ShownBlock[] =>
  Array.from({ length: to - from }, (_, i) => ({ key: from + i, items: signal([]) }));

function later(run: () => void): Disposable {
  const timer = setTimeout(run);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

function open(shown: readonly ShownBlock[]) {
  const all = signal(shown);
  const drawn = new DrawnBlocks(all, later);
  return { all, drawn, keys: () => drawn.shown.value.map(({ key }) => key) };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test('the newest three are drawn at once, and one more in each slice, newest first', () => {
  const { drawn, keys } = open(blocks(0, 7));
  const seen = [keys()];
  for (; !drawn.isWhole.value; seen.push(keys())) vi.advanceTimersToNextTimer();
  expect(seen).toEqual([
    [4, 5, 6],
    [3, 4, 5, 6],
    [2, 3, 4, 5, 6],
    [0, 1, 2, 3, 4, 5, 6],
  ]);
});

test('what is drawn stays, wherever many others come', () => {
  const first = blocks(10, 12);
  const { all, keys } = open(first);
  all.value = [...blocks(0, 4), ...first, ...blocks(20, 30)];
  expect(keys()).toEqual([10, 11, 27, 28, 29]);
  vi.advanceTimersToNextTimer();
  expect(keys()).toEqual([10, 11, 26, 27, 28, 29]);
  all.value = [...all.value, ...blocks(30, 31)];
  expect(keys()).toEqual([10, 11, 26, 27, 28, 29, 30]);
  vi.runAllTimers();
  expect(keys()).toEqual(all.value.map(({ key }) => key));
});

test('a single block in the middle waits for no slice, and one that goes is not drawn', () => {
  const [first, ...others] = blocks(0, 6);
  const { all, drawn, keys } = open(others);
  vi.runAllTimers();
  if (first !== undefined) all.value = [first, ...others.slice(1)];
  expect(keys()).toEqual([0, 2, 3, 4, 5]);
  expect(drawn.isWhole.value).toBe(true);
});

test('disposed, it draws nothing more', () => {
  const { drawn, keys } = open(blocks(0, 20));
  drawn[Symbol.dispose]();
  vi.runAllTimers();
  expect(keys()).toEqual([17, 18, 19]);
});
