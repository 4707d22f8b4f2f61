// Keys in the log: arrows go from message to message, Enter and the menu key open what one can do with it.

import { keyOf, messageAt, neighbor, newestInSight } from './message-finding.ts';

type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

const STEPS: ReadonlyMap<string, 1 | -1> = new Map([
  ['ArrowUp', -1],
  ['ArrowDown', 1],
]);

export function asksForMenu({ key, shiftKey }: Press): boolean {
  return key === 'ContextMenu' || (key === 'F10' && shiftKey);
}

/** Where an arrow key leads; undefined where it only scrolls. */
export function stepOf(press: Press): 1 | -1 | undefined {
  const { ctrlKey, metaKey, altKey, shiftKey } = press;
  return ctrlKey || metaKey || altKey || shiftKey ? undefined : STEPS.get(press.key);
}

/** `onMenu` gets the key of a message. */
export function guideKeys(log: HTMLElement, onMenu: (key: string) => void, signal: AbortSignal): void {
  log.addEventListener('keydown', (event) => press(log, event, onMenu), { signal });
}

function press(log: HTMLElement, event: KeyboardEvent, onMenu: (key: string) => void): void {
  const focused = messageAt(event.target);
  const isOnMessage = focused !== undefined && event.target === focused;
  const asked = asksForMenu(event) ? (focused ?? newestInSight(log)) : undefined;
  const chosen = event.key === 'Enter' && isOnMessage ? focused : asked;
  if (chosen !== undefined) onMenu(keyOf(chosen));
  else if (!isOnMessage && event.target !== log) return;
  else if (event.key === 'Escape' && isOnMessage) log.focus({ preventScroll: true });
  else if (!goOn(log, focused, stepOf(event))) return;
  event.preventDefault();
}

/** False where the log scrolls instead: in a message that goes beyond the edge, and at the ends. */
function goOn(log: HTMLElement, focused: HTMLElement | undefined, step: 1 | -1 | undefined): boolean {
  if (step === undefined || (focused !== undefined && goesBeyond(log, focused, step))) return false;
  const next = focused === undefined ? newestInSight(log) : neighbor(log, focused, step);
  if (next === undefined) return false;
  next.tabIndex = -1;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
  return true;
}

function goesBeyond(log: HTMLElement, message: HTMLElement, step: 1 | -1): boolean {
  const [edge, box] = [log.getBoundingClientRect(), message.getBoundingClientRect()];
  return step < 0 ? box.top < edge.top : box.bottom > edge.bottom;
}
