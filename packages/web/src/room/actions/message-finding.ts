// The elements of messages in the log: those that are there, not those on their way.

const MESSAGES = '.message[data-message]:not(.message--pending, .message--failed)';

/** The message that the target is in. */
export function messageAt(target: EventTarget | null): HTMLElement | undefined {
  return (target instanceof Element && target.closest<HTMLElement>(MESSAGES)) || undefined;
}

export function keyOf(element: HTMLElement): string {
  return element.dataset['message'] ?? '';
}

export function elementOf(log: Element, key: string): HTMLElement | undefined {
  return allIn(log).find((element) => keyOf(element) === key);
}

/** The lowest one that begins above the lower edge of the log. */
export function newestInSight(log: Element): HTMLElement | undefined {
  const { bottom } = log.getBoundingClientRect();
  return allIn(log).findLast((element) => element.getBoundingClientRect().top < bottom);
}

/** The one after it, or before it; undefined at the ends. */
export function neighbor(log: Element, element: HTMLElement, step: 1 | -1): HTMLElement | undefined {
  const all = allIn(log);
  return all[all.indexOf(element) + step];
}

function allIn(log: Element): HTMLElement[] {
  return [...log.querySelectorAll<HTMLElement>(MESSAGES)];
}
