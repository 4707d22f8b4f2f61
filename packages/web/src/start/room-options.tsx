// The options of a new room: all of them have a usual answer. Name and topic are only for people who can open it.

import type { RoomWords } from '@mayfly/client';
import type { HistoryPolicy } from '@mayfly/protocol';
import { isNameTooLong, isTopicTooLong, nameRoom } from '../ui/display-name.ts';
import { Segmented } from '../ui/segmented.tsx';
import { TextField } from '../ui/text-field.tsx';
import { shortTime } from '../words/quantities.ts';
import { roomOptionsTexts } from '../words/room-options.ts';
import { texts } from '../words/start.ts';
import { DoorField, type DoorFieldProps } from './door-field.tsx';
import { lifeChoices } from './life-choice.ts';
import { serverLimits } from './server-limits.ts';

export { createTrouble } from '../words/creating.ts';
export { askServerLimits } from './ask-limits.ts';

export function areTooLong({ name = '', topic = '' }: RoomWords): boolean {
  return isNameTooLong(name) || isTopicTooLong(topic);
}

type RoomWordsProps = { readonly words: RoomWords; readonly onWords: (words: RoomWords) => void };

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

function RoomWordsFields({ words, onWords }: RoomWordsProps) {
  const { name = '', topic = '' } = words;
  const input = { autocomplete: 'off', dir: 'auto' } as const;
  return (
    <>
      <TextField
        label={roomOptionsTexts.name}
        optional
        value={name}
        onValue={(typed) => onWords({ name: typed, topic })}
        error={isNameTooLong(name) ? texts.name.tooLong(nameRoom(name)) : undefined}
        input={input}
      />
      <TextField
        label={roomOptionsTexts.topic}
        optional
        value={topic}
        onValue={(typed) => onWords({ name, topic: typed })}
        hint={roomOptionsTexts.hint}
        error={isTopicTooLong(topic) ? roomOptionsTexts.topicTooLong : undefined}
        input={input}
      />
    </>
  );
}
