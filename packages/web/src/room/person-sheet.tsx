// The sheet about a person: their name, the emoji that tell them apart, and muting them.

import type { Member } from '@mayfly/client';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { background } from '../background.ts';
import { Switch } from '../ui/switch.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { lifeTexts } from '../words/life.ts';
import { roomTexts } from '../words/room.ts';
import { AuthorName } from './list/author-name.tsx';
import { emojiOf } from './list/safety-emoji.ts';
import type { RoomView } from './model/room-view.ts';

type PersonSheetProps = { readonly view: RoomView; readonly onClose: () => void };

/** Of the person it was opened for, as long as they are on the list. */
export function PersonSheet({ view, onClose }: PersonSheetProps) {
  const { people } = view;
  const person = people.members.value.find(({ idPk }) => idPk === view.aboutPerson.value);
  if (person === undefined) return null;
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
      {view.canRemove(person) && <Removal view={view} person={person} />}
    </Dialog>
  );
}

type RemovalProps = { readonly view: RoomView; readonly person: Member };

/** Asked twice: it can't be taken back. Once they are out, they are off the list, and the sheet is gone. */
function Removal({ view, person }: RemovalProps) {
  const [state, setState] = useState<'resting' | 'asked' | 'under_way' | 'failed'>('resting');
  const cancel = useRef<HTMLButtonElement>(null);
  // The button that had the focus is gone.
  useLayoutEffect(() => (state === 'asked' ? cancel.current?.focus() : undefined), [state]);
  const remove = async () => {
    setState('under_way');
    if (!(await view.remove(person))) setState('failed');
  };
  if (state === 'resting') {
    return (
      <button class="btn btn--secondary" type="button" onClick={() => setState('asked')}>
        {lifeTexts.remove}
      </button>
    );
  }
  return (
    <>
      <p class="note note--warn" role="status">
        <Icon name="alert" />
        <span>{state === 'failed' ? lifeTexts.removeFailed : lifeTexts.removeHint}</span>
      </p>
      <div class="actions">
        <button
          class="btn btn--primary"
          type="button"
          aria-disabled={state === 'under_way'}
          onClick={() => {
            if (state !== 'under_way') background(remove());
          }}
        >
          {state === 'under_way' ? lifeTexts.removing : lifeTexts.removeNow}
        </button>
        <button class="btn btn--secondary" type="button" ref={cancel} onClick={() => setState('resting')}>
          {lifeTexts.removeKeep}
        </button>
      </div>
    </>
  );
}
