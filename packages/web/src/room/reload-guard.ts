// What a reload of the tab must not lose: the draft goes into the tab's storage as it is written, and where the storage
// refuses the draft or the outbox, the browser asks before it drops the page. The outbox itself is kept by the SDK.

import { type TabStorage, keepDraft, loadDraft } from '@mayfly/client';
import type { RoomId } from '@mayfly/protocol';
import { type Signal, effect, signal } from '@preact/signals';
import type { ChatRoom, RoomView } from './model/room-view.ts';
import { tabStorage } from '../browser/tab-storage.ts';

/** Brings the draft back, and keeps it until the room ends or the page steps out of it by calling what this returns. */
export function guardReload(
  view: RoomView,
  room: Pick<ChatRoom, 'subscribe'>,
  id: RoomId,
  storage: TabStorage = tabStorage,
): () => void {
  view.draft.text.value ||= loadDraft(storage, id);
  const keeper = new DraftKeeper(view.draft.text, (text) => keepDraft(storage, id, text));
  const stopAsking = askBeforeUnload(
    () => !view.isLeft.value && (!view.draft.unsentIsSafe.value || !keeper.isSafe.value),
  );
  const stop = new AbortController();
  const flush = (): void => keeper.flush();
  window.addEventListener('pagehide', flush, { signal: stop.signal });
  document.addEventListener('visibilitychange', flush, { signal: stop.signal });
  // The room has forgotten the draft by then, and so must we.
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

/** Whoever types fast is written down this often, and at the end of a pause. */
export const WRITE_EVERY_MS = 500;

/** Writes a draft down: at once after a pause, then at most every 500 ms, and an empty one always at once. */
export class DraftKeeper implements Disposable {
  /** Whether a reload would bring back what was written last. */
  readonly isSafe = signal(true);
  readonly #draft: Signal<string>;
  readonly #write: (text: string) => boolean;
  readonly #stop: () => void;
  #written: string;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  /** `write` says whether the text outlives a reload. */
  constructor(draft: Signal<string>, write: (text: string) => boolean) {
    this.#draft = draft;
    this.#write = write;
    this.#written = draft.peek();
    this.#stop = effect(() => {
      // A message that was sent must not stand in the composer again.
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

  /** Writes nothing more, not even what is still to be written. */
  [Symbol.dispose](): void {
    this.#over = true;
    this.#stop();
    clearTimeout(this.#pause);
  }
}

function ask(event: Event): void {
  event.preventDefault();
}

// A page that listens to `beforeunload` may be slower to come back to: it does only while there is something to lose.
function askBeforeUnload(wouldLose: () => boolean): () => void {
  return effect(() => {
    if (!wouldLose()) return undefined;
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  });
}
