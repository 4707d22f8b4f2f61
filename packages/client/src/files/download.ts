// One file on its way down: verified chunk by chunk, continued after a drop, and whole only when all of it is right.

import { sealedFileSize } from '@mayfly/protocol';
import type { SharedFile } from '../room-updates.ts';
import { FileOpener } from './file-opener.ts';
import type { FilePortDeps } from './file-port.ts';
import type { FileRequests, GetEnd } from './file-requests.ts';
import { pause, retryDelay } from './patience.ts';
import type { Progress } from './upload.ts';

export type DownloadOptions = {
  readonly deps: Pick<FilePortDeps, 'clock' | 'random'>;
  readonly requests: FileRequests;
  readonly file: SharedFile;
  readonly signal: AbortSignal;
  /** Takes the next bytes. No more are read before it is done; if it fails, the download ends. */
  keep(plain: Uint8Array<ArrayBuffer>): void | Promise<void>;
  onProgress?(progress: Progress): void;
};

/**
 * `damaged`: these are not the bytes that were sent. `unreachable`: tried several times in vain. `unwritable`: what was to
 * keep them failed.
 */
export type DownloadEnd = 'whole' | 'gone' | 'damaged' | 'unreachable' | 'cancelled' | 'unwritable';

/** In a row, without a byte. */
const TRIES_MAX = 8;

/** Only if the end is `whole` is what was kept the file. */
export function download(options: DownloadOptions): Promise<DownloadEnd> {
  return new Download(options).run();
}

class Download {
  readonly #options: DownloadOptions;
  readonly #opener: FileOpener;

  constructor(options: DownloadOptions) {
    this.#options = options;
    this.#opener = new FileOpener(options.file);
  }

  async run(): Promise<DownloadEnd> {
    const { deps, signal } = this.#options;
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const before = this.#opener.received;
      const end = await this.#receive();
      if (signal.aborted) return 'cancelled';
      if (typeof end === 'string') return end;
      if (this.#opener.isComplete) return this.#opener.verify() ? 'whole' : 'damaged';
      if (end.why === 'gone') return 'gone';
      if (this.#opener.received > before) tries = 0;
      await pause(deps.clock, Math.max(retryDelay(tries, deps.random), end.retryAfterMs), signal);
    }
    return 'unreachable';
  }

  async #receive(): Promise<GetEnd | 'damaged' | 'unwritable'> {
    const { requests, file, signal } = this.#options;
    const answer = requests.get(file.fid, this.#opener.received, signal);
    for (;;) {
      const next = await answer.next();
      if (next.done === true) return next.value;
      const trouble = await this.#take(next.value);
      if (trouble !== undefined) {
        await answer.return({ why: 'cut', retryAfterMs: 0 });
        return trouble;
      }
      this.#options.onProgress?.({ done: this.#opener.received, total: sealedFileSize(file.size) });
    }
  }

  async #take(sealed: Uint8Array): Promise<'damaged' | 'unwritable' | undefined> {
    const opened = this.#opener.take(sealed);
    if (opened === undefined) return 'damaged';
    try {
      for (const plain of opened) await this.#options.keep(plain);
    } catch {
      return 'unwritable';
    }
    return undefined;
  }
}
