// A person's name as a plain text.

import type { Person } from '@mayfly/client';
import { shownName } from '../../words/room.ts';
import type { People } from './people.ts';

/** With the tag where another has the name, too. */
export function personName(person: Person, people: Pick<People, 'isTagged'>): string {
  const name = shownName(person.name);
  return people.isTagged(person) ? `${name} ‹${person.tag}›` : name;
}
