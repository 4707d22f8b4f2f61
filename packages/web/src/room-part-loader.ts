// Loads the part of the page that only rooms need, before a room is entered.

import { signal } from '@preact/signals';
import { withStyle } from './browser/later-style.ts';
import { createdCard } from './room/list/created-card.ts';
import style from './room/room-part.css?url';

export type RoomPart = typeof import('./room/room-part.ts');

/** Undefined until it is loaded. */
export const roomPart = signal<RoomPart | undefined>(undefined);

/** Undefined if the server didn't answer. A browser may cache that failure, so only a reload tries again. */
export async function loadRoomPart(): Promise<RoomPart | undefined> {
  try {
    roomPart.value = await withStyle(import('./room/room-part.ts'), style);
  } catch {
    // The caller reports it.
  }
  return roomPart.value;
}

/** Ahead of a new room: with the card that shows its link. */
export async function loadNewRoomPart(): Promise<void> {
  createdCard.want();
  await loadRoomPart();
}
