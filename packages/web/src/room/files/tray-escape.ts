// Esc beside the files that are about to be sent: pressed twice, it takes all of them out.

import type { RoomFileDesk } from './room-file-desk.ts';

/** Until it is disposed of. */
export function listenForEscape(desk: RoomFileDesk): Disposable {
  const stop = new AbortController();
  window.addEventListener('keydown', (event) => press(desk, event), { signal: stop.signal });
  return { [Symbol.dispose]: () => stop.abort() };
}

function press(desk: RoomFileDesk, { key, target, defaultPrevented }: KeyboardEvent): void {
  const near = target instanceof Element ? target.closest('.tray, .composer__text') : null;
  // What has used the key for itself has prevented the rest.
  if (key !== 'Escape' || defaultPrevented || near === null) desk.isClearing.value = false;
  else if (desk.isClearing.peek()) {
    desk.clear();
    near.closest('.composer')?.querySelector('textarea')?.focus();
  } else desk.isClearing.value = desk.items.peek().length > 0;
}
