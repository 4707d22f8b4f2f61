// What is being written, kept for a reload of the tab.

import type { RoomId } from '@mayfly/protocol';
import { RoomStorage, type TabStorage } from './tab-storage.ts';

const DRAFT = 'draft';

/** Empty where none is kept. */
export function loadDraft(storage: TabStorage, id: RoomId): string {
  return new RoomStorage(storage, id).get(DRAFT);
}

/** An empty text is removed. Returns whether a reload would bring the text back. */
export function keepDraft(storage: TabStorage, id: RoomId, text: string): boolean {
  const room = new RoomStorage(storage, id);
  if (text !== '') return room.set(DRAFT, text);
  forgetDraft(room);
  return true;
}

export function forgetDraft(room: RoomStorage): void {
  room.remove(DRAFT);
}
