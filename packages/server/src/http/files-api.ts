// The bytes of files over HTTP: parts up, whole files down, one part in memory at a time (docs/protocol.md, FILE-5 and FILE-7).

import { createHash } from 'node:crypto';
import {
  FILE_ID_BYTES,
  FILE_OPEN_MS,
  FILE_PART_BYTES,
  FILE_TOKEN_BYTES,
  type RoomId,
  bytesField,
  filePartCount,
  filePartLength,
  parseRoomId,
  toHex,
} from '@mayfly/protocol';
import type { Guard } from '../guard/guard.ts';
import type { Transfer } from '../guard/file-guard.ts';
import type { Refusal } from '../net/refusal.ts';
import type { FilePut, FileStore } from '../store/file-store.ts';
import { StoreUnavailable } from '../store/store-unavailable.ts';
import { downloadHeaders } from './headers.ts';
import {
  type Answer,
  BAD_REQUEST,
  NOT_ALLOWED,
  NOT_FOUND,
  type Params,
  type Parts,
  type TransferRequest,
  type TransferRoute,
  UNSUPPORTED_TYPE,
  isRefusal,
  tooOften,
} from './routes.ts';

export type FilesDeps = {
  readonly files: FileStore;
  readonly guard: Guard;
  readonly hstsDays: number;
};

const NO_LENGTH: Refusal = { ...BAD_REQUEST, status: 411 };
const TOO_BIG: Refusal = { status: 413, error: 'too_big', retryAfterMs: 0 };
const ERASED: Refusal = { ...NOT_FOUND, status: 410 };
const NO_SUCH_RANGE: Refusal = { ...BAD_REQUEST, status: 416 };
const SERVER_FULL: Refusal = { status: 503, error: 'server_full', retryAfterMs: 30_000 };

/** What a request costs an address at least: guessing is not free. */
const REQUEST_COST = 16 * 1024;

export function fileRoutes(deps: FilesDeps): readonly TransferRoute[] {
  return [
    {
      method: 'PUT',
      path: '/api/rooms/:id/files/:fid/:n',
      transfer: (request) => counted(deps, 'up', request, (transfer) => takePart(deps, request, transfer)),
    },
    {
      method: 'GET',
      path: '/api/rooms/:id/files/:fid',
      transfer: (request) => counted(deps, 'down', request, (transfer) => openFile(deps, request, transfer)),
    },
  ];
}

type Answered = Answer | Parts;

// A transfer counts until its last byte is gone, which for parts is when they have been sent.
async function counted(
  { guard }: FilesDeps,
  direction: 'up' | 'down',
  { address }: TransferRequest,
  act: (transfer: Transfer) => Promise<Answered>,
): Promise<Answered> {
  const transfer = guard.files.begin(address, direction);
  if ('retryAfterMs' in transfer) return tooOften(transfer);
  let answer: Answered | undefined;
  try {
    answer = await act(transfer);
    return answer;
  } finally {
    if (answer === undefined || !('parts' in answer)) transfer[Symbol.dispose]();
  }
}

type SentPart = {
  readonly id: RoomId;
  readonly fid: Uint8Array;
  readonly n: number;
  readonly tokenHash: Uint8Array;
  readonly length: number;
};

async function takePart(
  { files, guard }: FilesDeps,
  request: TransferRequest,
  transfer: Transfer,
): Promise<Answer> {
  const part = decodePart(request);
  if (isRefusal(part)) return part;
  const slowed = transfer.charge(Math.max(part.length, REQUEST_COST));
  if (slowed !== undefined) return tooOften(slowed);
  const { id, fid, n, tokenHash, length } = part;
  const expected = await files.expects(id, fid, tokenHash);
  if (expected.outcome !== 'open') return PUT_ANSWERS[expected.outcome];
  if (filePartLength(expected.size, n) !== length) return BAD_REQUEST;
  const bytes = await request.read(length);
  if (bytes === undefined) return BAD_REQUEST;
  const put = await files.put(id, fid, tokenHash, n, bytes);
  if (put === 'stored') guard.files.lasts(id, toHex(fid), FILE_OPEN_MS.next, false);
  if (typeof put === 'object') guard.files.lasts(id, toHex(fid), put.lifeMs, true);
  return typeof put === 'object' ? STORED : PUT_ANSWERS[put];
}

const STORED: Answer = { status: 204 };

const PUT_ANSWERS: { readonly [put in Extract<FilePut, string>]: Answer } = {
  stored: STORED,
  unknown: NOT_ALLOWED,
  gone: ERASED,
  server_full: SERVER_FULL,
};

// Before the file is known: nothing here depends on it.
function decodePart({ params, headers }: TransferRequest): SentPart | Refusal {
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/octet-stream') return UNSUPPORTED_TYPE;
  const length = headers['content-length'];
  if (length === undefined) return NO_LENGTH;
  if (Number(length) > FILE_PART_BYTES) return TOO_BIG;
  const named = readNames(params);
  const token = bytesField(
    /^Mayfly (?<token>\S+)$/i.exec(headers.authorization ?? '')?.[1],
    FILE_TOKEN_BYTES,
  );
  const n = params['n'] ?? '';
  if (named === undefined || token === undefined || !/^\d{1,5}$/.test(n)) return NOT_ALLOWED;
  const tokenHash = createHash('sha256').update(token).digest();
  return { ...named, n: Number(n), tokenHash, length: Number(length) };
}

function readNames({ id = '', fid: text }: Params) {
  const room = parseRoomId(id);
  const fid = bytesField(text, FILE_ID_BYTES);
  return room && fid && { id: room, fid };
}

async function openFile(
  { files, hstsDays }: FilesDeps,
  { params, headers, visit }: TransferRequest,
  transfer: Transfer,
): Promise<Answered> {
  const named = readNames(params);
  const slowed = transfer.charge(REQUEST_COST);
  if (slowed !== undefined) return tooOften(slowed);
  if (named === undefined) return NOT_FOUND;
  const { id, fid } = named;
  const size = await files.find(id, fid);
  if (size === undefined) return NOT_FOUND;
  const span = readRange(headers.range, size);
  if (span === undefined) return { ...NO_SUCH_RANGE, headers: { 'Content-Range': `bytes */${size}` } };
  const length = span.end - span.start;
  const tooMuch = transfer.charge(length);
  if (tooMuch !== undefined) return tooOften(tooMuch);
  const isWhole = headers.range === undefined;
  return {
    status: isWhole ? 200 : 206,
    headers: {
      ...downloadHeaders(visit, hstsDays),
      'Accept-Ranges': 'bytes',
      ...(!isWhole && { 'Content-Range': `bytes ${span.start}-${span.end - 1}/${size}` }),
    },
    length,
    parts: readParts((n) => readOrEnd(() => files.read(id, fid, n)), span, size),
    onEnd: (sent) => {
      transfer.refund(length - sent);
      transfer[Symbol.dispose]();
    },
  };
}

// The answer has begun, so it can only break off.
async function readOrEnd(read: () => Promise<Uint8Array | undefined>): Promise<Uint8Array | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof StoreUnavailable) return undefined;
    throw error;
  }
}

/** From `start` to before `end`. */
type Span = { readonly start: number; readonly end: number };

/** One range of bytes (RFC 9110, 14.1.2), or all. */
function readRange(header: string | undefined, size: number): Span | undefined {
  if (header === undefined) return { start: 0, end: size };
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim()) ?? [];
  if (first === '' && last === '') return undefined;
  const span =
    first === ''
      ? { start: Math.max(0, size - Number(last)), end: size }
      : { start: Number(first), end: last === '' ? size : Math.min(size, Number(last) + 1) };
  return span.start < span.end ? span : undefined;
}

// Ends early if the file is gone: the answer then breaks off.
async function* readParts(
  read: (n: number) => Promise<Uint8Array | undefined>,
  { start, end }: Span,
  size: number,
): AsyncGenerator<Uint8Array> {
  for (
    let n = Math.floor(start / FILE_PART_BYTES);
    n < filePartCount(size) && n * FILE_PART_BYTES < end;
    n++
  ) {
    const part = await read(n);
    if (part === undefined) return;
    const at = n * FILE_PART_BYTES;
    yield part.subarray(Math.max(0, start - at), Math.min(part.length, end - at));
  }
}
