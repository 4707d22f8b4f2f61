// Joins a room by a link that someone sent.

import type { RoomLink } from '@mayfly/client';
import { useId, useState } from 'preact/hooks';
import { isNameTooLong } from '../ui/display-name.ts';
import { basePath } from '../browser/base-path.ts';
import { type LinkTrouble, pastedLink } from '../route.ts';
import { texts } from '../words/start.ts';
import { NameField } from '../ui/name-field.tsx';
import { TextField } from '../ui/text-field.tsx';

type JoinCardProps = {
  /** Prefills the field. */
  readonly roomLink?: string;
  readonly onJoin: (link: RoomLink, name: string) => void;
};

export function JoinCard({ roomLink = '', onJoin }: JoinCardProps) {
  const headingId = useId();
  const field = useRoomLink(roomLink);
  const [name, setName] = useState('');
  return (
    <form
      class="card card--quiet"
      aria-labelledby={headingId}
      onSubmit={(event) => {
        event.preventDefault();
        const link = field.read();
        if (link !== undefined && !isNameTooLong(name)) onJoin(link, name);
      }}
    >
      <h2 id={headingId}>{texts.landing.join}</h2>
      <RoomLinkField {...field} />
      <NameField value={name} onValue={setName} />
      <button class="btn btn--secondary btn--wide" type="submit">
        {texts.landing.joinRoom}
      </button>
    </form>
  );
}

type RoomLinkState = {
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly trouble: LinkTrouble | undefined;
  /** The link; otherwise undefined, and the field shows what is wrong. */
  readonly read: () => RoomLink | undefined;
};

export function useRoomLink(initial: string): RoomLinkState {
  const [value, setValue] = useState(initial);
  const [trouble, setTrouble] = useState<LinkTrouble>();
  return {
    value,
    trouble,
    onValue: (next) => {
      setValue(next);
      setTrouble(undefined);
    },
    read: () => {
      const pasted = pastedLink(value, window.location.host, basePath());
      setTrouble(pasted.ok ? undefined : pasted.trouble);
      return pasted.ok ? pasted.link : undefined;
    },
  };
}

export function RoomLinkField({ value, onValue, trouble }: RoomLinkState) {
  return (
    <TextField
      label={texts.landing.roomLink}
      value={value}
      onValue={onValue}
      error={trouble && texts.linkTrouble[trouble]}
      input={{
        placeholder: texts.landing.pasteLink,
        autocomplete: 'off',
        autocapitalize: 'off',
        dir: 'auto',
        inputMode: 'url',
        spellcheck: false,
      }}
    />
  );
}
