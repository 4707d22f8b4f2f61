// What the reader chose in one room, kept for this tab: whose messages are folded, and whether it makes sounds.

import type { TabStorage } from '@mayfly/client';
import type { RoomId } from '@mayfly/protocol';
import { effect } from '@preact/signals';
import { tabStorage } from '../browser/tab-storage.ts';
import type { RoomView } from './model/room-view.ts';

const MUTED_MAX = 1_000;
const ID_PK = /^[\w-]{43}$/;
/** Kept as one text: this word or none, then the keys. */
const SOUNDS = 'sounds';

/** Restores them, and stores each change until the returned function is called. */
export function keepChoices(
  view: Pick<RoomView, 'muted' | 'sounds'>,
  id: RoomId,
  storage: TabStorage = tabStorage,
): () => void {
  const [sounds, ...muted] = (storage.getItem(nameOf(id)) ?? '').split(' ', MUTED_MAX + 1);
  view.sounds.value = sounds === SOUNDS;
  view.muted.value = new Set(muted.filter((one) => ID_PK.test(one)));
  return effect(() => {
    const text = [view.sounds.value ? SOUNDS : '', ...[...view.muted.value].slice(-MUTED_MAX)].join(' ');
    if (text === '') storage.removeItem(nameOf(id));
    else storage.setItem(nameOf(id), text);
  });
}

export function forgetChoices(id: RoomId): void {
  tabStorage.removeItem(nameOf(id));
}

function nameOf(id: RoomId): string {
  return `mayfly:${id}:choices`;
}
