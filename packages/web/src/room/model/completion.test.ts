import type { Member } from '@mayfly/client';
import { describe, expect, test } from 'vitest';
import { OFFERED_MAX, commandsFor, peopleFor, triggerAt } from './completion.ts';

const at = (text: string) => triggerAt(text.replace('|', ''), text.indexOf('|'));

const member = (name: string, tag = 'abcd', you = false): Member => ({
  idPk: name + tag,
  name,
  tag,
  colour: 0,
  emoji: [],
  you,
  owner: false,
  powers: 0,
  away: false,
  introduced: true,
});

describe('completion begins', () => {
  test.each([
    ['hi @|', { what: 'mention', from: 3, query: '' }],
    ['@an|na', { what: 'mention', from: 0, query: 'an' }],
    ['(@Ann Le|', { what: 'mention', from: 1, query: 'Ann Le' }],
    ['/|', { what: 'command', from: 0, query: '' }],
    ['/ni|', { what: 'command', from: 0, query: 'ni' }],
    ['so :sm|', { what: 'emoji', from: 3, query: 'sm' }],
    [':+1|', { what: 'emoji', from: 0, query: '+1' }],
  ])('at %j', (text, trigger) => {
    expect(at(text)).toEqual(trigger);
  });

  test.each([
    '|',
    '|@',
    'ann@exam|',
    '@@a|',
    '@ann\nhi|',
    '/nick B|',
    ' /ni|',
    'a/ni|',
    ':s|',
    'http://ex|',
    '10:30|',
    'std::vec|',
    ':-)|',
    `@${'x'.repeat(200)}|`,
  ])('not at %j', (text) => {
    expect(at(text)).toBe(undefined);
  });
});

describe('offered are', () => {
  const members = [
    member('Joan Ann'),
    member('Ann', 'k3fa'),
    member('Ann', 'zz99'),
    member('Me', 'mine', true),
    member('.*'),
    member('Zoë'),
  ];
  const offered = (query: string) => peopleFor(query, members).map(({ name, tag }) => `${name}·${tag}`);

  test('people whose name begins like the query, then those with such a word in it, never oneself', () => {
    expect(offered('an')).toEqual(['Ann·k3fa', 'Ann·zz99', 'Joan Ann·abcd']);
    expect(offered('ANN·Z')).toEqual(['Ann·zz99']);
    expect(offered('zoe')).toEqual(['Zoë·abcd']);
    expect(offered('.')).toEqual(['.*·abcd']);
    expect(offered('me')).toEqual([]);
    expect(offered('\uD83D')).toEqual([]);
    expect(offered('')).toHaveLength(5);
  });

  test(`at most ${OFFERED_MAX} people`, () => {
    expect(
      peopleFor(
        '',
        Array.from({ length: 50 }, (_, i) => member(`Ann ${i}`)),
      ),
    ).toHaveLength(OFFERED_MAX);
  });

  test('commands that begin like the query', () => {
    expect(commandsFor('')).toEqual(['me', 'nick', 'shrug', 'poll', 'timer', 'clear', 'help']);
    expect(commandsFor('S')).toEqual(['shrug']);
    expect(commandsFor('x')).toEqual([]);
  });
});

test.each(['@', ':', '/', '@ ', ': a', '\u202E@'])('of 16 KB of %j only the end counts', (piece) => {
  const text = piece.repeat(16_000 / piece.length);
  for (let caret = 0; caret <= text.length; caret += 101) triggerAt(text, caret);
  expect(triggerAt(text, text.length)?.query ?? '').toBe(piece === '@ ' ? ' ' : '');
});
