// The options of a new room: all of them have a usual answer. Name and topic are only for people who can open it.

import type { NewRoom, RoomWords } from '@mayfly/client';
import type { HistoryPolicy } from '@mayfly/protocol';
import { isNameTooLong, isTopicTooLong } from '../ui/display-name.ts';
import { Segmented } from '../ui/segmented.tsx';
import { lifeChoices } from '../ui/life-choice.ts';
import { RoomWordsFields } from '../ui/room-words-fields.tsx';
import { shortTime } from '../words/quantities.ts';
import { roomOptionsTexts } from '../words/room-options.ts';
import { DoorField, type DoorFieldProps } from './door-field.tsx';

import { serverLimits } from './server-limits.ts';

export { createTrouble } from '../words/creating.ts';
export { askServerLimits } from './ask-limits.ts';

export function areTooLong({ name = '', topic = '' }: RoomWords): boolean {
  return isNameTooLong(name) || isTopicTooLong(topic);
}

export type RoomOptionsProps = DoorFieldProps & {
  readonly words: NewRoom;
  readonly onWords: (words: NewRoom) => void;
  readonly life: number;
  readonly onLife: (seconds: number) => void;
  readonly history: HistoryPolicy;
  readonly onHistory: (history: HistoryPolicy) => void;
};

export function RoomOptions(props: RoomOptionsProps) {
  const { life, onLife, history, onHistory, words, onWords } = props;
  return (
    <>
      <Segmented
        legend={roomOptionsTexts.life}
        choices={lifeChoices(serverLimits.value).map((seconds) => ({
          value: seconds,
          label: shortTime(seconds),
        }))}
        value={life}
        onChoose={onLife}
      />
      <DoorField passphrase={props.passphrase} onPassphrase={props.onPassphrase} />
      <Segmented
        legend={roomOptionsTexts.history}
        choices={[
          { value: 'all', label: roomOptionsTexts.historyAll },
          { value: 'none', label: roomOptionsTexts.historyNone },
        ]}
        value={history}
        onChoose={onHistory}
      />
      <RoomWordsFields words={words} onWords={(typed) => onWords({ ...words, ...typed })} />
      <Segmented
        legend={roomOptionsTexts.owner}
        choices={[
          { value: 'you', label: roomOptionsTexts.ownerYou },
          { value: 'none', label: roomOptionsTexts.ownerNone },
        ]}
        value={words.unowned === true ? 'none' : 'you'}
        onChoose={(owner) => onWords({ ...words, unowned: owner === 'none' })}
      />
      <p class="hint" role="status">
        {words.unowned === true && roomOptionsTexts.unownedHint}
      </p>
    </>
  );
}
