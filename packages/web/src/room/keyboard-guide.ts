// Keyboard and focus in a room: typed text goes to the composer, page keys scroll the messages, and the focus moves on
// when its element disappears.

import { isTouch } from './room-focus.ts';
import { pagesOf, writesText } from './room-keys.ts';

/** Returns a function that stops it. */
export function guideKeyboard(room: HTMLElement): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  document.addEventListener('keydown', (event) => guidePress(room, event), { signal });
  const stopKeeping = keepFocus(room, signal);
  return () => {
    listening.abort();
    stopKeeping();
  };
}

/** These handle keys themselves. */
const OWN_KEYS = 'dialog, [role=menu]';
const OWN_SCROLLING = '.scroll, .side';

function guidePress(room: HTMLElement, event: KeyboardEvent): void {
  const { target } = event;
  if (event.defaultPrevented || !(target instanceof Element) || room.querySelector(OWN_KEYS) !== null) return;
  if (writesText(event)) {
    if (!isField(target)) focusComposer(room);
    return;
  }
  const pages = pagesOf(event);
  if (pages === 0 || target.closest(OWN_SCROLLING) !== null || scrolls(target)) return;
  event.preventDefault();
  const log = logOf(room);
  log?.scrollBy(0, pages * PAGE * log.clientHeight);
}

/** A page scrolls by less than the visible height, so a few lines stay for orientation. */
const PAGE = 0.875;

function isField(target: Element): boolean {
  return target.matches('input, textarea, select');
}

/** A long draft scrolls by page keys itself. */
function scrolls(target: Element): boolean {
  return isField(target) && target.scrollHeight > target.clientHeight;
}

/** Moves a lost focus to the messages if it was there, otherwise to the composer. */
function keepFocus(room: HTMLElement, signal: AbortSignal): () => void {
  let last: { readonly element: Element; readonly inLog: boolean } | undefined;
  const remember = ({ target }: Event) => {
    if (target instanceof Element) last = { element: target, inLog: target.closest('.scroll') !== null };
  };
  const passOn = () => {
    if (last === undefined || last.element.isConnected || hasFocus()) return;
    if (last.inLog || isTouch()) logOf(room)?.focus({ preventScroll: true });
    else focusComposer(room);
  };
  room.addEventListener('focusin', remember, { signal });
  const removed = new MutationObserver(passOn);
  removed.observe(room, { childList: true, subtree: true });
  return () => removed.disconnect();
}

function hasFocus(): boolean {
  const { activeElement, body } = document;
  return activeElement !== null && activeElement !== body;
}

function logOf(room: HTMLElement): HTMLElement | null {
  return room.querySelector<HTMLElement>('.scroll');
}

function focusComposer(room: HTMLElement): void {
  room.querySelector<HTMLElement>('.composer__text')?.focus({ preventScroll: true });
}
