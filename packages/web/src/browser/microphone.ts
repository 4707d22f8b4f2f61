// The microphone, which a browser may lack or refuse.

import { attempt } from './browser.ts';

/** `insecure`: browsers have none for plain HTTP. `refused`: by the person or the system. `missing`: there is none, or it is in use. */
export type NoMicrophone = 'insecure' | 'refused' | 'missing';

export async function openMicrophone(): Promise<MediaStream | NoMicrophone> {
  if (!window.isSecureContext) return 'insecure';
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch (error) {
    return error instanceof DOMException && error.name === 'NotAllowedError' ? 'refused' : 'missing';
  }
}

export function closeMicrophone(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** A sample of silence. */
const SILENT = 128;

/** How loud it is at the moment: 0 to 1. Silent where the browser can't tell. */
export class Loudness implements Disposable {
  readonly #audio = attempt(() => new AudioContext());
  readonly #analyser: AnalyserNode | undefined;
  readonly #samples = new Uint8Array(1024).fill(SILENT);

  constructor(stream: MediaStream) {
    this.#analyser = this.#audio?.createAnalyser();
    if (this.#audio !== undefined && this.#analyser !== undefined)
      this.#audio.createMediaStreamSource(stream).connect(this.#analyser);
  }

  get now(): number {
    this.#analyser?.getByteTimeDomainData(this.#samples);
    return loudest(this.#samples);
  }

  [Symbol.dispose](): void {
    this.#audio?.close().catch(() => {});
  }
}

function loudest(samples: Uint8Array): number {
  return samples.reduce((most, sample) => Math.max(most, Math.abs(sample - SILENT) / SILENT), 0);
}
