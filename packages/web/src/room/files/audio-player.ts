// Plays recordings of a room, one at a time.

import { signal } from '@preact/signals';
import { background } from '../../background.ts';

/** What it needs of the browser's player. */
export type AudioElement = Pick<
  HTMLAudioElement,
  | 'src'
  | 'currentTime'
  | 'duration'
  | 'playbackRate'
  | 'play'
  | 'pause'
  | 'addEventListener'
  | 'removeAttribute'
>;

const SPEEDS = [1, 1.5, 2] as const;
export type Speed = (typeof SPEEDS)[number];

/** Further than any recording goes: a browser that doesn't know how long one is finds out on the way. */
const BEYOND_S = 1e7;
/** Longer ones are shown as this long. */
const SHOWN_MAX_S = 24 * 3600;

export class AudioPlayer implements Disposable {
  /** What was played last: the key of its message. */
  readonly current = signal<string | undefined>(undefined);
  readonly isPlaying = signal(false);
  readonly atS = signal(0);
  /** Zero until the browser knows. */
  readonly endS = signal(0);
  readonly speed = signal<Speed>(1);
  /** What the browser can't play. */
  readonly broken = signal<ReadonlySet<string>>(new Set());
  readonly #audio: AudioElement;
  // The place that is gone back to once the end is known.
  #soughtEnd = false;
  #isWanted = false;

  constructor(audio: AudioElement = new Audio()) {
    this.#audio = audio;
    audio.addEventListener('loadedmetadata', () => this.#learnEnd());
    audio.addEventListener('durationchange', () => this.#learnEnd());
    audio.addEventListener('seeked', () => this.#show());
    audio.addEventListener('timeupdate', () => this.#show());
    audio.addEventListener('play', () => {
      this.isPlaying.value = true;
    });
    audio.addEventListener('pause', () => {
      this.isPlaying.value = false;
    });
    audio.addEventListener('ended', () => this.#rewind());
    audio.addEventListener('error', () => this.#break());
  }

  /** Plays it, or pauses it if it is playing. `url`: of bytes that are here. */
  toggle(key: string, url: string): void {
    if (this.current.peek() === key && this.#isWanted) return this.pause();
    if (this.current.peek() !== key) this.#open(key, url);
    this.#isWanted = true;
    if (!this.#soughtEnd) background(this.#play());
  }

  pause(): void {
    this.#isWanted = false;
    this.isPlaying.value = false;
    this.#audio.pause();
  }

  /** Of what was played last. */
  seek(seconds: number): void {
    if (this.#soughtEnd || this.endS.peek() === 0) return;
    this.#audio.currentTime = Math.max(0, Math.min(this.endS.peek(), seconds));
    this.atS.value = this.#audio.currentTime;
  }

  nextSpeed(): void {
    const next = SPEEDS[(SPEEDS.indexOf(this.speed.peek()) + 1) % SPEEDS.length] ?? 1;
    this.speed.value = next;
    this.#audio.playbackRate = next;
  }

  /** Its bytes are let go. */
  forget(key: string): void {
    if (this.current.peek() !== key) return;
    this.pause();
    this.current.value = undefined;
    this.#audio.removeAttribute('src');
  }

  [Symbol.dispose](): void {
    const key = this.current.peek();
    if (key !== undefined) this.forget(key);
  }

  #open(key: string, url: string): void {
    this.pause();
    this.current.value = key;
    this.#soughtEnd = false;
    this.atS.value = 0;
    this.endS.value = 0;
    this.#audio.src = url;
  }

  async #play(): Promise<void> {
    try {
      this.#audio.playbackRate = this.speed.peek();
      await this.#audio.play();
    } catch {
      // Paused before it began, or the error event says why.
    }
  }

  // A recording that was written as it went doesn't say how long it is.
  #learnEnd(): void {
    const { duration } = this.#audio;
    if (duration === Infinity && !this.#soughtEnd) {
      this.#soughtEnd = true;
      this.#audio.pause();
      this.#audio.currentTime = BEYOND_S;
    } else if (Number.isFinite(duration) && duration > 0) {
      this.endS.value = Math.min(duration, SHOWN_MAX_S);
      if (this.#soughtEnd) this.#goBack();
    }
  }

  #goBack(): void {
    this.#soughtEnd = false;
    this.#audio.currentTime = 0;
    if (this.#isWanted) background(this.#play());
  }

  #show(): void {
    if (!this.#soughtEnd) this.atS.value = Math.min(this.#audio.currentTime, SHOWN_MAX_S);
  }

  #rewind(): void {
    if (this.#soughtEnd) return;
    this.#isWanted = false;
    this.isPlaying.value = false;
    this.#audio.currentTime = 0;
    this.atS.value = 0;
  }

  #break(): void {
    const key = this.current.peek();
    if (key === undefined) return;
    this.broken.value = new Set([...this.broken.peek(), key]);
    this.forget(key);
  }
}
