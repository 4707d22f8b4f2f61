// The mouse and the finger at a message.

import { keyOf, messageAt } from './message-finding.ts';

/** Of the window. */
export type Point = { readonly x: number; readonly y: number };

export type PointerAsks = {
  /** The mouse is at this message; undefined once it has gone elsewhere. */
  readonly onHover: (key: string | undefined) => void;
  /** `at`: where a mouse was pressed. */
  readonly onMenu: (key: string, at?: Point) => void;
  /** Who reacted. */
  readonly onInfo: (key: string) => void;
};

export function guidePointer(log: HTMLElement, asks: PointerAsks, signal: AbortSignal): void {
  let at: HTMLElement | undefined;
  const hover = (element: HTMLElement | undefined): void => {
    if (element === at) return;
    at = element;
    asks.onHover(element && keyOf(element));
  };
  log.addEventListener('pointerover', (event) => hover(hovered(event, at)), { signal });
  log.addEventListener('scroll', () => hover(undefined), { signal, passive: true });
  log.addEventListener('contextmenu', (event) => askForMenu(event, asks), { signal });
  onHold(log, (target) => open(target, asks), signal);
}

/** Beside its message the mouse is still at it, on its way to the bar. */
function hovered({ target, pointerType, clientY }: PointerEvent, at: HTMLElement | undefined) {
  if (pointerType !== 'mouse') return undefined;
  const element = messageAt(target);
  if (element !== undefined || at === undefined || !at.isConnected) return element;
  const { top, bottom } = at.getBoundingClientRect();
  return clientY >= top && clientY <= bottom ? at : undefined;
}

/** What has a menu of the browser's own, or answers a press itself. */
const OWN_MENU = 'a, input, textarea';

function askForMenu(event: PointerEvent | MouseEvent, asks: PointerAsks): void {
  const { target, shiftKey, clientX: x, clientY: y } = event;
  const element = messageAt(target);
  if (element === undefined || shiftKey || isBrowsers(target, element)) return;
  event.preventDefault();
  // A finger that rests has opened it already.
  if ('pointerType' in event && event.pointerType === 'touch') return;
  open(target, asks, { x, y });
}

function isBrowsers(target: EventTarget | null, element: HTMLElement): boolean {
  if (target instanceof Element && target.closest(OWN_MENU) !== null) return true;
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(element, true);
}

function open(target: EventTarget | null, asks: PointerAsks, at?: Point): void {
  const element = messageAt(target);
  if (element === undefined) return;
  const isReaction = target instanceof Element && target.closest('.reaction') !== null;
  if (isReaction) asks.onInfo(keyOf(element));
  else asks.onMenu(keyOf(element), at);
}

/** As long as on phones. */
const HOLD_MS = 450;
const STILL_PX = 10;

/** A finger that rests on a message. */
function onHold(log: HTMLElement, held: (target: EventTarget | null) => void, signal: AbortSignal): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let from: Point = { x: 0, y: 0 };
  const stop = (): void => clearTimeout(timer);
  const down = ({ pointerType, isPrimary, target, clientX: x, clientY: y }: PointerEvent): void => {
    stop();
    if (pointerType === 'mouse' || !isPrimary || messageAt(target) === undefined) return;
    if (target instanceof Element && target.closest(OWN_MENU) !== null) return;
    from = { x, y };
    timer = setTimeout(() => {
      swallowClick();
      held(target);
    }, HOLD_MS);
  };
  const move = ({ clientX, clientY }: PointerEvent): void => {
    if (Math.hypot(clientX - from.x, clientY - from.y) > STILL_PX) stop();
  };
  log.addEventListener('pointerdown', down, { signal });
  log.addEventListener('pointermove', move, { signal });
  for (const end of ['pointerup', 'pointercancel', 'scroll'])
    log.addEventListener(end, stop, { signal, passive: true });
  signal.addEventListener('abort', stop);
}

/** The finger that is lifted would press what it rests on, or what has opened there. */
function swallowClick(): void {
  const over = new AbortController();
  const swallow = (event: Event): void => {
    event.preventDefault();
    event.stopPropagation();
    over.abort();
  };
  const { signal } = over;
  window.addEventListener('click', swallow, { capture: true, signal });
  window.addEventListener('pointerdown', () => over.abort(), { capture: true, signal });
}
