// Which room this page is in: going in, coming out, and what the browser tells meanwhile.

import { type RoomEnd, type RoomLink, type RoomUpdate, forgetIdentity, makeLink } from '@mayfly/client';
import type { RoomId } from '@mayfly/protocol';
import { effect, signal } from '@preact/signals';
import { dropRoomFromAddress } from '../browser/address.ts';
import { serverAddress } from '../browser/base-path.ts';
import { forgetLink, isLinkKept, keptLink } from '../browser/kept-link.ts';
import { type RoomEntry, openInBrowser } from './open-in-browser.ts';
import { guardReload } from './reload-guard.ts';
import { type ChatRoom, RoomView } from './model/room-view.ts';
import { markTab, showIcon } from './tab-mark.ts';
import type { EndedRoom } from './model/ended-room.ts';
import { tabStorage } from '../browser/tab-storage.ts';

/** The room this page is in. */
export const currentRoom = signal<RoomView | undefined>(undefined);
/** The room this page was in last; undefined while it is in one. */
export const roomEnd = signal<EndedRoom | undefined>(undefined);
/** The room that was left a moment ago: out of sight, but open, as long as that can be undone. */
export const leftRoom = signal<RoomView | undefined>(undefined);

/** How long a room that vanished takes to fade. */
const FADE_MS = 900;
/** How long leaving can be undone. */
export const UNDO_MS = 10_000;

/** What ends the care for a room's draft. */
const guards = new WeakMap<RoomView, () => void>();
/** Only while the page is in a room, and while one that was left can be gone back to. */
let stopListening: (() => void) | undefined;
let stopLeaving: (() => void) | undefined;

/** Goes into a room. The page is in one room at most: one that was left before is left for good. */
export function enterRoom(entry: RoomEntry, open: (entry: RoomEntry) => ChatRoom = openInBrowser): void {
  finishLeaving();
  const { link, isNew = false } = entry;
  const room = open(entry);
  const url = makeLink(serverAddress(), link.id, link.secret);
  const view = new RoomView(room, { room: link, url, isNew, keyIsKept: isLinkKept(link.id) });
  guards.set(view, guardReload(view, room, link.id));
  hide();
  roomEnd.value = undefined;
  show(view);
  room.subscribe((update) => {
    const end = endIn(update);
    if (end === undefined) view.update(update);
    else over(view, end);
  });
}

function show(view: RoomView): void {
  currentRoom.value = view;
  stopListening = listenToPage(view);
}

function hide(): RoomView | undefined {
  const view = currentRoom.value;
  stopListening?.();
  stopListening = undefined;
  currentRoom.value = undefined;
  return view;
}

function endIn(update: RoomUpdate): RoomEnd | undefined {
  if (update.type !== 'connection' || update.connection.state !== 'ended') return undefined;
  return update.connection.end;
}

/** Out of sight at once, for good when it can no longer be undone; the room stays for the others. */
export function leaveRoom(): void {
  const view = hide();
  if (view === undefined) return;
  dropRoomFromAddress(view.id);
  const timer = setTimeout(finishLeaving, UNDO_MS);
  window.addEventListener('pagehide', finishLeaving);
  stopLeaving = () => {
    clearTimeout(timer);
    window.removeEventListener('pagehide', finishLeaving);
    leftRoom.value = undefined;
  };
  view.wake({ visible: false, online: navigator.onLine });
  view.isLeft.value = true;
  leftRoom.value = view;
}

/** The link of the room that is in sight again; undefined where it is too late. */
export function undoLeaving(): RoomLink | undefined {
  const view = leftRoom.value;
  if (view === undefined) return undefined;
  stopLeaving?.();
  view.isLeft.value = false;
  show(view);
  lookAround(view);
  return view.link.room;
}

/** Says goodbye, and forgets who we were; the SDK answers with the room's end. */
export function finishLeaving(): void {
  leftRoom.value?.leave();
}

/** Goes without a goodbye, as a reload does: whoever comes back from this tab is the same person. */
export function stepOut(): void {
  const view = hide();
  if (view === undefined) return;
  view.close();
  release(view);
}

function release(view: RoomView): void {
  guards.get(view)?.();
  view[Symbol.dispose]();
}

function over(view: RoomView, end: RoomEnd): void {
  const fades = end.why === 'expired' || end.why === 'owner' || end.why === 'vanished';
  if (!fades || view !== currentRoom.value || document.visibilityState === 'hidden') {
    finish(view, end);
    return;
  }
  view.vanishing.value = true;
  setTimeout(() => finish(view, end), FADE_MS);
}

function finish(view: RoomView, end: RoomEnd): void {
  release(view);
  if (view === leftRoom.value) {
    stopLeaving?.();
    forgetIdentity(tabStorage, view.id);
    forgetLink(view.id);
  }
  // Somebody may be in another room by now, when this one took its time to fade.
  if (view === currentRoom.value) tell(view, end);
}

function tell(view: RoomView, end: RoomEnd): void {
  const comeBack = mayComeBack(end);
  const linkInHistory = keptLink(view.id)?.wasInAddress === true;
  if (!comeBack) forgetRoom(view.id);
  roomEnd.value = {
    end,
    summary: view.summary(),
    linkInHistory,
    ...(comeBack && { link: view.link.room }),
  };
  hide();
}

function listenToPage(view: RoomView): () => void {
  view.unread.setFocused(document.hasFocus());
  const stop = new AbortController();
  const { signal: until } = stop;
  const look = (): void => lookAround(view);
  for (const event of ['online', 'offline', 'pageshow'])
    window.addEventListener(event, look, { signal: until });
  document.addEventListener('visibilitychange', look, { signal: until });
  window.addEventListener('focus', () => view.unread.setFocused(true), { signal: until });
  window.addEventListener('blur', () => view.unread.setFocused(false), { signal: until });
  const stopMarking = effect(() => markTab(view.id, view.unread.unseen.value));
  return () => {
    stop.abort();
    stopMarking();
    showIcon('plain');
  };
}

function lookAround(view: RoomView): void {
  view.unread.setFocused(document.hasFocus());
  view.wake({ visible: document.visibilityState === 'visible', online: navigator.onLine });
}

function mayComeBack({ why }: RoomEnd): boolean {
  return (
    why === 'replaced' || why === 'full' || why === 'closed' || why === 'hung_up' || why === 'incompatible'
  );
}

/** A reload does not lead to a room that is over. */
function forgetRoom(id: RoomId): void {
  forgetLink(id);
  dropRoomFromAddress(id);
}
