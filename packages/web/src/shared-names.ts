// Which names need a tag beside them, because somebody else's reads the same.

import type { Person } from '@mayfly/client';
import { shownName } from './words/room.ts';

/** The names, as they came, that a reader could take for another person's. */
export function sharedNames(people: Iterable<Person>): ReadonlySet<string> {
  const looks = new Map<string, string>();
  const firstWith = new Map<string, Person>();
  const shared = new Set<string>();
  for (const person of people) {
    const look = looks.get(person.name) ?? lookOf(person.name);
    looks.set(person.name, look);
    const first = firstWith.get(look);
    if (first === undefined) firstWith.set(look, person);
    else if (first.idPk !== person.idPk) shared.add(first.name).add(person.name);
  }
  return shared;
}

// Signs without a look of their own (a zero-width space, a soft hyphen) and other forms of a letter make no other name.
function lookOf(name: string): string {
  return shownName(name)
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toLowerCase();
}
