// Somebody's name in their colour, with the tag where two people share the name.

import type { Person } from '@mayfly/client';
import { roomTexts, shownName } from '../words/room.ts';

/** One of eight colours; the same person has the same on every page. */
export function hueOf(person: Person): number {
  return (person.colour % 8) + 1;
}

type AuthorNameProps = { readonly person: Person; readonly tagged: boolean };

export function AuthorName({ person, tagged }: AuthorNameProps) {
  return (
    <span class={tagged ? 'name name--tagged' : 'name'} data-hue={hueOf(person)}>
      <bdi dir="auto">{shownName(person.name)}</bdi>
      {tagged && (
        <span class="name__tag" role="img" aria-label={roomTexts.tag(person.tag)}>
          {` ‹${person.tag}›`}
        </span>
      )}
    </span>
  );
}

export function Avatar({ person }: { readonly person: Person }) {
  return (
    <span class="av" aria-hidden="true" data-hue={hueOf(person)}>
      {person.emoji[0]?.glyph}
    </span>
  );
}
