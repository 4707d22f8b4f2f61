// Which room this page is in: entering, leaving, and the browser's events in between.

import { type RoomEnd, type RoomLink, type RoomUpdate, forgetIdentity, makeLink } from '@mayfly/client';
import type { RoomId } from '@mayfly/protocol';
import { effect, signal } from '@preact/signals';
import { dropRoomFromAddress, showRoomInAddress } from '../browser/address.ts';
import { serverAddress } from '../browser/base-path.ts';
import { blankPage } from '../browser/blank-page.ts';
import { forgetLink, isLinkKept, keptLink } from '../browser/kept-link.ts';
import { type RoomEntry, openInBrowser } from './open-in-browser.ts';
import { PanicKeys } from './panic-keys.ts';
import { forgetChoices, keepChoices } from './kept-choices.ts';
import { lifePart } from './later-parts.ts';
import { guardReload } from './reload-guard.ts';
import { type ChatRoom, RoomView } from './model/room-view.ts';
import { markTab, showIcon } from './tab-mark.ts';
import type { EndedRoom } from './model/ended-room.ts';
import { tabStorage } from '../browser/tab-storage.ts';
import { settings } from '../ui/settings.ts';

/** The room this page is in. */
export const currentRoom = signal<RoomView | undefined>(undefined);
/** The last room of this page; undefined while it is in one. */
export const roomEnd = signal<EndedRoom | undefined>(undefined);
/** The room that was just left: hidden but open while that can be undone. */
export const leftRoom = signal<RoomView | undefined>(undefined);

/** How long a disappearing room takes to fade. */
const FADE_MS = 900;
/** The ends of a room with everything in it. */
const FADES: ReadonlySet<RoomEnd['why']> = new Set([
  'expired',
  'owner',
  'vanished',
  'ended_by_owner',
  'ended_by_you',
]);
/** How long leaving can be undone. */
export const UNDO_MS = 10_000;

/** Stops storing a room's draft and choices. */
const guards = new WeakMap<RoomView, () => void>();
/** Set while the page is in a room, and while leaving can be undone. */
let stopListening: (() => void) | undefined;
let stopLeaving: (() => void) | undefined;

/** Enters a room. The page is in one room at most: a room that was just left is now left for good. */
export function enterRoom(entry: RoomEntry, open: (entry: RoomEntry) => ChatRoom = openInBrowser): void {
  finishLeaving();
  const { link, isNew = false, passphrase } = entry;
  const room = open(entry);
  const url = makeLink(serverAddress(), link.id, link.secret, link.door);
  const view = new RoomView(room, { room: link, url, isNew, passphrase, keyIsKept: isLinkKept(link.id) });
  const stops = [guardReload(view, room, link.id), keepChoices(view, link.id)];
  guards.set(view, () => stops.forEach((stop) => stop()));
  hide();
  roomEnd.value = undefined;
  show(view);
  room.subscribe((update) => {
    const end = endIn(update);
    if (update.type === 'link') move(view, update.link);
    if (end === undefined) view.update(update);
    else over(view, end);
  });
}

// A reload and every invitation need the new link.
function move(view: RoomView, link: RoomLink): void {
  if (!view.isLeft.peek()) showRoomInAddress(link);
  // Its passphrase may be another one.
  const url = makeLink(serverAddress(), link.id, link.secret, link.door);
  view.link = { ...view.link, room: link, url, passphrase: undefined };
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

/** Hides the room at once, and leaves it when that can no longer be undone. The room stays for the others. */
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

/** The link of the room that is shown again; undefined if it is too late. */
export function undoLeaving(): RoomLink | undefined {
  const view = leftRoom.value;
  if (view === undefined) return undefined;
  stopLeaving?.();
  view.isLeft.value = false;
  show(view);
  lookAround(view);
  return view.link.room;
}

/** Sends `leave` and erases the identity; the SDK then reports the room's end. */
export function finishLeaving(): void {
  leftRoom.value?.leave();
}

/** Closes the connection without `leave`, as a reload does: this tab can return as the same person. */
export function stepOut(): void {
  const view = hide();
  if (view === undefined) return;
  view.close();
  release(view);
}

/** Leaves a blank page and nothing of the room in this tab. Sends nothing, so the others only see a lost connection. */
export function panic(): void {
  const view = hide();
  blankPage();
  if (view === undefined) return;
  view.close();
  release(view);
  // Last: releasing a room stores its draft.
  forgetIdentity(tabStorage, view.id);
  forgetKept(view.id);
}

function release(view: RoomView): void {
  guards.get(view)?.();
  view[Symbol.dispose]();
}

function over(view: RoomView, end: RoomEnd): void {
  if (!FADES.has(end.why) || view !== currentRoom.value || document.visibilityState === 'hidden') {
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
    forgetKept(view.id);
  }
  // The page may be in another room by now, because fading takes time.
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
  const panicKeys = new PanicKeys();
  const press = (event: KeyboardEvent): void => {
    if (panicKeys.press(event)) panic();
  };
  // Before everything else, because a dialog or a menu may keep the press to itself.
  window.addEventListener('keydown', press, { capture: true, signal: until });
  const stopMarking = effect(() => markTab(view.facts.value?.name ?? view.id, view.unread.unseen.value));
  const stopAlerts = effect(() => watchForAlerts(view));
  return () => {
    stop.abort();
    stopMarking();
    stopAlerts();
    showIcon('plain');
  };
}

/** Loads what alerts need with the first setting that asks for them. */
function watchForAlerts(view: RoomView): (() => void) | undefined {
  const { notify, quiet } = settings.value;
  view.isQuiet.value = quiet;
  if (notify === 'none' && !view.sounds.value) return undefined;
  lifePart.want();
  return lifePart.loaded.value?.watchForAlerts(view);
}

function lookAround(view: RoomView): void {
  view.unread.setFocused(document.hasFocus());
  view.wake({ visible: document.visibilityState === 'visible', online: navigator.onLine });
}

function mayComeBack({ why }: RoomEnd): boolean {
  return (
    why === 'replaced' ||
    why === 'full' ||
    why === 'closed' ||
    why === 'hung_up' ||
    why === 'incompatible' ||
    why === 'wrong_passphrase'
  );
}

/** A reload must not lead to a room that is over. */
function forgetRoom(id: RoomId): void {
  forgetKept(id);
  dropRoomFromAddress(id);
}

function forgetKept(id: RoomId): void {
  forgetLink(id);
  forgetChoices(id);
}
