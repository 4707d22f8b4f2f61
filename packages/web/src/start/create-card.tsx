// Creates a room with one click, and offers the few choices its creator has.

import type { NewRoom } from '@mayfly/client';
import type { HistoryPolicy } from '@mayfly/protocol';
import { useId, useState } from 'preact/hooks';
import { background } from '../background.ts';
import { isNameTooLong } from '../ui/display-name.ts';
import { type CreatedRoom, createRoomHere } from './new-room.ts';
import { loadNewRoomPart } from '../room-part-loader.ts';
import { LaterRoomOptions, areTooLong, troubleOf } from './later-room-options.tsx';
import { serverLimits } from './server-limits.ts';
import { texts } from '../words/start.ts';
import { Icon } from '../ui/icon.tsx';
import { NameField } from '../ui/name-field.tsx';
import type { NewPassphrase } from '../ui/new-passphrase.ts';
import { Trouble } from '../ui/text-field.tsx';

type CreateCardProps = { readonly onCreated: (room: CreatedRoom) => void };

export function CreateCard({ onCreated }: CreateCardProps) {
  const headingId = useId();
  const [name, setName] = useState('');
  const [chosenLife, setChosenLife] = useState<number>();
  const [history, setHistory] = useState<HistoryPolicy>('all');
  const [words, setWords] = useState<NewRoom>({});
  // Undefined: the link is enough.
  const [passphrase, setPassphrase] = useState<NewPassphrase>();
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string>();
  const life = chosenLife ?? serverLimits.value.life;

  const create = async () => {
    setBusy(true);
    setTrouble(undefined);
    background(loadNewRoomPart());
    const second = passphrase?.keyFor;
    const created = await createRoomHere({ lifeSeconds: life, history, name, room: words, second });
    setBusy(false);
    if (created.ok)
      onCreated({ link: created.link, identity: created.identity, passphrase: passphrase?.text });
    else setTrouble(troubleOf(created));
  };
  const submit = () => {
    if (busy || isNameTooLong(name) || areTooLong(words)) return;
    if (passphrase?.trouble === undefined) background(create());
    else setTrouble(passphrase.trouble);
  };

  return (
    <form
      class="card"
      id="create"
      aria-labelledby={headingId}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <h2 id={headingId}>{texts.landing.create}</h2>
      <NameField value={name} onValue={setName} />
      <details class="disclosure">
        <summary>
          <Icon name="chevron" />
          <span class="disclosure__label">{texts.landing.options}</span>
          <span class="disclosure__current">
            {texts.landing.optionsNow(life, passphrase === undefined ? history : 'passphrase')}
          </span>
        </summary>
        <div class="disclosure__body">
          <LaterRoomOptions
            life={life}
            onLife={setChosenLife}
            history={history}
            onHistory={setHistory}
            passphrase={passphrase}
            onPassphrase={setPassphrase}
            words={words}
            onWords={setWords}
          />
        </div>
      </details>
      {trouble !== undefined && <Trouble text={trouble} />}
      <button class="btn btn--primary btn--large btn--wide" type="submit" aria-disabled={busy}>
        {busy ? (passphrase?.making.value ?? texts.landing.creating) : texts.landing.createLink}
      </button>
    </form>
  );
}
