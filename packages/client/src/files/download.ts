// One file on its way down: verified chunk by chunk, continued after a drop, and given out only when all of it is right.

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
  onProgress?(progress: Progress): void;
};

/** `damaged`: these are not the bytes that were sent. `unreachable`: tried several times in vain. */
export type Downloaded =
  | { readonly ok: true; readonly blob: Blob }
  | { readonly ok: false; readonly reason: 'gone' | 'damaged' | 'unreachable' | 'cancelled' };

/** In a row, without a byte. */
const TRIES_MAX = 8;

export function download(options: DownloadOptions): Promise<Downloaded> {
  return new Download(options).run();
}

class Download {
  readonly #options: DownloadOptions;
  readonly #opener: FileOpener;
  readonly #plain: Uint8Array<ArrayBuffer>[] = [];

  constructor(options: DownloadOptions) {
    this.#options = options;
    this.#opener = new FileOpener(options.file);
  }

  async run(): Promise<Downloaded> {
    const { deps, signal } = this.#options;
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const before = this.#opener.received;
      const end = await this.#receive();
      if (signal.aborted) return { ok: false, reason: 'cancelled' };
      if (end === 'damaged') return { ok: false, reason: 'damaged' };
      if (this.#opener.isComplete) return this.#finish();
      if (end.why === 'gone') return { ok: false, reason: 'gone' };
      if (this.#opener.received > before) tries = 0;
      await pause(deps.clock, Math.max(retryDelay(tries, deps.random), end.retryAfterMs), signal);
    }
    return { ok: false, reason: 'unreachable' };
  }

  async #receive(): Promise<GetEnd | 'damaged'> {
    const { requests, file, signal } = this.#options;
    const answer = requests.get(file.fid, this.#opener.received, signal);
    for (;;) {
      const next = await answer.next();
      if (next.done === true) return next.value;
      const opened = this.#opener.take(next.value);
      if (opened === undefined) {
        await answer.return({ why: 'cut', retryAfterMs: 0 });
        return 'damaged';
      }
      this.#plain.push(...opened);
      this.#options.onProgress?.({ done: this.#opener.received, total: sealedFileSize(file.size) });
    }
  }

  #finish(): Downloaded {
    return this.#opener.verify()
      ? { ok: true, blob: new Blob(this.#plain) }
      : { ok: false, reason: 'damaged' };
  }
}
