import type { Message } from '@mayfly/client';
import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Search } from './search.ts';
import { Timeline } from './timeline.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const typed = signal('');

function message(seq: number, text: string | undefined, name = 'Ann'): Message {
  const from = { idPk: name, name, tag: 'aaaa', colour: 0, emoji: [] };
  const marks = { own: false, clockOff: false, late: false, conflicting: false, pinned: false };
  return { key: `m${seq}`, seq, from, text, at: seq, missingBefore: 0, reactions: [], ...marks };
}

function searching(...texts: readonly (string | undefined)[]) {
  const timeline = new Timeline(0);
  timeline.addMessages(texts.map((text, index) => message(index + 1, text)));
  typed.value = '';
  return { timeline, search: new Search(timeline.blocks, typed) };
}

function found(search: Search, query: string): readonly string[] {
  typed.value = query;
  vi.runAllTimers();
  return search.hits.value.map(({ key }) => key);
}

test('finds texts whatever their case, accents and width, newest first', () => {
  const { search } = searching('the tripod', 'nothing', 'TRÍPODS', 'ｔｒｉｐｏｄ', undefined);
  expect(found(search, ' Tripod ')).toEqual(['m4', 'm3', 'm1']);
  expect(search.wanted.value).toBe('tripod');
  search[Symbol.dispose]();
});

test('finds the messages of a person by name, but nothing that runs from the name into the text', () => {
  const { search, timeline } = searching('hello');
  timeline.addMessages([message(2, 'hello', 'Jürgen')]);
  expect(found(search, 'jurgen')).toEqual(['m2']);
  expect(found(search, 'jurgen hello')).toEqual([]);
  search[Symbol.dispose]();
});

test('an empty search finds nothing, and no timer is left', () => {
  const { search } = searching('hello');
  expect(found(search, 'hello')).toEqual(['m1']);
  expect(found(search, ' ')).toEqual([]);
  expect(search.wanted.value).toBe('');
  typed.value = 'hello';
  search[Symbol.dispose]();
  expect(vi.getTimerCount()).toBe(0);
});

const option = (text: string) => ({ text, voters: [], own: false });

test('finds the options of a poll and the names of files, each by itself', () => {
  const { search, timeline } = searching();
  const poll = { many: false, closed: false, options: [option('North jetty'), option('Mill')] };
  timeline.addMessages([{ ...message(1, 'Where?'), poll: { ...poll, question: 'Where?' } }]);
  const file = { name: 'jetty.jpg', mime: 'image/jpeg', size: 5 };
  const bytes = { fid: new Uint8Array(), key: new Uint8Array(), hash: new Uint8Array() };
  const unsaid = {
    width: undefined,
    height: undefined,
    durationMs: undefined,
    wave: undefined,
    thumb: undefined,
  };
  const shared = { ...message(2, ''), file: { ...file, ...bytes, ...unsaid } };
  timeline.addMessages([shared]);
  expect(found(search, 'JETTY')).toEqual(['m2', 'm1']);
  expect(search.excerptOf(shared)).toEqual({ before: '', match: 'jetty', after: '.jpg' });
  expect(found(search, 'jetty mill')).toEqual([]);
  search[Symbol.dispose]();
});

test('next goes to older hits and around, previous back', () => {
  const { search } = searching('a1', 'a2', 'a3');
  found(search, 'a');
  const keys = ([1, 1, 1, 1, -1] as const).map((by) => search.step(by)?.key);
  expect(keys).toEqual(['m3', 'm2', 'm1', 'm3', 'm1']);
  found(search, 'a2');
  expect(search.current.value).toBeUndefined();
  expect(search.step(-1)?.key).toBe('m2');
  expect(found(search, 'zz')).toEqual([]);
  expect(search.step(1)).toBeUndefined();
  search[Symbol.dispose]();
});

test('a new message joins the hits, and the current one stays', () => {
  const { search, timeline } = searching('a1', 'a2');
  found(search, 'a');
  search.step(1);
  timeline.addMessages([message(3, 'a3')]);
  vi.runAllTimers();
  expect(search.hits.value.map(({ key }) => key)).toEqual(['m3', 'm2', 'm1']);
  expect(search.current.value?.key).toBe('m2');
  search[Symbol.dispose]();
});

test('a long history is searched in slices, and messages that arrive meanwhile don’t start it over', () => {
  const { search, timeline } = searching(...Array.from({ length: 64 }, (_, i) => `${i}`.padEnd(4000, 'é')));
  typed.value = '7é';
  let slices = 0;
  for (; vi.getTimerCount() > 0 && slices < 1000; slices++) {
    if (slices < 8) timeline.addMessages([message(100 + slices, 'xyz')]);
    vi.advanceTimersToNextTimer();
  }
  expect(search.hits.value).toHaveLength(6);
  // Twice through all: once, and once more for what arrived.
  expect(slices).toBeLessThan(2 * 40);
  expect(slices).toBeGreaterThan(2 * 20);
  search[Symbol.dispose]();
});

test('an excerpt is made once for each search, however often the hits are drawn', () => {
  const { search } = searching(`${'ü'.repeat(7_000)} tripod`);
  found(search, 'tripod');
  const [hit] = search.hits.value;
  if (hit === undefined) throw new Error('nothing was found');
  const excerpt = search.excerptOf(hit);
  expect(excerpt.match).toBe('tripod');
  search.step(1);
  expect(search.excerptOf(hit)).toBe(excerpt);
  found(search, 'tri');
  expect(search.excerptOf(hit).match).toBe('tri');
  search[Symbol.dispose]();
});
