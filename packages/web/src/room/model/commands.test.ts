import { expect, test } from 'vitest';
import { actionOf, readEntry } from './commands.ts';

const message = (text: string) => ({ what: 'message', text });

test.each([
  ['hello', message('hello')],
  ['\n/me waves \n', message('/me waves')],
  ['/ME waves', message('/ME waves')],
  ['/me', { what: 'incomplete', name: 'me' }],
  ['/nick Bob the 2nd', { what: 'command', name: 'nick', rest: 'Bob the 2nd' }],
  ['/nick', { what: 'incomplete', name: 'nick' }],
  ['/help', { what: 'command', name: 'help', rest: '' }],
  ['/poll', { what: 'command', name: 'poll', rest: '' }],
  ['/poll  Tea\nor coffee? ', { what: 'command', name: 'poll', rest: 'Tea\nor coffee?' }],
  ['/timer', { what: 'command', name: 'timer', rest: '' }],
  ['/clear', { what: 'command', name: 'clear', rest: '' }],
  ['/shrug', message('¯\\_(ツ)_/¯')],
  ['/shrug why not', message('why not ¯\\_(ツ)_/¯')],
  ['/frobnicate now', { what: 'unknown', name: 'frobnicate' }],
  ['/привет', { what: 'unknown', name: 'привет' }],
  ['/constructor', { what: 'unknown', name: 'constructor' }],
  ['//shrug', message('/shrug')],
  ['//me waves', message(' /me waves')],
  ['/usr/bin/env', message('/usr/bin/env')],
  ['// a comment', message('// a comment')],
  ['/', message('/')],
  ['/5 people', message('/5 people')],
  [' /nick Bob', message(' /nick Bob')],
  ['see /nick Bob', message('see /nick Bob')],
])('%j', (draft, entry) => {
  expect(readEntry(draft)).toEqual(entry);
});

test.each([
  ['/me waves', 'waves'],
  ['/me  **waves**\nand goes', '**waves**\nand goes'],
  ['/me', undefined],
  ['/me ', undefined],
  ['/meow at', undefined],
  [' /me waves', undefined],
  ['//me waves', undefined],
])('what someone does by %j is %j', (text, action) => {
  expect(actionOf(text)).toBe(action);
});

test('an escaped action is no action on any page', () => {
  const entry = readEntry('//me waves');
  expect(entry.what === 'message' && actionOf(entry.text)).toBe(undefined);
});
