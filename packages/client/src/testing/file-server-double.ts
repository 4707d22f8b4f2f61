// A server for files: places on a room's connection, parts and bytes over HTTP. A test refuses, cuts and forgets.

import {
  type FileAsk,
  type FileErase,
  type FileLimits,
  type FileRefusedCode,
  FILE_PART_BYTES,
  equalBytes,
  filePartCount,
  toBase64url,
  toHex,
} from '@mayfly/protocol';
import type { Clock } from '../clock.ts';
import type { RandomBytes } from '../crypto/random.ts';
import { FilePort } from '../files/file-port.ts';
import { fileProofHash } from '../files/file-proof.ts';
import { RoomStorage, type TabStorage } from '../storage/tab-storage.ts';
import { ID } from './author.ts';
import { seededRandom } from './random.ts';
import { StorageDouble } from './storage.ts';

type Place = {
  readonly size: number;
  readonly delHash: Uint8Array;
  readonly parts: Map<number, Uint8Array>;
  token: string;
};

/** How a request ends. `lost`: it arrived, but its answer didn't. */
type Fate = 'well' | 'cut' | 'lost' | Response;

const LIMITS: FileLimits = { file: 25_000_000, room: 100_000_000, part: FILE_PART_BYTES };
const PAUSES_BELOW_MS = 30_000;

export class FileServerDouble {
  readonly places = new Map<string, Place>();
  readonly erased: string[] = [];
  /** Bodies of every PUT, by file and part. */
  readonly puts = new Map<string, Uint8Array[]>();
  /** First byte of every GET. */
  readonly gets: number[] = [];
  readonly asks: (FileAsk | FileErase)[] = [];
  /** Messages that share a file. */
  readonly posts: { readonly body: string; readonly replyTo: string | undefined }[] = [];
  /** Of the next requests about a part. */
  readonly fates: Fate[] = [];
  /** Answers to the next asks. */
  readonly refusals: { readonly code: FileRefusedCode; readonly retryAfterMs: number }[] = [];
  /** Of the bytes that a GET brings. */
  tamper: (sealed: Uint8Array) => Uint8Array = (sealed) => sealed;
  /** Bytes after which a download breaks off, one after the other. */
  readonly cuts: number[] = [];
  /** Bytes that GETs have brought so far. */
  given = 0;
  keeps = 0;
  /** Times that clients paused for. */
  readonly pauses: number[] = [];
  /** Pauses are over at once, and nothing is ever overdue. */
  readonly #clock: Clock = {
    now: () => 0,
    after: (ms, run) => {
      if (ms < PAUSES_BELOW_MS) this.pauses.push(ms);
      const timer = ms < PAUSES_BELOW_MS ? setImmediate(run) : undefined;
      return { [Symbol.dispose]: () => clearImmediate(timer) };
    },
  };
  #tokens = 0;
  #isMute = false;

  /** The next page of a tab with this storage. */
  port(storage: TabStorage = new StorageDouble(), random: RandomBytes = seededRandom('files')): FilePort {
    const port: FilePort = new FilePort({
      id: ID,
      clock: this.#clock,
      random,
      storage: new RoomStorage(storage, ID),
      seed: new Uint8Array(32).fill(7),
      say: (frame) => {
        this.asks.push(frame);
        if (!this.#isMute) queueMicrotask(() => this.#answer(port, frame));
      },
      keepAlive: () => void this.keeps++,
      post: (body, replyTo) => String(this.posts.push({ body, replyTo })),
    });
    return port;
  }

  letIn(port: FilePort): FilePort {
    port.enter({
      features: ['files'],
      limits: { members: 5, historyMessages: 5, historyBytes: 5, files: LIMITS },
    });
    return port;
  }

  /** Answers nothing until the next call. */
  mute(isMute: boolean): void {
    this.#isMute = isMute;
  }

  readonly fetch: typeof globalThis.fetch = async (url, init = {}) => {
    await new Promise((resolve) => setImmediate(resolve));
    if (init.signal?.aborted === true) throw new DOMException('aborted', 'AbortError');
    const [fid = '', n] =
      (url instanceof Request ? url.url : url.toString()).split('/files/')[1]?.split('/') ?? [];
    return init.method === 'PUT'
      ? this.#put(fid, Number(n), init)
      : this.#get(fid, new Headers(init.headers));
  };

  #answer(port: FilePort, frame: FileAsk | FileErase): void {
    const { fid } = frame;
    const refusal = this.refusals.shift();
    if (refusal !== undefined) return port.receive({ type: 'fileRefused', fid, ...refusal });
    const name = toBase64url(fid);
    const known = this.places.get(name);
    if (frame.type === 'fileErase') {
      if (known !== undefined && !equalBytes(fileProofHash(frame.proof), known.delHash))
        return port.receive({ type: 'fileRefused', fid, code: 'not_allowed', retryAfterMs: 0 });
      this.places.delete(name);
      this.erased.push(name);
      return port.receive({ type: 'fileErased', fid });
    }
    const place = known ?? { size: frame.size, delHash: frame.delHash, parts: new Map(), token: '' };
    this.places.set(name, place);
    const token = new Uint8Array(32).fill((this.#tokens += 1));
    place.token = toBase64url(token);
    const parts = filePartCount(place.size);
    const have = new Uint8Array(Math.ceil(parts / 8));
    for (const n of place.parts.keys()) have[n >> 3] = (have[n >> 3] ?? 0) | (1 << (n & 7));
    port.receive({ type: 'fileOpen', fid, token, parts, have });
  }

  #put(fid: string, n: number, { headers, body }: RequestInit): Response {
    if (!(body instanceof Uint8Array)) throw new TypeError('no bytes');
    const fate = this.fates.shift() ?? 'well';
    const name = `${fid}/${n}`;
    this.puts.set(name, [...(this.puts.get(name) ?? []), Uint8Array.from(body)]);
    if (fate === 'cut') throw new TypeError('network error');
    if (fate instanceof Response) return fate;
    const place = this.places.get(fid);
    if (place === undefined || new Headers(headers).get('Authorization') !== `Mayfly ${place.token}`)
      return new Response('{}', { status: 403 });
    place.parts.set(n, Uint8Array.from(body));
    if (fate === 'lost') throw new TypeError('network error');
    return new Response(null, { status: 204 });
  }

  #get(fid: string, headers: Headers): Response {
    const place = this.places.get(fid);
    const parts = [...(place?.parts ?? [])].sort(([a], [b]) => a - b).map(([, part]) => part);
    if (place === undefined || parts.length < filePartCount(place.size))
      return new Response('{}', { status: 404 });
    const sealed = this.tamper(Buffer.concat(parts));
    const from = Number(/bytes=(\d+)-/.exec(headers.get('Range') ?? '')?.[1] ?? 0);
    this.gets.push(from);
    const bytes = Uint8Array.from(sealed.subarray(from));
    const cut = this.cuts.shift();
    return new Response(
      brokenAfter(bytes, (length) => void (this.given += length), cut),
      {
        status: from > 0 ? 206 : 200,
        headers: from > 0 ? { 'Content-Range': `bytes ${from}-${sealed.length - 1}/${sealed.length}` } : {},
      },
    );
  }

  /** Files and parts that were sealed in two ways. */
  get twicePads(): readonly string[] {
    return [...this.puts].filter(([, bodies]) => new Set(bodies.map(toHex)).size > 1).map(([name]) => name);
  }
}

const PORTION_BYTES = 50_000;

function brokenAfter(
  bytes: Uint8Array<ArrayBuffer>,
  onGiven: (length: number) => void,
  cut = Infinity,
): ReadableStream {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      const end = Math.min(at + PORTION_BYTES, cut, bytes.length);
      // An error takes back what was not read yet, so it comes with a pull of its own.
      onGiven(end - at);
      if (end > at) controller.enqueue(bytes.slice(at, end));
      else if (end === cut) controller.error(new TypeError('network error'));
      else controller.close();
      at = end;
    },
  });
}
