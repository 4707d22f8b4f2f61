// Says who is typing.

import type { Person } from '@mayfly/client';
import { composingTexts } from '../../words/composing.ts';
import { roomTexts } from '../../words/room.ts';
import { pieces } from '../../words/sentence.ts';
import { AuthorName } from '../list/author-name.tsx';
import type { People } from '../model/people.ts';

type TypingProps = { readonly who: readonly Person[]; readonly people: People };

export function TypingPeople({ who, people }: TypingProps) {
  const nameOf = (someone: Person | undefined) => {
    if (someone === undefined) return roomTexts.someone;
    const { person, introduced } = people.known(someone);
    return introduced ? <AuthorName person={person} people={people} /> : roomTexts.someone;
  };
  const words = composingTexts.typing;
  const [name, second] = [nameOf(who[0]), nameOf(who[1])];
  if (who.length === 1) return <>{pieces(words.one, { name })}</>;
  if (who.length === 2) return <>{pieces(words.two, { name, second })}</>;
  return <>{words.more}</>;
}
