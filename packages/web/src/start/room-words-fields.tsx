// The name and the topic of a new room: optional, and only for people with its link.

import type { RoomWords } from '@mayfly/client';
import { isNameTooLong, isTopicTooLong, nameRoom } from '../ui/display-name.ts';
import { TextField } from '../ui/text-field.tsx';
import { roomWordsTexts } from '../words/room-words.ts';
import { texts } from '../words/start.ts';

type RoomWordsFieldsProps = { readonly value: RoomWords; readonly onValue: (words: RoomWords) => void };

export function RoomWordsFields({ value, onValue }: RoomWordsFieldsProps) {
  const { name = '', topic = '' } = value;
  const input = { autocomplete: 'off', dir: 'auto' } as const;
  return (
    <>
      <TextField
        label={roomWordsTexts.name}
        optional
        value={name}
        onValue={(typed) => onValue({ name: typed, topic })}
        error={isNameTooLong(name) ? texts.name.tooLong(nameRoom(name)) : undefined}
        input={input}
      />
      <TextField
        label={roomWordsTexts.topic}
        optional
        value={topic}
        onValue={(typed) => onValue({ name, topic: typed })}
        hint={roomWordsTexts.hint}
        error={isTopicTooLong(topic) ? roomWordsTexts.topicTooLong : undefined}
        input={input}
      />
    </>
  );
}
