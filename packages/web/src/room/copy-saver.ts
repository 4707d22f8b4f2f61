// Saves what this tab shows as a file, and tells the room.

import { signal } from '@preact/signals';
import { download } from '../browser/download.ts';
import { type CopyFormat, writeCopy } from './copy-file.ts';
import { copiedMessage, messagesToCopy } from './model/copied-messages.ts';
import type { RoomView } from './model/room-view.ts';

export class CopySaver implements Disposable {
  /** While it writes: how many messages are done, and of how many. */
  readonly state = signal<'asking' | 'saved' | { readonly done: number; readonly all: number }>('asking');
  readonly #view: RoomView;
  readonly #stop = new AbortController();

  constructor(view: RoomView) {
    this.#view = view;
  }

  get isWriting(): boolean {
    return typeof this.state.value === 'object';
  }

  /** The messages that are shown at this moment. The room learns it when the file is there. */
  async save(format: CopyFormat): Promise<void> {
    const view = this.#view;
    const messages = messagesToCopy(view.timeline).map(
      (message) => () => copiedMessage(message, view.people),
    );
    const all = messages.length;
    this.state.value = { done: 0, all };
    const room = view.facts.peek()?.name ?? view.id;
    const progress = (done: number): void => {
      this.state.value = { done, all };
    };
    const copy = { format, room, savedAt: Date.now(), messages };
    const file = await writeCopy(copy, progress, this.#stop.signal);
    if (file === undefined) return;
    view.noteSaved();
    download(file);
    this.state.value = 'saved';
  }

  /** Stops writing. */
  [Symbol.dispose](): void {
    this.#stop.abort();
  }
}
