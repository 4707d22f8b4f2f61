// Files of one room: sends them, one after the other, fetches and erases them.

import {
  BODY_BYTES_MAX,
  FILE_ID_BYTES,
  FILE_KEY_BYTES,
  FILE_LIMITS_MAX,
  FILE_NONCE_BYTES,
  FILE_PART_BYTES,
  equalBytes,
  utf8,
} from '@mayfly/protocol';
import { writeFile } from '../content/file.ts';
import type { SharedFile } from '../room-updates.ts';
import { type DownloadEnd, download } from './download.ts';
import { Eraser } from './eraser.ts';
import { cleanFileName } from './file-name.ts';
import type { FilePort } from './file-port.ts';
import { FileRequests, type FileServer } from './file-requests.ts';
import { type BegunFile, KeptFiles } from './kept-files.ts';
import { EitherSignal } from './patience.ts';
import { paddedHash } from './sealed-file.ts';
import { type FileSource, type Progress, type Uploaded, upload } from './upload.ts';

/** What a message says about a file besides its bytes. `name`: as it is called; it is cleaned here. */
export type FileDetails = Pick<SharedFile, 'name' | 'mime'> &
  Partial<Pick<SharedFile, 'width' | 'height' | 'durationMs' | 'wave' | 'thumb'>> & {
    readonly caption?: string;
    /** The key of a message that it answers. */
    readonly replyTo?: string;
  };

export type TransferOptions = {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
};

/**
 * `key`: of its message. `no_files`: this server takes none. `too_big`: see the room's `limits.files`. `too_long`: the
 * caption. After any of these but `cancelled` the same file can be sent again, and goes on from what is there.
 */
export type FileSent =
  | { readonly ok: true; readonly key: string }
  | {
      readonly ok: false;
      readonly reason: Exclude<Uploaded, { ok: true }>['reason'] | 'no_files' | 'too_long';
    };

/** `damaged`: these are not the bytes that were sent. `unreachable`: tried several times in vain. */
export type Downloaded =
  | { readonly ok: true; readonly blob: Blob }
  | { readonly ok: false; readonly reason: Exclude<DownloadEnd, 'whole' | 'unwritable'> };

/** `unwritable`: the stream failed. */
export type FetchedTo =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: Exclude<DownloadEnd, 'whole'> };

type Job = {
  readonly source: FileSource;
  readonly details: FileDetails;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
};

const NEVER = new AbortController().signal;
const NO_HASH = new Uint8Array(32);

export class RoomFiles implements Disposable {
  readonly #port: FilePort;
  readonly #requests: FileRequests;
  readonly #kept: KeptFiles;
  readonly #eraser: Eraser;
  readonly #over = new AbortController();
  // The newest send: the next one begins after it, so messages come in the order of their files.
  #last: Promise<unknown> = Promise.resolve();

  /** `port`: the room's `files`. */
  constructor(port: FilePort, server: FileServer = {}) {
    this.#port = port;
    this.#requests = new FileRequests(server, port.deps.id, port.deps.clock);
    this.#kept = new KeptFiles(port.deps.storage);
    this.#eraser = new Eraser(port, this.#kept);
    port.listen({ opened: () => {}, answered: () => {}, ended: () => this.#over.abort() });
  }

  /** Names of files that an earlier page in this tab didn't finish. Sending the same bytes again continues. */
  get unfinished(): readonly string[] {
    return this.#kept.begun.map(({ name }) => name);
  }

  /** Forgets an unfinished file, and has it erased. */
  giveUp(name: string): void {
    for (const file of this.#kept.begun) if (file.name === name) this.#eraser.erase(file.fid);
  }

  /** Waits while there is no connection, and goes on after it. `source`: read twice, and again after a loss. */
  send(
    source: Blob | FileSource,
    details: FileDetails,
    { signal = NEVER, onProgress }: TransferOptions = {},
  ): Promise<FileSent> {
    const job = {
      source: source instanceof Blob ? blobSource(source) : source,
      details: { ...details, name: cleanFileName(details.name) },
      signal,
      ...(onProgress && { onProgress }),
    };
    const refusal = this.#refusal(job);
    if (refusal !== undefined) return Promise.resolve({ ok: false, reason: refusal });
    const sent = this.#last.then(() =>
      this.#untilOver(signal, (until) => this.#send({ ...job, signal: until })),
    );
    this.#last = sent;
    return sent;
  }

  /** The bytes of a file, once all of them are here and verified. */
  async fetch(file: SharedFile, options: TransferOptions = {}): Promise<Downloaded> {
    const plain: Uint8Array<ArrayBuffer>[] = [];
    const keep = (bytes: Uint8Array<ArrayBuffer>): void => {
      plain.push(bytes);
    };
    const end = await this.receive(file, keep, options);
    if (end === 'unwritable') throw new Error('memory takes everything');
    return end === 'whole' ? { ok: true, blob: new Blob(plain) } : { ok: false, reason: end };
  }

  /** Hands the bytes on as they come. Only once this says `whole` is it known that they are the file: see `fetchTo`. */
  async receive(
    file: SharedFile,
    keep: (plain: Uint8Array<ArrayBuffer>) => void | Promise<void>,
    { signal = NEVER, onProgress }: TransferOptions = {},
  ): Promise<DownloadEnd> {
    return await this.#untilOver(signal, (until) =>
      download({
        deps: this.#port.deps,
        requests: this.#requests,
        file,
        signal: until,
        keep,
        ...(onProgress && { onProgress }),
      }),
    );
  }

  /** Takes a file of our own from the server. Taking its message back does so, too. */
  erase({ fid }: Pick<SharedFile, 'fid'>): void {
    this.#eraser.erase(fid);
  }

  [Symbol.dispose](): void {
    this.#eraser[Symbol.dispose]();
  }

  #refusal({ source, details }: Job): 'no_files' | 'too_big' | 'too_long' | 'ended' | undefined {
    const { limits, isEnded, isHere } = this.#port;
    if (isEnded) return 'ended';
    if (isHere && limits === undefined) return 'no_files';
    if (source.size > Math.min(limits?.file ?? Infinity, FILE_LIMITS_MAX.file)) return 'too_big';
    const longest = bodyOf(details, {
      fid: NO_HASH.subarray(16),
      key: NO_HASH,
      size: source.size,
      hash: NO_HASH,
    });
    return utf8(longest).length > BODY_BYTES_MAX ? 'too_long' : undefined;
  }

  /** `transfer` gets a signal that aborts with `signal` and with the room. */
  async #untilOver<End>(signal: AbortSignal, transfer: (until: AbortSignal) => Promise<End>): Promise<End> {
    const until = new EitherSignal(signal, this.#over.signal);
    try {
      return await transfer(until.signal);
    } finally {
      until[Symbol.dispose]();
    }
  }

  async #send(job: Job): Promise<FileSent> {
    const file = await this.#begin(job);
    if (file === undefined) return { ok: false, reason: 'unreadable' };
    const uploaded = await upload({ ...job, port: this.#port, requests: this.#requests, file });
    // A message after the end would wait for ever.
    if (this.#port.isEnded) return { ok: false, reason: 'ended' };
    if (!uploaded.ok) return this.#failed(job, file, uploaded.reason);
    const key = this.#port.deps.post(
      bodyOf(job.details, { ...file, hash: uploaded.hash }),
      job.details.replyTo,
    );
    this.#kept.finish(file.fid);
    return { ok: true, key };
  }

  // Another content under the same key and nonce would betray both (STREAM-6).
  async #failed(
    job: Job,
    { fid }: BegunFile,
    reason: Exclude<Uploaded, { ok: true }>['reason'],
  ): Promise<FileSent> {
    if (reason === 'cancelled' || reason === 'changed') this.#eraser.erase(fid);
    return reason === 'changed' ? this.#send(job) : { ok: false, reason };
  }

  /** Goes on with a file that was begun, if it is the same; one that only has its name is erased. */
  async #begin({ source, details: { name } }: Job): Promise<BegunFile | undefined> {
    const hash = await hashOf(source);
    if (hash === undefined) return undefined;
    const same = this.#kept.begun.find((file) => file.size === source.size && equalBytes(file.hash, hash));
    if (same !== undefined) return same;
    this.giveUp(name);
    const { random } = this.#port.deps;
    const file = {
      fid: random(FILE_ID_BYTES),
      key: random(FILE_KEY_BYTES),
      nonce: random(FILE_NONCE_BYTES),
      size: source.size,
      hash,
      name,
    };
    this.#kept.begin(file);
    return file;
  }
}

/**
 * Fetches a file into a stream, with two parts of it in memory at most. The stream is closed when all of it is there and
 * verified, and aborted otherwise: what an aborted stream has written must not be used.
 */
export async function fetchTo(
  files: RoomFiles,
  file: SharedFile,
  to: WritableStream<Uint8Array>,
  options: TransferOptions = {},
): Promise<FetchedTo> {
  const writer = to.getWriter();
  const end = await files.receive(file, (bytes) => writer.write(bytes), options);
  try {
    if (end === 'whole') await writer.close();
    else await writer.abort(end);
  } catch {
    return { ok: false, reason: 'unwritable' };
  }
  return end === 'whole' ? { ok: true } : { ok: false, reason: end };
}

async function hashOf(source: FileSource): Promise<Uint8Array | undefined> {
  try {
    return await paddedHash(source.bytes(), source.size);
  } catch {
    return undefined;
  }
}

function bodyOf(
  details: FileDetails,
  { fid, key, size, hash }: Pick<SharedFile, 'fid' | 'key' | 'size' | 'hash'>,
): string {
  const { name, mime, width, height, durationMs, wave, thumb, caption = '' } = details;
  return writeFile({ fid, key, size, hash, name, mime, width, height, durationMs, wave, thumb }, caption);
}

function blobSource(blob: Blob): FileSource {
  return { size: blob.size, bytes: () => blobBytes(blob) };
}

async function* blobBytes(blob: Blob): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < blob.size; at += FILE_PART_BYTES)
    yield new Uint8Array(await blob.slice(at, at + FILE_PART_BYTES).arrayBuffer());
}
