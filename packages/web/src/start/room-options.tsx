// The options of a new room: all of them have a usual answer. Name and topic are only for people who can open it.

import type { RoomWords } from '@mayfly/client';
import type { HistoryPolicy } from '@mayfly/protocol';
import { isNameTooLong, isTopicTooLong } from '../ui/display-name.ts';
import { Segmented } from '../ui/segmented.tsx';
import { lifeChoices } from '../ui/life-choice.ts';
import { RoomWordsFields, type RoomWordsProps } from '../ui/room-words-fields.tsx';
import { shortTime } from '../words/quantities.ts';
import { roomOptionsTexts } from '../words/room-options.ts';
import { DoorField, type DoorFieldProps } from './door-field.tsx';

import { serverLimits } from './server-limits.ts';

export { createTrouble } from '../words/creating.ts';
export { askServerLimits } from './ask-limits.ts';

export function areTooLong({ name = '', topic = '' }: RoomWords): boolean {
  return isNameTooLong(name) || isTopicTooLong(topic);
}

export type RoomOptionsProps = DoorFieldProps &
  RoomWordsProps & {
    readonly life: number;
    readonly onLife: (seconds: number) => void;
    readonly history: HistoryPolicy;
    readonly onHistory: (history: HistoryPolicy) => void;
  };

export function RoomOptions({ life, onLife, history, onHistory, ...rest }: RoomOptionsProps) {
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
      <DoorField passphrase={rest.passphrase} onPassphrase={rest.onPassphrase} />
      <Segmented
        legend={roomOptionsTexts.history}
        choices={[
          { value: 'all', label: roomOptionsTexts.historyAll },
          { value: 'none', label: roomOptionsTexts.historyNone },
        ]}
        value={history}
        onChoose={onHistory}
      />
      <RoomWordsFields words={rest.words} onWords={rest.onWords} />
    </>
  );
}
