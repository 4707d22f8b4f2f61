// Somebody opened a link: one field, one button.

import type { RoomLink } from '@mayfly/client';
import { useState } from 'preact/hooks';
import { isNameTooLong } from '../display-name.ts';
import { Icon } from '../parts/icon.tsx';
import { LifeRing } from '../parts/life-ring.tsx';
import { NameField } from '../parts/name-field.tsx';
import { ScreenHeading } from '../parts/screen-heading.tsx';
import { texts } from '../words/start.ts';

type InvitedProps = {
  readonly link: RoomLink;
  readonly onJoin: (name: string) => void;
};

export function Invited({ link, onJoin }: InvitedProps) {
  const [name, setName] = useState('');
  return (
    <main class="solo">
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isNameTooLong(name)) onJoin(name);
        }}
      >
        <div class="solo__head">
          <LifeRing left={1} large />
          <ScreenHeading title={texts.invited.heading}>{texts.invited.heading}</ScreenHeading>
          <p class="muted">
            {texts.invited.room} <b class="mono">{link.id}</b>
          </p>
        </div>
        <NameField value={name} onValue={setName} hint={texts.name.hint} />
        <button class="btn btn--pri btn--xl btn--wide" type="submit">
          {texts.landing.joinRoom}
        </button>
        <p class="note">
          <Icon name="lock" />
          <span>{texts.invited.encrypted}</span>
        </p>
      </form>
    </main>
  );
}
