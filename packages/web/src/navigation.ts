// Which screen the page shows, and what changes it: buttons, the address, the browser's Back and Forward.

import { forgetIdentity, keepIdentity, loadIdentity, type RoomLink } from '@mayfly/client';
import { type RoomId, toBase64url } from '@mayfly/protocol';
import { computed, effect, signal } from '@preact/signals';
import { background } from './background.ts';
import { cameFromStart, cleanAddress, showRoomInAddress, showStartInAddress } from './browser/address.ts';
import { basePath } from './browser/base-path.ts';
import { whenIdle } from './browser/browser.ts';
import { keptLink } from './browser/kept-link.ts';
import type { LobbySight } from './room/model/lobby.ts';
import type { RoomEntry } from './room/open-in-browser.ts';
import { type PassphrasePart, loadPassphrases, passphrasePart } from './start/later-passphrase.ts';
import type { DoorProps } from './start/passphrase-door.tsx';
import type { CreatedRoom } from './start/new-room.ts';
import { loadNoRoom } from './start/no-room.tsx';
import { type RoomPart, loadRoomPart, roomPart } from './room-part-loader.ts';
import type { EndedRoom } from './room/model/ended-room.ts';
import { type Route, routeOf, type UnusableLink as Trouble } from './route.ts';
import { tabStorage } from './browser/tab-storage.ts';
import { TabClaims } from './browser/tab-claim.ts';

export type Screen =
  | { readonly at: 'landing'; readonly roomLink: string }
  | { readonly at: 'invited'; readonly link: RoomLink }
  | { readonly at: 'locked'; readonly part: PassphrasePart; readonly door: DoorProps['door'] }
  | { readonly at: 'unusableLink'; readonly trouble: Trouble }
  /** The room's part of the page is loading. */
  | { readonly at: 'opening' }
  | { readonly at: 'unreachable' }
  | { readonly at: 'room'; readonly part: RoomPart }
  | { readonly at: 'ended'; readonly room: EndedRoom };

const LANDING: Screen = { at: 'landing', roomLink: '' };

export const screen = signal<Screen>(LANDING);
/** What the server reports about the room of an invitation. */
export const sight = signal<LobbySight | undefined>(undefined);
/** The link in the address sent its key to the server. */
export const keySent = signal(false);
/** The code of a room that was just left and can still be returned to by *Undo*. */
export const leftRoomId = computed(() => roomPart.value?.leftRoom.value?.id);

const tabClaims = new TabClaims();

/** Shows the screen for the address, and follows the browser's Back and Forward. */
export function startNavigation(): void {
  showRoute(routeOf(window.location, basePath()));
  window.addEventListener('popstate', followBrowser);
  effect(followRoom);
  effect(() => {
    if (screen.value.at === 'room') whenIdle(() => background(loadNoRoom()));
  });
  effect(() => {
    const shown = screen.value;
    if (shown.at === 'locked') background(loadRoomPart());
    return shown.at === 'invited' ? watchLobby(shown.link) : undefined;
  });
  effect(() => {
    document.body.className = SKY[screen.value.at] ?? '';
  });
}

const SKY: Partial<Record<Screen['at'], string>> = {
  room: 'in-room',
  ended: 'is-over',
  unusableLink: 'is-over',
  unreachable: 'is-over',
};

// Back steps out of the room, as a reload would; Forward returns as the same person.
function followBrowser(): void {
  const shown = screen.value;
  screen.value = LANDING;
  if (shown.at === 'room') shown.part.stepOut();
  showRoute(routeOf(window.location, basePath()));
}

/** Leaves the room's screen when the room is over or was left. */
function followRoom(): void {
  const shown = screen.value;
  if (shown.at !== 'room') return;
  const end = shown.part.roomEnd.value;
  if (end !== undefined) screen.value = end.end.why === 'left' ? LANDING : { at: 'ended', room: end };
  else if (shown.part.currentRoom.value === undefined) screen.value = LANDING;
}

function showRoute(route: Route): void {
  keySent.value = route.to === 'invited' && route.keySent;
  switch (route.to) {
    case 'landing':
      screen.value = { at: 'landing', roomLink: route.roomLink };
      return;
    case 'invited':
      cleanAddress(route.link);
      comeToRoom(route.link);
      return;
    case 'unusable':
      comeWithoutKey(route.trouble);
  }
}

/** The address of a room this tab is in has no key; the tab's storage does. */
function comeWithoutKey(trouble: Trouble): void {
  const kept = trouble.why === 'missing_key' ? keptLink(trouble.id) : undefined;
  if (kept === undefined) screen.value = { at: 'unusableLink', trouble };
  else comeToRoom(kept.link);
}

/** Returns someone who was here straight to the room; shows others the invitation. */
export function comeToRoom(link: RoomLink): void {
  if (leftRoomId.value === link.id) {
    undoLeaving();
    return;
  }
  const identity = loadIdentity(tabStorage, link.id);
  const wasHere = identity?.joined === true || identity?.ownerCode !== undefined;
  if (wasHere) joinAs(link, identity.name);
  else if (link.door === undefined) screen.value = { at: 'invited', link };
  else showDoor({ link, name: identity?.name ?? '' });
}

/** After a room turned someone away: as the same person if possible. */
export function comeAgain(link: RoomLink): void {
  const identity = loadIdentity(tabStorage, link.id);
  if (identity === undefined) screen.value = { at: 'invited', link };
  else joinAs(link, identity.name);
}

export function joinAs(link: RoomLink, name: string): void {
  if (link.door !== undefined && link.second === undefined) showDoor({ link, name });
  else enter({ link, name });
}

export function enter(entry: RoomEntry): void {
  background(goIn(entry));
}

function showDoor(door: DoorProps['door']): void {
  background(openDoor(door));
}

async function openDoor(door: DoorProps['door']): Promise<void> {
  const opening: Screen = { at: 'opening' };
  screen.value = opening;
  const part = await loadPassphrases();
  if (screen.value !== opening) return;
  const { second: _, ...link } = door.link;
  screen.value = part === undefined ? { at: 'unreachable' } : { at: 'locked', part, door: { ...door, link } };
}

// Stored first: a reload loses neither the link nor the ownership.
export function enterCreated({ link, identity, passphrase }: CreatedRoom): void {
  keepIdentity(tabStorage, link.id, identity);
  holdIdentity(link.id);
  enter({ link, name: identity.name, isNew: true, ...(passphrase && { passphrase }) });
}

async function goIn(entry: RoomEntry): Promise<void> {
  roomPart.value?.finishLeaving();
  showRoomInAddress(entry.link);
  const opening: Screen = { at: 'opening' };
  screen.value = opening;
  const [part] = await Promise.all([loadRoomPart(), yieldToOtherTab(entry.link.id)]);
  // They may have gone back by now.
  if (screen.value !== opening) return;
  if (part === undefined) {
    screen.value = { at: 'unreachable' };
    return;
  }
  part.enterRoom(entry);
  holdIdentity(entry.link.id);
  const isAtDoor = entry.passphrase !== undefined && !entry.isNew;
  const refusal = isAtDoor ? await passphrasePart.value?.refusalOf(part) : undefined;
  if (refusal !== undefined || screen.value !== opening) part.stepOut();
  if (screen.value !== opening) return;
  if (refusal === undefined) screen.value = { at: 'room', part };
  else showDoor({ ...entry, refusal });
}

/** A duplicated tab has the other tab's identity in its storage, and becomes someone new. */
async function yieldToOtherTab(id: RoomId): Promise<void> {
  const identity = loadIdentity(tabStorage, id);
  if (identity === undefined) return;
  if (!(await tabClaims.claim(toBase64url(identity.pk)))) forgetIdentity(tabStorage, id);
}

function holdIdentity(id: RoomId): void {
  const identity = loadIdentity(tabStorage, id);
  if (identity !== undefined) tabClaims.hold(toBase64url(identity.pk));
}

/** Returns to the room that was just left. */
export function undoLeaving(): void {
  const part = roomPart.value;
  const link = part?.undoLeaving();
  if (part === undefined || link === undefined) return;
  showRoomInAddress(link);
  screen.value = { at: 'room', part };
}

/** Goes to the start page without leaving the room: by the browser's own Back if that leads there. */
export function stepOut(): void {
  if (cameFromStart()) history.back();
  else goHome();
}

export function goHome(): void {
  const shown = screen.value;
  showStartInAddress();
  screen.value = LANDING;
  if (shown.at === 'room') shown.part.stepOut();
}

/** Shows what the server reports about an invitation's room, or that the link is dead. */
function watchLobby(link: RoomLink): () => void {
  let lobby: Disposable | undefined;
  let isOver = false;
  const open = async (): Promise<void> => {
    const part = await loadRoomPart();
    if (isOver) return;
    lobby = part?.openLobby(link, { show: showSight, denied: () => showNotFound(link) });
  };
  background(open());
  return () => {
    isOver = true;
    lobby?.[Symbol.dispose]();
    showSight(undefined);
  };
}

function showSight(shown: LobbySight | undefined): void {
  sight.value = shown;
}

function showNotFound({ id }: RoomLink): void {
  const now = Date.now();
  const summary = { id, messages: 0, names: 0, openedAt: now, endedAt: now, lifeMs: 0, wasIn: false };
  screen.value = { at: 'ended', room: { end: { why: 'denied' }, summary, linkInHistory: true } };
}
