// The name and the topic of a room: optional, and only for people who can open it.

import type { RoomWords } from '@mayfly/client';
import { roomOptionsTexts } from '../words/room-options.ts';
import { texts } from '../words/start.ts';
import { isNameTooLong, isTopicTooLong, nameRoom } from './display-name.ts';
import { TextField } from './text-field.tsx';

export type RoomWordsProps = {
  readonly words: RoomWords;
  readonly onWords: (words: RoomWords) => void;
};

export function RoomWordsFields({ words, onWords }: RoomWordsProps) {
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
