// Whom the room could go to. The sheet about them, with the emoji that tell them apart, asks the rest.

import { ownerTexts } from '../../words/owner.ts';
import { pieces } from '../../words/sentence.ts';
import { AuthorName } from '../list/author-name.tsx';
import type { RoomView } from '../model/room-view.ts';

/** A room may have thousands: the list of people leads to everyone's sheet. */
const CHOICES_MAX = 20;

type HandOverChoiceProps = { readonly view: RoomView; readonly onChosen: () => void };

export function HandOverChoice({ view, onChosen }: HandOverChoiceProps) {
  const others = view.people.members.value.filter((person) => view.canEmpower(person));
  return (
    <>
      <p class="hint">{others.length > 0 ? ownerTexts.handOverToHint : ownerTexts.handOverAlone}</p>
      {others.slice(0, CHOICES_MAX).map((person) => (
        <button
          class="btn btn--secondary"
          type="button"
          key={person.idPk}
          onClick={() => {
            onChosen();
            view.aboutPerson.value = person.idPk;
          }}
        >
          <span>
            {pieces(ownerTexts.handOver, { name: <AuthorName person={person} people={view.people} /> })}
          </span>
        </button>
      ))}
      {others.length > CHOICES_MAX && <p class="hint">{ownerTexts.handOverMore}</p>}
    </>
  );
}
