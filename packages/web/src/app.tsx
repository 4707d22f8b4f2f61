// Which screen stands on the page, and the ways from one to the next.

import { forgetIdentity, type Identity, keepIdentity, loadIdentity, type RoomLink } from '@mayfly/client';
import { toBase64url } from '@mayfly/protocol';
import { effect, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { showRoomInAddress, showStartInAddress } from './address.ts';
import { keptLink } from './kept-link.ts';
import type { CreatedRoom } from './parts/create-card.tsx';
import { MarkSprite } from './parts/mark.tsx';
import { focusHeading } from './parts/screen-heading.tsx';
import { StartPage } from './parts/start-page.tsx';
import type { RoomEntry } from './open-in-browser.ts';
import type { EndedRoom } from './room-state.ts';
import type { LobbySight } from './lobby.ts';
import { type Route, routeOf, type UnusableLink as Trouble } from './route.ts';
import { Ended } from './screens/ended.tsx';
import { Invited } from './screens/invited.tsx';
import { Landing } from './screens/landing.tsx';
import { LinkReady } from './screens/link-ready.tsx';
import { Unreachable } from './screens/unreachable.tsx';
import { UnusableLink } from './screens/unusable-link.tsx';
import { tabStorage } from './tab-storage.ts';
import { texts } from './words/start.ts';
import { Twins } from './twins.ts';

type Screen =
  | { readonly at: 'landing'; readonly roomLink: string }
  | { readonly at: 'linkReady'; readonly room: ReadyRoom }
  | { readonly at: 'invited'; readonly link: RoomLink }
  | { readonly at: 'unusableLink'; readonly trouble: Trouble }
  /** The room's part of the page is on its way. */
  | { readonly at: 'opening' }
  | { readonly at: 'unreachable' }
  | { readonly at: 'room'; readonly part: RoomPart }
  | { readonly at: 'ended'; readonly room: EndedRoom };

type RoomPart = typeof import('./room-part.ts');

/** A room that was made here and not entered yet; after a reload its life is not known until it is. */
type ReadyRoom = { readonly link: RoomLink; readonly identity: Identity; readonly lifeMs?: number };

const LANDING: Screen = { at: 'landing', roomLink: '' };

const screen = signal<Screen>(LANDING);
const sight = signal<LobbySight | undefined>(undefined);
const twins = new Twins();

/** Begins with what the address asks for, and follows the browser's back and forward. */
export function startApp(): void {
  showRoute(routeOf(window.location));
  window.addEventListener('popstate', () => {
    const shown = screen.value;
    // The address is where the browser went: the end of the room does not change it.
    screen.value = LANDING;
    if (shown.at === 'room') shown.part.leaveRoom();
    showRoute(routeOf(window.location));
  });
  effect(showEnd);
  effect(() => {
    const shown = screen.value;
    if (shown.at === 'linkReady') void loadRoomPart();
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

/** Undefined where the server did not answer. A browser may remember that, so only a reload tries again. */
async function loadRoomPart(): Promise<RoomPart | undefined> {
  try {
    return await import('./room-part.ts');
  } catch {
    return undefined;
  }
}

/** What the server says of a room is shown beside its invitation; a dead link ends there. */
function watchLobby(link: RoomLink): () => void {
  let lobby: Disposable | undefined;
  let isOver = false;
  const open = async (): Promise<void> => {
    const part = await loadRoomPart();
    if (isOver) return;
    lobby = part?.openLobby(link, { show: showSight, denied: () => showNotFound(link) });
  };
  void open();
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

function showRoute(route: Route): void {
  switch (route.to) {
    case 'landing':
      screen.value = { at: 'landing', roomLink: route.roomLink };
      return;
    case 'invited':
      comeToRoom(route.link);
      return;
    case 'unusable':
      comeWithoutKey(route.trouble);
  }
}

/** A reload: the address has no key, the tab has. */
function comeWithoutKey(trouble: Trouble): void {
  const kept = trouble.why === 'missing_key' ? keptLink(trouble.id) : undefined;
  if (kept === undefined) screen.value = { at: 'unusableLink', trouble };
  else comeToRoom(kept.link);
}

/** After a reload the same person goes straight back in, or to the link just made; others are asked for a name. */
function comeToRoom(link: RoomLink): void {
  const identity = loadIdentity(tabStorage, link.id);
  const wasHere = identity?.joined === true || identity?.ownerCode !== undefined;
  if (wasHere) void comeBack(link, identity);
  else screen.value = { at: 'invited', link };
}

async function comeBack(link: RoomLink, identity: Identity): Promise<void> {
  const opening = showOpening();
  const { name, joined } = identity;
  const [ours] = await Promise.all([twins.claim(toBase64url(identity.pk)), loadRoomPart()]);
  if (screen.value !== opening) return;
  // In a duplicated tab: somebody new, of the same name.
  if (!ours) forgetIdentity(tabStorage, link.id);
  if (joined) await goIn({ link, name, ...(ours && { identity }) });
  else screen.value = ours ? { at: 'linkReady', room: { link, identity } } : { at: 'invited', link };
}

async function goIn(entry: RoomEntry): Promise<void> {
  showRoomInAddress(entry.link);
  const opening = showOpening();
  const part = await loadRoomPart();
  // Meanwhile somebody may have gone back.
  if (screen.value !== opening) return;
  if (part === undefined) {
    screen.value = { at: 'unreachable' };
    return;
  }
  part.enterRoom(entry);
  holdIdentity(entry.link);
  screen.value = { at: 'room', part };
}

function showOpening(): Screen {
  const opening: Screen = { at: 'opening' };
  screen.value = opening;
  return opening;
}

function holdIdentity({ id }: RoomLink): void {
  const identity = loadIdentity(tabStorage, id);
  if (identity !== undefined) twins.hold(toBase64url(identity.pk));
}

function goHome(): void {
  showStartInAddress();
  screen.value = LANDING;
}

// Kept at once: a reload loses neither the link nor who owns the room.
function showLink(room: CreatedRoom): void {
  keepIdentity(tabStorage, room.link.id, room.identity);
  holdIdentity(room.link);
  showRoomInAddress(room.link);
  screen.value = { at: 'linkReady', room };
}

/** The room is over: an end that was asked for needs no words. */
function showEnd(): void {
  const shown = screen.value;
  const room = shown.at === 'room' ? shown.part.roomEnd.value : undefined;
  if (room === undefined) return;
  if (room.end.why !== 'left') {
    screen.value = { at: 'ended', room };
    return;
  }
  screen.value = LANDING;
}

function comeAgain(link: RoomLink): void {
  forgetIdentity(tabStorage, link.id);
  screen.value = { at: 'invited', link };
}

export function App() {
  const shown = screen.value;
  useFocusOnChange(shown.at);
  return (
    <>
      <MarkSprite />
      {shown.at === 'room' ? <shown.part.Room /> : <StartScreen shown={shown} />}
    </>
  );
}

/** The first screen of a page load leaves the focus where the browser put it; the room knows better itself. */
function useFocusOnChange(at: Screen['at']): void {
  const before = useRef(at);
  useEffect(() => {
    if (at !== before.current && at !== 'room') focusHeading();
    before.current = at;
  }, [at]);
}

type StartScreenProps = { readonly shown: Exclude<Screen, { at: 'room' }> };

function StartScreen({ shown }: StartScreenProps) {
  const isLanding = shown.at === 'landing';
  return (
    <>
      {isLanding && <SkipLink />}
      <StartPage ownWing={isLanding} onHome={goHome}>
        <ScreenBody shown={shown} />
      </StartPage>
    </>
  );
}

function ScreenBody({ shown }: StartScreenProps) {
  switch (shown.at) {
    case 'landing':
      return <Landing key={shown.roomLink} roomLink={shown.roomLink} onCreated={showLink} onJoin={joinAs} />;
    case 'linkReady': {
      const { link, identity, lifeMs } = shown.room;
      const entry = { link, identity, name: identity.name };
      return <LinkReady link={link} lifeMs={lifeMs} onJoin={() => void goIn(entry)} />;
    }
    case 'invited':
      return (
        <Invited link={shown.link} sight={sight} onJoin={(name) => void goIn({ link: shown.link, name })} />
      );
    case 'unusableLink':
      return <UnusableLink trouble={shown.trouble} onLink={comeToRoom} />;
    case 'opening':
      return (
        <main class="solo">
          <p class="opening" role="status">
            {texts.opening}
          </p>
        </main>
      );
    case 'unreachable':
      return <Unreachable />;
    case 'ended':
      return (
        <Ended room={shown.room} onHome={goHome} onCreated={showLink} onJoin={joinAs} onAgain={comeAgain} />
      );
  }
}

function joinAs(link: RoomLink, name: string): void {
  void goIn({ link, name });
}

/** An anchor by looks only: the part of the address after # belongs to the key. */
function SkipLink() {
  return (
    <a
      class="skip"
      href="#create"
      onClick={(event) => {
        event.preventDefault();
        document.querySelector<HTMLInputElement>('#create input')?.focus();
      }}
    >
      {texts.landing.skip}
    </a>
  );
}
