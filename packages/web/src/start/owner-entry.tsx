// An owner link was opened: a name, and a button that makes this tab the owner's.

import type { RoomLink } from '@mayfly/client';
import type { RoomId } from '@mayfly/protocol';
import { useEffect, useState } from 'preact/hooks';
import { background } from '../background.ts';
import { keepOwnerCode } from '../browser/owner-code.ts';
import { isNameTooLong } from '../ui/display-name.ts';
import { Icon } from '../ui/icon.tsx';
import { NameField } from '../ui/name-field.tsx';
import { Trouble } from '../ui/text-field.tsx';
import { ownerLinkTexts } from '../words/owner-link.ts';
import { pieces } from '../words/sentence.ts';
import { texts } from '../words/start.ts';
import { EndedCard } from './ended-card.tsx';

type OwnerEntryProps = {
  readonly id: RoomId;
  readonly code: string;
  readonly onLink: (link: RoomLink) => void;
};

export function OwnerEntry({ id, code, onLink }: OwnerEntryProps) {
  const [name, setName] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string>();
  useEffect(() => keepOwnerCode(id, code), []);
  const open = async () => {
    setBusy(true);
    const opened = await openRoom(id, code, name);
    setBusy(false);
    if (typeof opened === 'object') onLink(opened);
    else setTrouble(ownerLinkTexts.refused[opened]);
  };
  return (
    <EndedCard
      heading={ownerLinkTexts.heading}
      lead={pieces(ownerLinkTexts.lead, { room: <b class="mono">{id}</b> })}
      wide
    >
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy && !isNameTooLong(name)) background(open());
        }}
      >
        <NameField value={name} onValue={setName} hint={texts.name.hint} />
        {trouble !== undefined && <Trouble text={trouble} />}
        <button class="btn btn--primary btn--large btn--wide" type="submit" aria-disabled={isBusy}>
          {isBusy ? texts.opening : texts.landing.joinRoom}
        </button>
        <p class="note note--warn">
          <Icon name="key" />
          <span>{ownerLinkTexts.warning}</span>
        </p>
      </form>
    </EndedCard>
  );
}

async function openRoom(id: RoomId, code: string, name: string) {
  try {
    return await (await import('./owner-opening.ts')).openAsOwner(id, code, name);
  } catch {
    return 'no_answer';
  }
}
