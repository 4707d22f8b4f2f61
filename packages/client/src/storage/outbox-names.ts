// Under which names the outbox lies in the tab's storage: enough to remove it, without what a room needs to read it.

import { field, parseJsonObject, wholeNumber } from '@mayfly/protocol';
import type { RoomStorage } from './tab-storage.ts';

/** More messages are not kept: sooner or later a storage is full anyway. */
export const KEPT_MAX = 10_000;

/** The text that says how many indices may be in use. */
export const SIZE_NAME = 'outbox';

export function nameOf(index: number): string {
  return `outbox:${index}`;
}

/** 0 if there is none, or none that this version can read. */
export function readSize(storage: RoomStorage): number {
  const object = parseJsonObject(storage.get(SIZE_NAME));
  if (object === undefined || field(object, 'v') !== 1) return 0;
  return wholeNumber(field(object, 'size'), KEPT_MAX) ?? 0;
}

/** Removes every message that is kept, by name. */
export function forgetOutbox(storage: RoomStorage): void {
  const size = readSize(storage);
  for (let index = 0; index < size; index++) storage.remove(nameOf(index));
  storage.remove(SIZE_NAME);
}
