// The address bar: which room stands in it. The key does not, so it stays out of the browser's history; the tab's
// storage brings it through a reload instead.

import { type RoomLink, makeLink } from '@mayfly/client';
import type { RoomId } from '@mayfly/protocol';
import { basePath } from './base-path.ts';
import { attempt } from './browser.ts';
import { isLinkKept, keepLink, keptLink } from './kept-link.ts';

/** Shows a room that is entered, and keeps its link in the tab. */
export function showRoomInAddress(link: RoomLink): void {
  const path = roomPath(link.id);
  const isHere = location.pathname === path;
  const hasKey = isHere && location.hash.includes(link.secret);
  keepLink({ link, wasInAddress: hasKey || wasInAddress(link) });
  if (!isLinkKept(link.id)) show(makeLink(basePath(), link.id, link.secret, link.door), isHere);
  else if (!(hasKey && keepsKeys())) show(path, isHere);
}

/** What other programs added to a link that was opened goes. */
export function cleanAddress({ id, secret, door }: RoomLink): void {
  show(makeLink(basePath(), id, secret, door), true);
}

/** Replaces the address of this room by the start page's, because there is no way back into the room. */
export function dropRoomFromAddress(id: RoomId): void {
  if (location.pathname === roomPath(id)) show(basePath(), true);
}

export function showStartInAddress(): void {
  if (location.pathname !== basePath()) show(basePath(), false);
}

/** Whether the browser's Back leads from here to the start page. */
export function cameFromStart(): boolean {
  const state: unknown = history.state;
  return typeof state === 'object' && state !== null && 'fromStart' in state && state.fromStart === true;
}

function show(address: string, inPlace: boolean): void {
  if (new URL(address, location.origin).href === location.href) return;
  const fromStart = inPlace ? cameFromStart() : location.pathname === basePath();
  // A browser may refuse: Safari does after a hundred changes in half a minute.
  attempt(() =>
    inPlace
      ? history.replaceState({ fromStart }, '', address)
      : history.pushState({ fromStart }, '', address),
  );
}

function wasInAddress({ id, secret }: RoomLink): boolean {
  const kept = keptLink(id);
  return kept?.link.secret === secret && kept.wasInAddress;
}

function roomPath(id: RoomId): string {
  return `${basePath()}chat/${id}`;
}

/** HIDE_KEY=0: the server says so in the page, for people who share by copying the address. */
function keepsKeys(): boolean {
  return document.querySelector('meta[name=mayfly-key][content=keep]') !== null;
}
