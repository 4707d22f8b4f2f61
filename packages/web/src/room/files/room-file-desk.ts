// Files of the room that this page is in: the tray, what is on its way, and what others shared.

import type { FilePort, FileSent } from '@mayfly/client';
import { RoomFiles } from '@mayfly/client/files';
import { type Signal, computed, effect, signal } from '@preact/signals';
import { background } from '../../background.ts';
import { serverAddress } from '../../browser/base-path.ts';
import type { RoomView } from '../model/room-view.ts';
import { SharedFiles, percentOf } from './shared-files.ts';
import { type TrayItem, forgetItem, trayItem, typeOf } from './tray-items.ts';

type StopReason = Exclude<Extract<FileSent, { ok: false }>['reason'], 'cancelled' | 'changed' | 'ended'>;

/** A file on its way. `stopped`: until it is retried or deleted. */
export type UploadRow = {
  readonly item: TrayItem;
  readonly percent: Signal<number>;
  readonly stopped: Signal<StopReason | undefined>;
  readonly caption: string;
  readonly replyTo: string | undefined;
  readonly original: boolean;
  cancel: () => void;
};

export class RoomFileDesk {
  readonly items = signal<readonly TrayItem[]>([]);
  readonly uploads = signal<readonly UploadRow[]>([]);
  readonly originals = signal(false);
  /** Names of files that are too big. */
  readonly refused = signal<readonly string[]>([]);
  /** Names of files that a page before this one didn't finish. */
  readonly unfinished = signal<readonly string[]>([]);
  readonly isDragging = signal(false);
  readonly shared: SharedFiles;
  readonly #view: RoomView;
  readonly #port: FilePort;
  readonly #files: RoomFiles;

  constructor(view: RoomView) {
    const { filePort } = view;
    if (filePort === undefined) throw new Error('a room without files shows none');
    this.#view = view;
    this.#port = filePort;
    this.#files = new RoomFiles(filePort, { origin: serverAddress() });
    this.shared = new SharedFiles(this.#files);
    this.unfinished.value = this.#files.unfinished;
    filePort.listen({ opened: () => {}, answered: () => {}, ended: () => this.#end() });
    effect(() => {
      const chosen = view.chosenFiles.value;
      if (chosen.length === 0) return;
      view.chosenFiles.value = [];
      background(this.#take(chosen));
    });
    effect(() => {
      view.unsentFiles.value = this.items.value.length + this.uploads.value.length;
      view.tray.value = this.items.value.length > 0 ? { send: () => this.send() } : undefined;
    });
  }

  readonly bytes = computed(() => this.items.value.reduce((sum, { size }) => sum + size, 0));

  get most(): number {
    return this.#port.limits?.file ?? Infinity;
  }

  remove(item: TrayItem): void {
    forgetItem(item);
    this.items.value = this.items.value.filter((one) => one !== item);
  }

  clear(): void {
    for (const item of this.items.peek()) forgetItem(item);
    this.items.value = [];
    this.refused.value = [];
  }

  /** An unfinished file isn't sent any further. */
  giveUp(name: string): void {
    this.#files.giveUp(name);
    this.unfinished.value = this.#files.unfinished;
  }

  /** One message for each file; the draft is the caption of the first. */
  send(): void {
    const { draft } = this.#view;
    const about = draft.about.peek();
    const original = this.originals.peek();
    const rows = this.items.peek().map((item, index) => ({
      item,
      percent: signal(0),
      stopped: signal<StopReason | undefined>(undefined),
      caption: index === 0 ? draft.text.peek().trim() : '',
      replyTo: index === 0 && about?.what === 'reply' ? about.key : undefined,
      original,
      cancel: () => {},
    }));
    this.items.value = [];
    this.refused.value = [];
    this.originals.value = false;
    this.#view.type('');
    draft.cancel();
    this.uploads.value = [...this.uploads.value, ...rows];
    // Where they stand, as with any message of one's own.
    this.#view.timeline.markUnread(undefined);
    this.#view.unread.atEnd.value = true;
    for (const row of rows) this.retry(row);
  }

  retry(row: UploadRow): void {
    row.stopped.value = undefined;
    background(this.#upload(row));
  }

  delete(row: UploadRow): void {
    row.cancel();
    this.#drop(row);
  }

  async #take(files: readonly File[]): Promise<void> {
    const fitting = files.filter(({ size }) => size <= this.most);
    this.refused.value = files.filter(({ size }) => size > this.most).map(({ name }) => name);
    for (const file of fitting) {
      const item = await trayItem(file);
      this.items.value = [...this.items.value, item];
    }
  }

  async #upload(row: UploadRow): Promise<void> {
    const stop = new AbortController();
    row.cancel = () => stop.abort();
    const { item, caption, replyTo, original } = row;
    const source = original ? item.file : (item.stripped ?? item.file);
    const { picture } = item;
    const sent = await this.#files.send(
      source,
      {
        name: item.name,
        mime: picture ? `image/${picture.kind}` : typeOf(item.file),
        caption,
        ...(picture && { width: picture.width, height: picture.height }),
        ...(replyTo !== undefined && { replyTo }),
      },
      {
        signal: stop.signal,
        onProgress: (progress) => {
          row.percent.value = percentOf(progress);
        },
      },
    );
    this.unfinished.value = this.unfinished.value.filter((name) => name !== item.name);
    // At once: the message is in the place of the upload when the list is drawn again.
    if (sent.ok) this.shared.keep(sent.key, source, picture);
    if (sent.ok || sent.reason === 'cancelled' || sent.reason === 'ended') this.#drop(row);
    else row.stopped.value = sent.reason === 'changed' ? 'unreadable' : sent.reason;
  }

  #drop(row: UploadRow): void {
    forgetItem(row.item);
    this.uploads.value = this.uploads.value.filter((one) => one !== row);
  }

  #end(): void {
    this.clear();
    for (const row of this.uploads.peek()) this.#drop(row);
    this.shared[Symbol.dispose]();
    this.#files[Symbol.dispose]();
  }
}

const desks = new WeakMap<RoomView, RoomFileDesk>();

/** One for each room. */
export function deskOf(view: RoomView): RoomFileDesk {
  const known = desks.get(view) ?? new RoomFileDesk(view);
  desks.set(view, known);
  return known;
}
