// The display name: optional. Counts the characters only near the limit.

import { isNameTooLong, nameRoom, nameRoomLeft } from './display-name.ts';
import { texts } from '../words/start.ts';
import { TextField } from './text-field.tsx';

type NameFieldProps = {
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly hint?: string;
};

export function NameField({ value, onValue, hint }: NameFieldProps) {
  const left = nameRoomLeft(value);
  return (
    <TextField
      label={texts.name.label}
      optional
      value={value}
      onValue={onValue}
      hint={left === undefined ? hint : texts.name.left(left)}
      error={isNameTooLong(value) ? texts.name.tooLong(nameRoom(value)) : undefined}
      input={{ placeholder: texts.name.none, autocomplete: 'off', dir: 'auto', spellcheck: false }}
    />
  );
}
