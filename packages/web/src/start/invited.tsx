// The invitation: a link was opened. One field, one button.

import type { RoomLink } from '@mayfly/client';
import type { ReadonlySignal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { isNameTooLong } from '../ui/display-name.ts';
import { Icon } from '../ui/icon.tsx';
import { LifeRing } from '../ui/life-ring.tsx';
import { NameField } from '../ui/name-field.tsx';
import { ScreenHeading } from '../ui/screen-heading.tsx';
import type { LobbySight } from '../room/model/lobby.ts';
import { pieces } from '../words/sentence.ts';
import { texts } from '../words/start.ts';

type InvitedProps = {
  readonly link: RoomLink;
  /** What the server reports about the room, if anything. */
  readonly sight: ReadonlySignal<LobbySight | undefined>;
  /** The link sent its key to the server. */
  readonly keySent: boolean;
  readonly onJoin: (name: string) => void;
};

export function Invited({ link, sight, keySent, onJoin }: InvitedProps) {
  const [name, setName] = useState('');
  return (
    <main class="single-card">
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isNameTooLong(name)) onJoin(name);
        }}
      >
        <div class="single-card__head">
          <LifeRing left={1} large />
          <ScreenHeading title={texts.invited.heading}>{texts.invited.heading}</ScreenHeading>
          <RoomLine id={link.id} name={sight.value?.name} />
          <Sight sight={sight.value} />
        </div>
        <NameField value={name} onValue={setName} hint={texts.name.hint} />
        <button class="btn btn--primary btn--large btn--wide" type="submit">
          {texts.landing.joinRoom}
        </button>
        {keySent && (
          <p class="note note--warn">
            <Icon name="alert" />
            <span>{texts.invited.keySent}</span>
          </p>
        )}
        <p class="note">
          <Icon name="lock" />
          <span>{texts.invited.encrypted}</span>
        </p>
      </form>
    </main>
  );
}

type RoomLineProps = { readonly id: string; readonly name: string | undefined };

/** One line, whatever the name: nothing below it moves when the name arrives. */
function RoomLine({ id, name }: RoomLineProps) {
  const room = <b class="mono">{id}</b>;
  return (
    <p class="muted invited__room">
      {name === undefined
        ? pieces(texts.invited.room, { room })
        : pieces(texts.invited.namedRoom, {
            room,
            name: (
              <b>
                <bdi>{name}</bdi>
              </b>
            ),
          })}
    </p>
  );
}

/** Always rendered: a screen reader only announces changes to a region it already knows. */
function Sight({ sight }: { readonly sight: LobbySight | undefined }) {
  const words = texts.invited.sight;
  return (
    <div class="lobby" role="status">
      {sight && (
        <>
          <p class="lobby__label">{words.label}</p>
          <ul class="lobby__facts">
            {factsOf(sight).map((fact) => (
              <li key={fact}>{fact}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function factsOf({ count, expiresInMs, history, full, closed }: LobbySight): readonly string[] {
  const { people, life, history: seen, ...barred } = texts.invited.sight;
  const facts = [people(count), life(expiresInMs)];
  if (full) return [barred.full, ...facts];
  return closed ? [barred.closed, ...facts] : [...facts, seen[history]];
}
