// What a poll comes to so far.

import type { Person, Poll } from '@mayfly/client';

type Tally = {
  /** How many people voted; each counts once, whatever they chose. */
  readonly voters: number;
  readonly options: readonly { readonly votes: number; readonly share: number }[];
};

/** `share`: the part of the voters who chose it, from 0 to 1. */
export function tallyOf({ options }: Pick<Poll, 'options'>): Tally {
  const people = new Set(options.flatMap(({ voters }) => voters.map(({ idPk }) => idPk)));
  return {
    voters: people.size,
    options: options.map(({ voters: { length: votes } }) => ({
      votes,
      share: votes === 0 ? 0 : votes / people.size,
    })),
  };
}

/** More of one option are counted. */
export const NAMED_MAX = 100;

/** The voters of an option to name, and how many there are besides. */
export function namedOf(voters: readonly Person[]): {
  readonly named: readonly Person[];
  readonly others: number;
} {
  const named = voters.slice(0, NAMED_MAX);
  return { named, others: voters.length - named.length };
}
