// The elements of messages in the list.

/** Those of the log: nothing can be done yet with one that is on its way. */
const MESSAGES = '.message[data-message]:not(.message--pending, .message--failed)';

export function elementOf(list: HTMLElement, key: string): HTMLElement | undefined {
  const all = list.querySelectorAll<HTMLElement>(MESSAGES);
  return [...all].find((element) => element.dataset['message'] === key);
}

const FOUND = 'data-found';

/** Until the next press. */
export function markFound(element: HTMLElement): void {
  unmarkFound();
  element.setAttribute(FOUND, '');
  document.addEventListener('pointerdown', unmarkFound, { once: true });
}

export function unmarkFound(): void {
  for (const element of document.querySelectorAll(`[${FOUND}]`)) element.removeAttribute(FOUND);
}

const FLASH_MS = 1600;
const RING: Keyframe = { outline: '2px solid var(--sun)', outlineOffset: '2px' };

/** Gives it a ring for a moment, and the focus, where a screen reader reads on. */
export function flash(element: HTMLElement): void {
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
  element
    .querySelector('.bubble')
    ?.animate([RING, { ...RING, offset: 0.7 }, { outline: '2px solid transparent' }], FLASH_MS);
}
