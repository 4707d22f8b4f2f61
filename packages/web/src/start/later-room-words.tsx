// The fields for a room's name and topic, once their file is there: they stand in a part of the page that opens on a press.

import type { RoomWords } from '@mayfly/client';
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { background } from '../background.ts';
import { isNameTooLong, isTopicTooLong } from '../ui/display-name.ts';

const fields = signal<typeof import('./room-words-fields.tsx') | undefined>(undefined);

/** Without the file, a room has no name; without the server, there would be no room either. */
async function load(): Promise<void> {
  try {
    fields.value = await import('./room-words-fields.tsx');
  } catch {
    fields.value = undefined;
  }
}

type LaterRoomWordsProps = { readonly value: RoomWords; readonly onValue: (words: RoomWords) => void };

export function LaterRoomWords(props: LaterRoomWordsProps) {
  useEffect(() => background(load()), []);
  const part = fields.value;
  return part === undefined ? null : <part.RoomWordsFields {...props} />;
}

export function areRoomWordsTooLong({ name = '', topic = '' }: RoomWords): boolean {
  return isNameTooLong(name) || isTopicTooLong(topic);
}
