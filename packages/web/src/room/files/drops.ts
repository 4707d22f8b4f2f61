// Files that are dragged over the page, and dropped on it.

import type { RoomView } from '../model/room-view.ts';
import type { RoomFileDesk } from './room-file-desk.ts';

/** Until it is disposed of. Without it, a browser would open the file in place of the page. */
export function listenForDrops(view: RoomView, desk: RoomFileDesk): Disposable {
  const stop = new AbortController();
  const { signal } = stop;
  const over = (event: DragEvent) => {
    if (event.dataTransfer?.types.includes('Files') !== true) return;
    event.preventDefault();
    desk.isDragging.value = true;
  };
  const away = () => {
    desk.isDragging.value = false;
  };
  window.addEventListener('dragover', over, { signal });
  window.addEventListener(
    'dragleave',
    (event) => {
      if (event.relatedTarget === null) away();
    },
    { signal },
  );
  window.addEventListener(
    'drop',
    (event) => {
      away();
      // The composer may have taken them: it listens before this part is loaded.
      if (!event.defaultPrevented && view.attach(event.dataTransfer?.files)) event.preventDefault();
    },
    { signal },
  );
  return { [Symbol.dispose]: () => stop.abort() };
}
