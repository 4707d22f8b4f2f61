// Which names need a tag beside them, because somebody else's reads the same.

import type { Person } from '@mayfly/client';
import { lookOf } from './name-look.ts';
import { shownName } from '../../words/room.ts';

/** The names, as they came, that a reader could take for another person's. */
export function sharedNames(people: Iterable<Person>): ReadonlySet<string> {
  const looks = new Map<string, string>();
  const firstWith = new Map<string, Person>();
  const shared = new Set<string>();
  for (const person of people) {
    const look = looks.get(person.name) ?? lookOf(shownName(person.name));
    looks.set(person.name, look);
    const first = firstWith.get(look);
    if (first === undefined) firstWith.set(look, person);
    else if (first.idPk !== person.idPk) shared.add(first.name).add(person.name);
  }
  return shared;
}
