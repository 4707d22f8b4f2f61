// A person's name in their color, with the tag where two people share the name.

import type { Person } from '@mayfly/client';
import type { People } from '../model/people.ts';
import { roomTexts, shownName } from '../../words/room.ts';
import { safetyEmoji } from './safety-emoji-loader.ts';

type AuthorNameProps = { readonly person: Person; readonly people: People };

/** A long name is cut at its end, in its own direction: hence `dir` on the element that is cut. */
export function AuthorName({ person, people }: AuthorNameProps) {
  const name = shownName(person.name);
  if (!people.isTagged(person)) {
    return (
      <bdi class="name" dir="auto" data-hue={people.hueOf(person)}>
        {name}
      </bdi>
    );
  }
  return (
    <span class="name name--tagged" data-hue={people.hueOf(person)}>
      <bdi dir="auto">{name}</bdi>
      <span class="name__tag" role="img" aria-label={roomTexts.tag(person.tag)}>
        {` ‹${person.tag}›`}
      </span>
    </span>
  );
}

export function Avatar({ person, people }: AuthorNameProps) {
  const [first] = person.emoji;
  return (
    <span class="avatar" aria-hidden="true" data-hue={people.hueOf(person)}>
      {first !== undefined && safetyEmoji.loaded.value?.emojiOf(first).glyph}
    </span>
  );
}
