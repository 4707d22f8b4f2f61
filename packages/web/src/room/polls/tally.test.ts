import type { Person } from '@mayfly/client';
import { expect, test } from 'vitest';
import { NAMED_MAX, namedOf, tallyOf } from './tally.ts';

const person = (name: string): Person => ({ idPk: name, name, tag: 'k3fa', colour: 0, emoji: [] });
const option = (...voters: readonly string[]) => ({ text: 'x', own: false, voters: voters.map(person) });

test('without votes, no option has a share', () => {
  expect(tallyOf({ options: [option(), option()] })).toEqual({
    voters: 0,
    options: [
      { votes: 0, share: 0 },
      { votes: 0, share: 0 },
    ],
  });
});

test('people with several votes count once, so the shares may add up to more than all', () => {
  expect(tallyOf({ options: [option('a', 'b'), option('b', 'c', 'd'), option()] })).toEqual({
    voters: 4,
    options: [
      { votes: 2, share: 0.5 },
      { votes: 3, share: 0.75 },
      { votes: 0, share: 0 },
    ],
  });
});

test('of 500 voters the first are named, in the order in which they voted', () => {
  const { voters } = option(...Array.from({ length: 500 }, (_, at) => `${at}`));
  const { named, others } = namedOf(voters);
  expect([named.length, others]).toEqual([NAMED_MAX, 500 - NAMED_MAX]);
  expect(named.at(0)?.name).toBe('0');
  expect(namedOf(voters.slice(0, NAMED_MAX)).others).toBe(0);
  expect(tallyOf({ options: [option(), { ...option(), voters }] }).options[1]).toEqual({
    votes: 500,
    share: 1,
  });
});
