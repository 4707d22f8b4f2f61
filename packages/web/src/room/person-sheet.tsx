// The sheet about a person: their name, the emoji that tell them apart, and muting them.

import type { Member } from '@mayfly/client';
import { useLayoutEffect } from 'preact/hooks';
import { Switch } from '../ui/switch.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { lifeTexts } from '../words/life.ts';
import { roomTexts } from '../words/room.ts';
import { AuthorName } from './list/author-name.tsx';
import { emojiOf } from './list/safety-emoji.ts';
import { ownerPart } from './later-parts.ts';
import type { RoomView } from './model/room-view.ts';

type PersonSheetProps = { readonly view: RoomView; readonly onClose: () => void };

/** Of the person it was opened for, as long as they are on the list. */
export function PersonSheet({ view, onClose }: PersonSheetProps) {
  const { people } = view;
  const person = people.members.value.find(({ idPk }) => idPk === view.aboutPerson.value);
  if (person === undefined) {
    const part = ownerPart.loaded.value;
    return part === undefined ? null : <part.AfterRemoval view={view} onClose={onClose} />;
  }
  return (
    <Dialog title={<AuthorName person={person} people={people} />} onClose={onClose}>
      <ul class="person-emoji" aria-label={roomTexts.safety}>
        {person.emoji.map(emojiOf).map(({ glyph, name }, place) => (
          <li key={place}>
            <span aria-hidden="true">{glyph}</span>
            <small>{name}</small>
          </li>
        ))}
      </ul>
      <p class="hint">{lifeTexts.personEmojiHint}</p>
      <Switch
        label={lifeTexts.mute}
        hint={lifeTexts.muteHint}
        on={view.isMuted(person)}
        onChange={(on) => view.mute(person, on)}
      />
      {(view.canEmpower(person) || view.canRemove(person)) && <Orders view={view} person={person} />}
    </Dialog>
  );
}

type OrdersProps = { readonly view: RoomView; readonly person: Member };

/** What the owner and moderators can do about someone, once the part for it is there. */
function Orders(props: OrdersProps) {
  useLayoutEffect(() => ownerPart.want(), []);
  const part = ownerPart.loaded.value;
  return part === undefined ? null : <part.PersonOrders {...props} />;
}
