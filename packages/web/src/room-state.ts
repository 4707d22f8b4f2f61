// Which room this page is in: going in, coming out, and what the browser tells meanwhile.

import { type RoomEnd, type RoomLink, type RoomNews, makeLink } from '@mayfly/client';
import type { RoomId } from '@mayfly/protocol';
import { effect, signal } from '@preact/signals';
import { dropRoomFromAddress } from './address.ts';
import { forgetLink, isLinkKept, keptLink } from './kept-link.ts';
import { type RoomEntry, openInBrowser } from './open-in-browser.ts';
import { guardReload } from './reload-guard.ts';
import { type ChatRoom, type RoomSummary, RoomView } from './room-view.ts';
import { roomTexts } from './words/room.ts';

/** A room that is over for this page. */
export type EndedRoom = {
  readonly end: RoomEnd;
  readonly summary: RoomSummary;
  /** The link was opened here, so the browser's history may have it, with the key. */
  readonly linkInHistory: boolean;
  /** Only where the same link can still be used. */
  readonly link?: RoomLink;
};

/** The room this page is in. */
export const currentRoom = signal<RoomView | undefined>(undefined);
/** The room this page was in last; undefined while it is in one. */
export const roomEnd = signal<EndedRoom | undefined>(undefined);

/** How long a room that vanished takes to fade. */
const FADE_MS = 900;

/** Goes into a room. The page is in one room at most. */
export function enterRoom(entry: RoomEntry, open: (entry: RoomEntry) => ChatRoom = openInBrowser): void {
  const { id, secret } = entry.link;
  const room = open(entry);
  const view = new RoomView(room, {
    id,
    link: makeLink(location.origin, id, secret),
    keyIsKept: isLinkKept(id),
  });
  const stopListening = listenToPage(view);
  const stopGuarding = guardReload(view, room, id);
  const finish = (end: RoomEnd): void => {
    stopListening();
    stopGuarding();
    view[Symbol.dispose]();
    // Somebody may be in another room by now, when this one took its time to fade.
    if (currentRoom.value !== view) return;
    const comeBack = mayComeBack(end);
    const linkInHistory = keptLink(id)?.wasInAddress === true;
    if (!comeBack) forgetRoom(id);
    roomEnd.value = {
      end,
      summary: view.summary(),
      linkInHistory,
      ...(comeBack && { link: entry.link }),
    };
    currentRoom.value = undefined;
  };
  roomEnd.value = undefined;
  currentRoom.value = view;
  room.subscribe((news) => {
    const end = endIn(news);
    if (end === undefined) view.hear(news);
    else fadeOut(view, end, finish);
  });
}

function endIn(news: RoomNews): RoomEnd | undefined {
  return news.type === 'connection' && news.connection.state === 'ended' ? news.connection.end : undefined;
}

/** Leaves for good. The room stays for the others; the SDK answers with its end. */
export function leaveRoom(): void {
  currentRoom.value?.leave();
}

function fadeOut(view: RoomView, end: RoomEnd, finish: (end: RoomEnd) => void): void {
  const fades = end.why === 'expired' || end.why === 'owner' || end.why === 'vanished';
  if (!fades || document.visibilityState === 'hidden') {
    finish(end);
    return;
  }
  view.vanishing.value = true;
  setTimeout(() => finish(end), FADE_MS);
}

function listenToPage(view: RoomView): () => void {
  const stop = new AbortController();
  const { signal: until } = stop;
  const look = (): void =>
    view.wake({ visible: document.visibilityState === 'visible', online: navigator.onLine });
  for (const event of ['online', 'offline', 'pageshow'])
    window.addEventListener(event, look, { signal: until });
  document.addEventListener('visibilitychange', look, { signal: until });
  const stopTitle = effect(() => {
    document.title = roomTexts.title(view.id, view.unseen.value);
  });
  return () => {
    stop.abort();
    stopTitle();
  };
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
