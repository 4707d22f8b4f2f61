// Files of the room that this page is in: the tray, what is on its way, and what others shared.

import type { FilePort, FileSent } from '@mayfly/client';
import { RoomFiles } from '@mayfly/client/files';
import { type Signal, computed, effect, signal } from '@preact/signals';
import { background } from '../../background.ts';
import { serverAddress } from '../../browser/base-path.ts';
import { fileTexts } from '../../words/files.ts';
import type { RoomView } from '../model/room-view.ts';
import { SharedFiles, percentOf } from './shared-files.ts';
import {
  type FileForm,
  type TrayItem,
  captionsOf,
  forgetItem,
  formOf,
  trayItem,
  typeOf,
  withMoved,
} from './tray-items.ts';
import type { Recorded } from './voice-recording.ts';

type StopReason = Exclude<Extract<FileSent, { ok: false }>['reason'], 'cancelled' | 'changed' | 'ended'>;

/** A file on its way. `stopped`: until it is retried or deleted. */
export type UploadRow = {
  readonly item: TrayItem;
  /** What is sent of it. */
  readonly form: FileForm;
  readonly percent: Signal<number>;
  readonly stopped: Signal<StopReason | undefined>;
  readonly caption: string;
  readonly replyTo: string | undefined;
  /** Of a voice message. */
  readonly recording: Pick<Recorded, 'durationMs' | 'wave'> | undefined;
  cancel: () => void;
};

export class RoomFileDesk {
  readonly items = signal<readonly TrayItem[]>([]);
  readonly uploads = signal<readonly UploadRow[]>([]);
  readonly originals = signal(false);
  /** Large pictures are made smaller. */
  readonly smaller = signal(true);
  /** Names of files that are too big. */
  readonly refused = signal<readonly string[]>([]);
  /** Names of files that a page before this one didn't finish. */
  readonly unfinished = signal<readonly string[]>([]);
  /** The next Esc takes all files out of the tray. */
  readonly isClearing = signal(false);
  /** Files are dragged over the page. */
  readonly isDragging = signal(false);
  /** The item of the tray that is dragged to another place. */
  readonly dragged = signal<number | undefined>(undefined);
  /** Where an item of the tray is now, in words. */
  readonly moved = signal('');
  /** Someone pressed the microphone. */
  readonly recorderIsOpen = signal(false);
  /** There is a voice message that isn't sent yet. */
  readonly isRecorded = signal(false);
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
      view.unsentFiles.value =
        this.items.value.length + this.uploads.value.length + Number(this.isRecorded.value);
      view.tray.value = this.items.value.length > 0 ? { send: () => this.send() } : undefined;
    });
  }

  readonly bytes = computed(() =>
    this.items.value.reduce((sum, item) => sum + this.formOf(item).blob.size, 0),
  );

  /** As it would be sent. */
  formOf(item: TrayItem): FileForm {
    return formOf(item, { original: this.originals.value, small: this.smaller.value });
  }

  get most(): number {
    return this.#port.limits?.file ?? Infinity;
  }

  /** One item of the tray goes where another is. */
  move(id: number, to: number): void {
    const items = this.items.peek();
    const item = items.find((one) => one.id === id);
    const index = items.findIndex((one) => one.id === to);
    if (item !== undefined && index >= 0) this.#moveTo(item, index);
  }

  /** An item of the tray goes one place on, or back. False: there is none. */
  step(item: TrayItem, by: number): boolean {
    const index = this.items.peek().indexOf(item) + by;
    if (index < 0 || index >= this.items.peek().length) return false;
    this.#moveTo(item, index);
    return true;
  }

  #moveTo(item: TrayItem, index: number): void {
    this.items.value = withMoved(this.items.peek(), item, index);
    this.moved.value = fileTexts.moved(item.name, index + 1, this.items.peek().length);
  }

  remove(item: TrayItem): void {
    forgetItem(item);
    this.items.value = this.items.value.filter((one) => one !== item);
  }

  clear(): void {
    for (const item of this.items.peek()) forgetItem(item);
    this.items.value = [];
    this.refused.value = [];
    this.isClearing.value = false;
  }

  /** An unfinished file isn't sent any further. */
  giveUp(name: string): void {
    this.#files.giveUp(name);
    this.unfinished.value = this.#files.unfinished;
  }

  /** One message for each file; the first answers what the draft does. */
  send(): void {
    const { draft } = this.#view;
    const items = this.items.peek();
    const captions = captionsOf(items, draft.text.peek().trim());
    const forms = items.map((item, i) => ({ item, form: this.formOf(item), caption: captions[i] ?? '' }));
    this.items.value = [];
    this.moved.value = '';
    this.refused.value = [];
    this.originals.value = false;
    this.smaller.value = true;
    this.#view.type('');
    if (forms.length === 0) return;
    const replyTo = this.#takeReply();
    this.#sendRows(forms.map((row, i) => uploadRow(i === 0 ? { ...row, replyTo } : row)));
  }

  /** It answers what the draft would have answered. */
  async sendVoice({ blob, durationMs, wave }: Recorded): Promise<void> {
    const item = await trayItem(new File([blob], voiceName(blob.type), { type: blob.type }));
    const form = { blob: item.file, picture: undefined };
    const recording = { durationMs, wave };
    this.#sendRows([uploadRow({ item, form, replyTo: this.#takeReply(), recording })]);
  }

  /** The message that the draft answers; it answers none from then on. */
  #takeReply(): string | undefined {
    const about = this.#view.draft.about.peek();
    this.#view.draft.cancel();
    return about?.what === 'reply' ? about.key : undefined;
  }

  #sendRows(rows: readonly UploadRow[]): void {
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
    const { item, caption, replyTo, recording } = row;
    const { blob: source, picture } = row.form;
    const sent = await this.#files.send(
      source,
      {
        name: item.name,
        mime: picture ? `image/${picture.kind}` : typeOf(item.file),
        caption,
        ...recording,
        ...(item.thumb && { thumb: item.thumb }),
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
    if (sent.ok) this.shared.keep(sent.key, source, { picture, audio: item.audio });
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

type RowOptions = Pick<UploadRow, 'item' | 'form'> &
  Partial<Pick<UploadRow, 'caption' | 'replyTo' | 'recording'>>;

function uploadRow({ item, form, caption = '', replyTo, recording }: RowOptions): UploadRow {
  const stopped = signal<StopReason | undefined>(undefined);
  return { item, form, percent: signal(0), stopped, caption, replyTo, recording, cancel: () => {} };
}

/** The way a file of this type ends, for those who save it. */
function voiceName(type: string): string {
  if (type.startsWith('audio/mp4')) return 'voice-message.m4a';
  return type.startsWith('audio/ogg') ? 'voice-message.ogg' : 'voice-message.webm';
}

const desks = new WeakMap<RoomView, RoomFileDesk>();

/** One for each room. */
export function deskOf(view: RoomView): RoomFileDesk {
  const known = desks.get(view) ?? new RoomFileDesk(view);
  desks.set(view, known);
  return known;
}
