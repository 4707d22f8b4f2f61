// The two HTTP requests about a file: a part up, and the sealed bytes down (FILE-5, FILE-7).

import { type RoomId, WAIT_MS_MAX, toBase64url } from '@mayfly/protocol';
import type { Clock } from '../clock.ts';
import { Deadline } from './patience.ts';

/** Where the server is. */
export type FileServer = {
  /** With the path it runs under, if any. Unset on a page: its own. */
  readonly origin?: string;
  readonly fetch?: typeof globalThis.fetch;
};

/** `again`: ask for the place again, after a pause if there is one. */
export type PutAnswer =
  | { readonly outcome: 'taken' }
  | { readonly outcome: 'again'; readonly retryAfterMs: number; readonly lost: boolean }
  | { readonly outcome: 'refused' };

/** The server gives up a part after 60 s. */
const PART_MS = 75_000;
/** A download that brings nothing for so long is dead. */
const SILENCE_MS = 30_000;
const REFUSED = new Set([400, 411, 413, 415]);
const VOID_TOKEN = new Set([403, 410]);

export class FileRequests {
  readonly #path: string;
  readonly #fetch: typeof globalThis.fetch;
  readonly #clock: Clock;

  constructor({ origin = '', fetch }: FileServer, id: RoomId, clock: Clock) {
    this.#path = `${origin.replace(/\/$/u, '')}/api/rooms/${id}/files/`;
    this.#fetch = fetch ?? ((...request) => globalThis.fetch(...request));
    this.#clock = clock;
  }

  async put(
    { fid, n, token }: { readonly fid: Uint8Array; readonly n: number; readonly token: Uint8Array },
    part: Uint8Array<ArrayBuffer>,
    signal: AbortSignal,
  ): Promise<PutAnswer> {
    const deadline = new Deadline(this.#clock, PART_MS, signal);
    try {
      const answer = await this.#fetch(`${this.#path}${toBase64url(fid)}/${n}`, {
        method: 'PUT',
        headers: {
          Authorization: `Mayfly ${toBase64url(token)}`,
          'Content-Type': 'application/octet-stream',
        },
        body: part,
        signal: deadline.signal,
      });
      await answer.body?.cancel();
      return putAnswer(answer);
    } catch {
      return { outcome: 'again', retryAfterMs: 0, lost: true };
    } finally {
      deadline[Symbol.dispose]();
    }
  }

  /** Sealed bytes from that one on, as they come. Ends early where the connection does. */
  async *get(
    fid: Uint8Array,
    from: number,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, GetEnd, void> {
    const deadline = new Deadline(this.#clock, SILENCE_MS, signal);
    try {
      const answer = await this.#fetch(`${this.#path}${toBase64url(fid)}`, {
        headers: from > 0 ? { Range: `bytes=${from}-` } : {},
        signal: deadline.signal,
      });
      if (answer.body === null || !beginsAt(answer, from)) {
        await answer.body?.cancel();
        return endBy(answer);
      }
      yield* portions(answer.body, deadline);
    } catch {
      // As if it had ended.
    } finally {
      deadline[Symbol.dispose]();
    }
    return CUT;
  }
}

const CUT: GetEnd = { why: 'cut', retryAfterMs: 0 };

async function* portions(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  deadline: Deadline,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const reader = body.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      yield next.value;
      deadline.restart();
    }
  } finally {
    await reader.cancel();
  }
}

/** Why no more bytes come. */
export type GetEnd = { readonly why: 'cut' | 'gone'; readonly retryAfterMs: number };

function putAnswer(answer: Response): PutAnswer {
  if (answer.status === 204) return { outcome: 'taken' };
  if (REFUSED.has(answer.status)) return { outcome: 'refused' };
  return { outcome: 'again', retryAfterMs: retryAfter(answer), lost: !VOID_TOKEN.has(answer.status) };
}

function endBy(answer: Response): GetEnd {
  return { why: answer.status === 404 ? 'gone' : 'cut', retryAfterMs: retryAfter(answer) };
}

// A server, or a proxy, that ignores the range would begin anew.
function beginsAt({ status, headers }: Response, from: number): boolean {
  if (from === 0) return status === 200;
  return status === 206 && headers.get('Content-Range')?.startsWith(`bytes ${from}-`) === true;
}

function retryAfter({ headers }: Response): number {
  const seconds = Number(headers.get('Retry-After') ?? 0);
  return seconds > 0 ? Math.min(seconds * 1000, WAIT_MS_MAX) : 0;
}
