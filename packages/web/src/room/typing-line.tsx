// Who is typing, above the composer. Its place is always there, so nothing moves, and it isn't read out.

import type { Person } from '@mayfly/client';
import { pieces } from '../words/sentence.ts';
import { roomTexts } from '../words/room.ts';
import { AuthorName } from './list/author-name.tsx';
import type { People } from './model/people.ts';
import type { RoomView } from './model/room-view.ts';

export function TypingLine({ view }: { readonly view: RoomView }) {
  const people = view.typing.value;
  return (
    <p class="typing" aria-live="off">
      {people.length > 0 && (
        <span>
          <Sentence who={people} people={view.people} />
        </span>
      )}
    </p>
  );
}

function Sentence({ who, people }: { readonly who: readonly Person[]; readonly people: People }) {
  const nameOf = (someone: Person | undefined) => {
    if (someone === undefined) return roomTexts.someone;
    const { person, introduced } = people.known(someone);
    return introduced ? <AuthorName person={person} people={people} /> : roomTexts.someone;
  };
  const words = roomTexts.typing;
  const [name, second] = [nameOf(who[0]), nameOf(who[1])];
  if (who.length === 1) return <>{pieces(words.one, { name })}</>;
  if (who.length === 2) return <>{pieces(words.two, { name, second })}</>;
  return <>{words.more}</>;
}
