// The bytes of shared files that this page holds, each for as long as there is room, and none after the room's end.

import type { Progress, RoomFiles, SharedFile } from '@mayfly/client';
import { type Signal, signal } from '@preact/signals';
import { background } from '../../background.ts';
import { saveAs } from '../../browser/save-as.ts';
import type { Picture } from '../pictures/picture.ts';
import type { AudioKind } from './audio-kind.ts';
import { LoadQueue } from './load-queue.ts';
import { contentIn } from './tray-items.ts';

export type FileState =
  | { readonly at: 'idle' | 'gone' | 'damaged' | 'unreachable' }
  | { readonly at: 'loading'; readonly percent: number }
  | ({ readonly at: 'ready'; readonly url: string } & Content);

/** Only of bytes that are a picture, or a recording. */
type Content = { readonly picture: Picture | undefined; readonly audio: AudioKind | undefined };

/** Larger ones are loaded when the reader asks. */
const BY_ITSELF_BYTES_MAX = 2_000_000;
/** Of all files that are held. */
const HELD_BYTES_MAX = 200_000_000;
const PICTURE_TYPE = /^image\/(?:png|jpeg|webp|gif|avif)$/;

const IDLE: FileState = { at: 'idle' };

export function looksLikePicture({ mime }: Pick<SharedFile, 'mime'>): boolean {
  return PICTURE_TYPE.test(mime);
}

export function looksLikeRecording({ mime }: Pick<SharedFile, 'mime'>): boolean {
  return mime.startsWith('audio/');
}

export function percentOf({ done, total }: Progress): number {
  return Math.floor((100 * done) / total);
}

export class SharedFiles implements Disposable {
  readonly #files: Pick<RoomFiles, 'fetch'>;
  readonly #heldMax: number;
  readonly #states = new Map<string, Signal<FileState>>();
  /** Sizes of those that are held, the oldest first. */
  readonly #held = new Map<string, number>();
  readonly #stops = new Map<string, AbortController>();
  readonly #queue = new LoadQueue();
  /** The reader stopped them: they don't load by themselves again. */
  readonly #declined = new Set<string>();
  /** The picture that is looked at: the key of its message. */
  readonly viewed = signal<string | undefined>(undefined);
  #isOver = false;

  constructor(files: Pick<RoomFiles, 'fetch'>, heldMax = HELD_BYTES_MAX) {
    this.#files = files;
    this.#heldMax = heldMax;
  }

  /** `key`: of the message. Never by the file's own id, which others can repeat. */
  stateOf(key: string): Signal<FileState> {
    const known = this.#states.get(key) ?? signal(IDLE);
    this.#states.set(key, known);
    return known;
  }

  /** It is drawn: small pictures and recordings load by themselves, those in sight first. */
  see(key: string, file: SharedFile, isInSight = true): void {
    const hasCome = this.#queue.show(key, isInSight) && !this.#declined.has(key);
    const isWanted = (looksLikePicture(file) || looksLikeRecording(file)) && file.size <= BY_ITSELF_BYTES_MAX;
    if (hasCome && isWanted && this.stateOf(key).peek().at === 'idle')
      background(this.#load(key, file, false));
  }

  /** It is drawn no longer. */
  unsee(key: string): void {
    this.#queue.hide(key);
  }

  load(key: string, file: SharedFile): void {
    this.#declined.delete(key);
    if (this.stateOf(key).peek().at !== 'loading') background(this.#load(key, file, true));
  }

  /** Stops loading it. */
  cancel(key: string): void {
    this.#declined.add(key);
    this.#queue.drop(key);
    this.#stops.get(key)?.abort();
  }

  async save(key: string, file: SharedFile): Promise<void> {
    if (this.stateOf(key).peek().at !== 'ready') await this.#load(key, file, true);
    const state = this.stateOf(key).peek();
    if (state.at === 'ready') saveAs(state.url, file.name);
  }

  /** Bytes that are here, and what they are. */
  keep(key: string, blob: Blob, content: Content): void {
    if (this.#isOver) {
      this.stateOf(key).value = IDLE;
      return;
    }
    this.#drop(key);
    this.#held.set(key, blob.size);
    this.stateOf(key).value = readyState(blob, content);
    this.#makeRoom(key);
  }

  /** Its message is gone. */
  forget(key: string): void {
    if (this.viewed.peek() === key) this.viewed.value = undefined;
    this.cancel(key);
    this.#declined.delete(key);
    this.#drop(key);
    this.#states.delete(key);
  }

  /** Keys of the pictures that are here. */
  get pictures(): readonly string[] {
    return [...this.#held.keys()].filter((key) => {
      const state = this.stateOf(key).value;
      return state.at === 'ready' && state.picture !== undefined;
    });
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.viewed.value = undefined;
    this.#queue.clear();
    for (const key of this.#held.keys()) this.#drop(key);
  }

  async #load(key: string, file: SharedFile, isAsked: boolean): Promise<void> {
    const state = this.stateOf(key);
    state.value = { at: 'loading', percent: 0 };
    const stop = new AbortController();
    this.#stops.set(key, stop);
    const isTurn = await this.#queue.turn(key, isAsked);
    if (isTurn && !stop.signal.aborted) await this.#fetch(key, file, stop.signal);
    else state.value = IDLE;
    this.#stops.delete(key);
    if (isTurn) this.#queue.done();
  }

  async #fetch(key: string, file: SharedFile, signal: AbortSignal): Promise<void> {
    const state = this.stateOf(key);
    const fetched = await this.#files.fetch(file, {
      signal,
      onProgress: (progress) => {
        state.value = { at: 'loading', percent: percentOf(progress) };
      },
    });
    // How large a picture is comes from its bytes, before a browser decodes them.
    const bytes = fetched.ok ? await fetched.blob.arrayBuffer() : new ArrayBuffer(0);
    if (signal.aborted) state.value = IDLE;
    else if (fetched.ok) this.keep(key, fetched.blob, contentIn(new Uint8Array(bytes), file.mime));
    else state.value = fetched.reason === 'cancelled' ? IDLE : { at: fetched.reason };
  }

  #makeRoom(newest: string): void {
    let sum = [...this.#held.values()].reduce((all, size) => all + size, 0);
    for (const [key, size] of this.#held) {
      if (sum <= this.#heldMax) return;
      if (key === newest || key === this.viewed.peek()) continue;
      this.#drop(key);
      sum -= size;
    }
  }

  #drop(key: string): void {
    const state = this.stateOf(key);
    release(state.peek());
    this.#held.delete(key);
    state.value = IDLE;
  }
}

function readyState(blob: Blob, content: Content): FileState {
  return {
    at: 'ready',
    url: URL.createObjectURL(new Blob([blob], { type: shownType(content) })),
    ...content,
  };
}

function shownType({ picture, audio }: Content): string {
  if (picture !== undefined) return `image/${picture.kind}`;
  return audio === undefined ? 'application/octet-stream' : `audio/${audio}`;
}

function release(state: FileState): void {
  if (state.at === 'ready') URL.revokeObjectURL(state.url);
}
