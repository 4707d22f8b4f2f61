// The part of the page that only rooms need: loaded when somebody is about to enter one.

import { signal } from '@preact/signals';

export type RoomPart = typeof import('./room/room-part.ts');

/** Undefined until it was needed. */
export const roomPart = signal<RoomPart | undefined>(undefined);

/** Undefined where the server did not answer. A browser may remember that, so only a reload tries again. */
export async function loadRoomPart(): Promise<RoomPart | undefined> {
  try {
    roomPart.value = await import('./room/room-part.ts');
  } catch {
    // Said by whoever needs it.
  }
  return roomPart.value;
}
