// Keeps the link of a room in the tab's storage, because the address has no key to survive a reload.

import { type RoomLink, makeLink, parseRoomLink } from '@mayfly/client';
import { type RoomId, bytesField, field, flag, parseJsonObject, toBase64url } from '@mayfly/protocol';
import { tabStorage } from './tab-storage.ts';

export type KeptLink = {
  readonly link: RoomLink;
  /** Its key was in this tab's address, so the browser's history may have it. */
  readonly wasInAddress: boolean;
};

const SECOND_BYTES = 32;

export function keepLink({ link, wasInAddress }: KeptLink): void {
  const { id, secret, door, second } = link;
  const text = JSON.stringify({
    v: 1,
    link: makeLink('', id, secret, door),
    wasInAddress,
    second: second && toBase64url(second),
  });
  tabStorage.setItem(storageName(id), text);
}

/** Undefined if there is none, or if another version wrote it. */
export function keptLink(id: RoomId): KeptLink | undefined {
  const object = parseJsonObject(tabStorage.getItem(storageName(id)) ?? '');
  if (object === undefined || field(object, 'v') !== 1) return undefined;
  const text = field(object, 'link');
  const wasInAddress = flag(field(object, 'wasInAddress'));
  const parsed = typeof text === 'string' ? parseRoomLink(text) : undefined;
  if (parsed?.type !== 'room' || parsed.link.id !== id || wasInAddress === undefined) return undefined;
  const second = bytesField(field(object, 'second'), SECOND_BYTES);
  return { link: { ...parsed.link, ...(second && { second }) }, wasInAddress };
}

export function forgetLink(id: RoomId): void {
  tabStorage.removeItem(storageName(id));
}

/** If false, only the address can carry the key through a reload. */
export function isLinkKept(id: RoomId): boolean {
  return tabStorage.outlivesReload(storageName(id));
}

function storageName(id: RoomId): string {
  return `mayfly:${id}:link`;
}
