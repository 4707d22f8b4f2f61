// A voice message while it is recorded.

import { signal } from '@preact/signals';
import { Loudness, closeMicrophone } from '../../browser/microphone.ts';
import { waveOf } from './wave.ts';

/** `durationMs`: by this page's clock. */
export type Recorded = { readonly blob: Blob; readonly durationMs: number; readonly wave: Uint8Array };

/** In the order in which they are tried. Safari knows the last one only. */
const KINDS = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4'];
const BITS_PER_SECOND = 32_000;
const LEVEL_EVERY_MS = 100;
const PORTION_MS = 1000;
const LENGTH_MAX_MS = 10 * 60_000;

export class VoiceRecording implements Disposable {
  /** From 0 to 1, ten a second. */
  readonly levels = signal<readonly number[]>([]);
  readonly elapsedMs = signal(0);
  readonly #stream: MediaStream;
  readonly #loudness: Loudness;
  readonly #recorder: MediaRecorder;
  readonly #portions: Blob[] = [];
  readonly #beganAt = Date.now();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #stopped: Promise<void>;

  /** Takes the microphone over. `onFull`: it is as long as it may be, or the microphone is gone. */
  constructor(stream: MediaStream, onFull: () => void) {
    this.#stream = stream;
    this.#loudness = new Loudness(stream);
    const kind = KINDS.find((one) => MediaRecorder.isTypeSupported(one));
    this.#recorder = new MediaRecorder(stream, {
      audioBitsPerSecond: BITS_PER_SECOND,
      ...(kind !== undefined && { mimeType: kind }),
    });
    this.#recorder.addEventListener('dataavailable', ({ data }) => this.#portions.push(data));
    this.#stopped = new Promise((resolve) => {
      this.#recorder.addEventListener('stop', () => {
        resolve();
        onFull();
      });
    });
    this.#recorder.start(PORTION_MS);
    this.#timer = setInterval(() => this.#measure(), LEVEL_EVERY_MS);
  }

  /** Ends it; the microphone is free from then on. */
  async stop(): Promise<Recorded> {
    const durationMs = this.elapsedMs.peek();
    this[Symbol.dispose]();
    await this.#stopped;
    const blob = new Blob(this.#portions, { type: this.#recorder.mimeType });
    return { blob, durationMs, wave: waveOf(this.levels.peek()) };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    if (this.#recorder.state !== 'inactive') this.#recorder.stop();
    closeMicrophone(this.#stream);
    this.#loudness[Symbol.dispose]();
  }

  #measure(): void {
    this.elapsedMs.value = Math.min(LENGTH_MAX_MS, Date.now() - this.#beganAt);
    this.levels.value = [...this.levels.peek(), this.#loudness.now];
    if (this.elapsedMs.peek() === LENGTH_MAX_MS && this.#recorder.state !== 'inactive') this.#recorder.stop();
  }
}
