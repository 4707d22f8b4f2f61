// One file on its way up: part after part, each sealed once and kept until the server has it. After a drop it goes on with
// the parts that are missing.

import { sha256 } from '@noble/hashes/sha2.js';
import { type FileOpen, equalBytes, filePartCount, hasFilePart, sealedFileSize } from '@mayfly/protocol';
import { type PlaceRefusal, askForPlace } from './file-place.ts';
import type { FilePort } from './file-port.ts';
import { fileProof, fileProofHash } from './file-proof.ts';
import type { FileRequests } from './file-requests.ts';
import type { BegunFile } from './kept-files.ts';
import { pause, retryDelay } from './patience.ts';
import { type ByteSource, paddedHash, sealedParts } from './sealed-file.ts';

/** A file's bytes, to be read more than once. */
export type FileSource = { readonly size: number; bytes(): ByteSource };

/** `sealed` of all `total` bytes are on the server. */
export type Progress = { readonly done: number; readonly total: number };

export type UploadOptions = {
  readonly port: FilePort;
  readonly requests: FileRequests;
  readonly file: BegunFile;
  readonly source: FileSource;
  readonly signal: AbortSignal;
  onProgress?(progress: Progress): void;
};

/** `hash`: of the sealed bytes. `changed`: the source isn't what it was. `unreadable`: nor can it be read. */
export type Uploaded =
  | { readonly ok: true; readonly hash: Uint8Array }
  | { readonly ok: false; readonly reason: PlaceRefusal | 'changed' | 'unreadable' | 'refused' };

type Pass = Uploaded | { readonly ok: 'lost'; readonly place: FileOpen };

export async function upload(options: UploadOptions): Promise<Uploaded> {
  try {
    return await new Upload(options).run();
  } catch {
    return { ok: false, reason: 'unreadable' };
  }
}

class Upload {
  readonly #options: UploadOptions;
  readonly #total: number;
  // Since the last part that was taken.
  #tries = 0;

  constructor(options: UploadOptions) {
    this.#options = options;
    this.#total = sealedFileSize(options.file.size);
  }

  async run(): Promise<Uploaded> {
    const { port, signal } = this.#options;
    let answer = await this.#ask();
    for (let losses = 0; ; losses += 1) {
      if (!answer.ok) return answer;
      const pass = await this.#pass(answer.place);
      if (pass.ok !== 'lost') return pass;
      if (!(await this.#isUnchanged())) return { ok: false, reason: 'changed' };
      // A server that loses part after part would have everything sent again and again.
      await pause(port.deps.clock, retryDelay(losses, port.deps.random), signal);
      answer = { ok: true, place: pass.place };
    }
  }

  // All parts in order: those that the server has are sealed for the hash only.
  async #pass(first: FileOpen): Promise<Pass> {
    const { source, file } = this.#options;
    const digest = sha256.create();
    let [place, n] = [first, 0];
    for await (const part of sealedParts(source.bytes(), file.size, file)) {
      digest.update(part);
      while (!hasFilePart(place.have, n)) {
        const put = await this.#put(n, part, place);
        if (put === 'taken') break;
        if (!put.ok) return put;
        place = put.place;
        if (!hasAllBefore(place, n)) return { ok: 'lost', place };
      }
      n += 1;
      this.#report(n);
    }
    return { ok: true, hash: digest.digest() };
  }

  async #put(n: number, part: Uint8Array<ArrayBuffer>, { token }: FileOpen) {
    const { port, requests, file, signal } = this.#options;
    port.deps.keepAlive();
    const answer = await requests.put({ fid: file.fid, n, token }, part, signal);
    if (answer.outcome === 'taken') {
      this.#tries = 0;
      return 'taken';
    }
    if (answer.outcome === 'refused') return { ok: false, reason: 'refused' } as const;
    const { clock, random } = port.deps;
    // A void token is no trouble the first time: a newer one was asked for.
    const delay = answer.lost || this.#tries > 0 ? retryDelay(this.#tries, random) : 0;
    this.#tries += 1;
    await pause(clock, Math.max(delay, answer.retryAfterMs), signal);
    return this.#ask();
  }

  #ask() {
    const { port, file, signal } = this.#options;
    const delHash = fileProofHash(fileProof(port.deps.seed, file.fid));
    return askForPlace(port, { type: 'file', fid: file.fid, size: this.#total, delHash }, signal);
  }

  // STREAM-6: what was sealed before is sealed again only if it is the same.
  async #isUnchanged(): Promise<boolean> {
    const { source, file } = this.#options;
    return equalBytes(await paddedHash(source.bytes(), file.size), file.hash);
  }

  #report(parts: number): void {
    const done = Math.round((this.#total * parts) / filePartCount(this.#total));
    this.#options.onProgress?.({ done, total: this.#total });
  }
}

function hasAllBefore({ have }: FileOpen, n: number): boolean {
  return Array.from({ length: n }, (_, before) => hasFilePart(have, before)).every(Boolean);
}
