// What the reader chose in one room, kept for this tab: whose messages are folded, and whether it makes sounds.

import type { TabStorage } from '@mayfly/client';
import { type RoomId, field, flag, listOf, parseJsonObject } from '@mayfly/protocol';
import { effect } from '@preact/signals';
import { tabStorage } from '../browser/tab-storage.ts';
import type { RoomView } from './model/room-view.ts';

const MUTED_MAX = 1_000;
const ID_PK = /^[\w-]{43}$/;

/** Restores them, and stores each change until the returned function is called. */
export function keepChoices(
  view: Pick<RoomView, 'muted' | 'sounds'>,
  id: RoomId,
  storage: TabStorage = tabStorage,
): () => void {
  const object = parseJsonObject(storage.getItem(nameOf(id)) ?? '') ?? {};
  view.muted.value = new Set(listOf(field(object, 'muted'), MUTED_MAX, asIdPk));
  view.sounds.value = flag(field(object, 'sounds')) ?? false;
  return effect(() => {
    const muted = [...view.muted.value].slice(-MUTED_MAX);
    const sounds = view.sounds.value;
    if (muted.length === 0 && !sounds) storage.removeItem(nameOf(id));
    else storage.setItem(nameOf(id), JSON.stringify({ muted, sounds }));
  });
}

export function forgetChoices(id: RoomId): void {
  tabStorage.removeItem(nameOf(id));
}

function asIdPk(value: unknown): string | undefined {
  return typeof value === 'string' && ID_PK.test(value) ? value : undefined;
}

function nameOf(id: RoomId): string {
  return `mayfly:${id}:choices`;
}
