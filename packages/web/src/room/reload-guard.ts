// Keeps the draft in the tab's storage through a reload. If the storage refuses the draft or the SDK's outbox, the browser
// asks before it drops the page.

import { type TabStorage, keepDraft, loadDraft } from '@mayfly/client';
import type { RoomId } from '@mayfly/protocol';
import { type ReadonlySignal, effect, signal } from '@preact/signals';
import type { ChatRoom, RoomView } from './model/room-view.ts';
import { tabStorage } from '../browser/tab-storage.ts';

/** Restores the draft, and stores it until the room ends or the returned function is called. */
export function guardReload(
  view: RoomView,
  room: Pick<ChatRoom, 'subscribe'>,
  id: RoomId,
  storage: TabStorage = tabStorage,
): () => void {
  view.draft.restore(loadDraft(storage, id));
  const keeper = new DraftKeeper(view.draft.kept, (text) => keepDraft(storage, id, text));
  const stopAsking = askBeforeUnload(
    () =>
      !view.isLeft.value &&
      (!view.draft.unsentIsSafe.value || !keeper.isSafe.value || view.unsentFiles.value > 0),
  );
  const stop = new AbortController();
  const flush = (): void => keeper.flush();
  window.addEventListener('pagehide', flush, { signal: stop.signal });
  document.addEventListener('visibilitychange', flush, { signal: stop.signal });
  // The SDK has erased the stored draft by then: don't write it again.
  const end = room.subscribe((update) => {
    if (update.type === 'connection' && update.connection.state === 'ended') keeper[Symbol.dispose]();
  });
  return () => {
    keeper.flush();
    keeper[Symbol.dispose]();
    end[Symbol.dispose]();
    stop.abort();
    stopAsking();
  };
}

/** At most one write in this time while someone types. */
export const WRITE_EVERY_MS = 500;

/** Stores a draft: immediately after a pause, then at most every 500 ms. An empty draft is stored at once. */
export class DraftKeeper implements Disposable {
  /** Whether a reload would restore the latest draft. */
  readonly isSafe = signal(true);
  readonly #draft: ReadonlySignal<string>;
  readonly #write: (text: string) => boolean;
  readonly #stop: () => void;
  #written: string;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  /** `write` returns whether the text survives a reload. */
  constructor(draft: ReadonlySignal<string>, write: (text: string) => boolean) {
    this.#draft = draft;
    this.#write = write;
    this.#written = draft.peek();
    this.#stop = effect(() => {
      // A sent message must not return to the composer.
      if (draft.value === '' || this.#pause === undefined) this.flush();
    });
  }

  flush(): void {
    const text = this.#draft.peek();
    if (this.#over || text === this.#written) return;
    this.#written = text;
    this.isSafe.value = this.#write(text);
    this.#pause ??= setTimeout(() => {
      this.#pause = undefined;
      this.flush();
    }, WRITE_EVERY_MS);
  }

  /** Stores nothing more, not even the latest draft. */
  [Symbol.dispose](): void {
    this.#over = true;
    this.#stop();
    clearTimeout(this.#pause);
  }
}

function ask(event: Event): void {
  event.preventDefault();
}

// Listens only while there is something to lose: `beforeunload` listeners can keep a page out of the back/forward cache.
function askBeforeUnload(wouldLose: () => boolean): () => void {
  return effect(() => {
    if (!wouldLose()) return undefined;
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  });
}
