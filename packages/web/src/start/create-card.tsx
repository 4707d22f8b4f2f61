// Creates a room with one click, and offers the few choices its creator has.

import type { RoomWords } from '@mayfly/client';
import type { HistoryPolicy } from '@mayfly/protocol';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useState } from 'preact/hooks';
import { background } from '../background.ts';
import { isNameTooLong } from '../ui/display-name.ts';
import { lifeChoices } from './life-choice.ts';
import { type CreatedRoom, createRoomHere } from './new-room.ts';
import { loadNewRoomPart } from '../room-part-loader.ts';
import { LaterRoomWords, areRoomWordsTooLong } from './later-room-words.tsx';
import { askServerLimits, serverLimits } from './server-limits.ts';
import { shortTime } from '../words/quantities.ts';
import { texts } from '../words/start.ts';
import { Icon } from '../ui/icon.tsx';
import { NameField } from '../ui/name-field.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Trouble } from '../ui/text-field.tsx';

type CreateCardProps = { readonly onCreated: (room: CreatedRoom) => void };

export function CreateCard({ onCreated }: CreateCardProps) {
  const headingId = useId();
  const [name, setName] = useState('');
  const [chosenLife, setChosenLife] = useState<number>();
  const [history, setHistory] = useState<HistoryPolicy>('all');
  const [words, setWords] = useState<RoomWords>({});
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string>();
  const life = chosenLife ?? serverLimits.value.life;
  useEffect(() => background(askServerLimits()), []);

  const create = async () => {
    setBusy(true);
    setTrouble(undefined);
    background(loadNewRoomPart());
    const created = await createRoomHere({ lifeSeconds: life, history, name, room: words });
    setBusy(false);
    if (created.ok) onCreated({ link: created.link, identity: created.identity });
    else setTrouble(texts.createTrouble(created.reason, created.retryAfterMs));
  };

  return (
    <form
      class="card"
      id="create"
      aria-labelledby={headingId}
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy && !isNameTooLong(name) && !areRoomWordsTooLong(words)) background(create());
      }}
    >
      <h2 id={headingId}>{texts.landing.create}</h2>
      <NameField value={name} onValue={setName} />
      <RoomOptions life={life} onLife={setChosenLife} history={history} onHistory={setHistory}>
        <LaterRoomWords value={words} onValue={setWords} />
      </RoomOptions>
      {trouble !== undefined && <Trouble text={trouble} />}
      <button class="btn btn--primary btn--large btn--wide" type="submit" aria-disabled={busy}>
        {busy ? texts.landing.creating : texts.landing.createLink}
      </button>
    </form>
  );
}

type RoomOptionsProps = {
  readonly life: number;
  readonly onLife: (seconds: number) => void;
  readonly history: HistoryPolicy;
  readonly onHistory: (history: HistoryPolicy) => void;
  readonly children: ComponentChildren;
};

function RoomOptions({ life, onLife, history, onHistory, children }: RoomOptionsProps) {
  return (
    <details class="disclosure">
      <summary>
        <Icon name="chevron" />
        <span class="disclosure__label">{texts.landing.options}</span>
        <span class="disclosure__current">{texts.landing.optionsNow(life, history)}</span>
      </summary>
      <div class="disclosure__body">
        <Segmented
          legend={texts.landing.life}
          choices={lifeChoices(serverLimits.value).map((seconds) => ({
            value: seconds,
            label: shortTime(seconds),
          }))}
          value={life}
          onChoose={onLife}
        />
        <Segmented
          legend={texts.landing.history}
          choices={[
            { value: 'all', label: texts.landing.historyAll },
            { value: 'none', label: texts.landing.historyNone },
          ]}
          value={history}
          onChoose={onHistory}
        />
        {children}
      </div>
    </details>
  );
}
