// What a member may ask about files: a place for one, and its end (rules FILE-2 to FILE-4 and FILE-8).

import { createHash } from 'node:crypto';
import {
  ERASE_PROOF_BYTES,
  FILE_OPEN_MS,
  FILE_TOKEN_BYTES,
  type FileAsk,
  type FileErase,
  type FileRefusedCode,
  type RoomId,
  filePartCount,
  toHex,
} from '@mayfly/protocol';
import { encodeControl } from '../delivery/frame.ts';
import type { Subscriber } from '../delivery/subscriber.ts';
import type { ConnectionBudget } from '../guard/connection-budget.ts';
import { PAUSE_MS } from '../guard/limits.ts';
import type { RandomBytes } from '../net/clock.ts';
import type { FilePlace, FileStore } from '../store/file-store.ts';
import type { MemberSession } from '../store/room-store.ts';
import { StoreUnavailable } from '../store/store-unavailable.ts';
import { OUTCOME, type Outcome } from './outcomes.ts';

type SessionFiles = {
  readonly store: FileStore;
  /** Sealed bytes of the largest file that this server takes. */
  readonly bytesMax: number;
};

export type FileRequestDeps = {
  /** Undefined: this server takes no files. */
  readonly files?: SessionFiles;
  readonly budget: ConnectionBudget;
  readonly random: RandomBytes;
};

type Member = { readonly room: RoomId; readonly member: MemberSession; readonly subscriber: Subscriber };
type Reply = Outcome | undefined;

/** Asks for a place, or again for the one it has. */
export async function file(
  ask: FileAsk,
  { room, member, subscriber }: Member,
  deps: FileRequestDeps,
): Promise<Reply> {
  const { files, budget, random } = deps;
  const { fid, size } = ask;
  if (files === undefined) return refused(fid, 'not_allowed');
  const slowed = budget.file();
  if (slowed !== undefined) return refused(fid, 'rate', slowed.retryAfterMs);
  if (size > files.bytesMax) return refused(fid, 'too_big');
  const name = toHex(fid);
  const placed = budget.files.place(room, name, size, FILE_OPEN_MS.first);
  if (placed === 'short') return refused(fid, 'server_full', PAUSE_MS.noMemory);
  if (typeof placed === 'object') return refused(fid, 'rate', placed.retryAfterMs);
  const token = random(FILE_TOKEN_BYTES);
  const wish = { fid, size, delHash: ask.delHash, ttlMs: ask.ttlMs ?? 0, tokenHash: sha256(token) };
  const place = await unlessUnavailable(() => files.store.open(room, member, wish));
  if (place.outcome !== 'open') {
    if (placed === 'new') budget.files.gone(room, name);
    return afterRefusal(fid, place);
  }
  subscriber.say(
    encodeControl({ type: 'fileOpen', fid, token, parts: filePartCount(size), have: place.have }),
  );
  return undefined;
}

/** Erases it, with its author's proof. */
export async function fileErase(
  { fid, proof }: FileErase,
  { room, subscriber }: Member,
  { files, budget }: FileRequestDeps,
): Promise<Reply> {
  const slowed = budget.file();
  if (slowed !== undefined) return refused(fid, 'rate', slowed.retryAfterMs);
  const delHash = sha256(proof).subarray(0, ERASE_PROOF_BYTES);
  const erased = await unlessUnavailable(async () => ({
    outcome: (await files?.store.erase(room, fid, delHash)) ?? 'erased',
  }));
  if (erased.outcome === 'unavailable') return refused(fid, 'unavailable', erased.retryAfterMs);
  if (erased.outcome === 'not_allowed') return refused(fid, 'not_allowed');
  budget.files.gone(room, toHex(fid));
  subscriber.say(encodeControl({ type: 'fileErased', fid }));
  return undefined;
}

type Unavailable = {
  readonly outcome: 'unavailable';
  readonly code: StoreUnavailable['code'];
  readonly retryAfterMs: number;
};

async function unlessUnavailable<T>(ask: () => Promise<T>): Promise<T | Unavailable> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    const { code, retryAfterMs } = error;
    return { outcome: 'unavailable', code, retryAfterMs };
  }
}

const RETRY_AFTER_MS = {
  room_full: PAUSE_MS.files,
  server_full: PAUSE_MS.files,
  rate: PAUSE_MS.files,
  not_allowed: 0,
} as const;

function afterRefusal(
  fid: Uint8Array,
  place: Exclude<FilePlace, { outcome: 'open' }> | Unavailable,
): Outcome {
  switch (place.outcome) {
    case 'refused':
      return refused(fid, place.code, RETRY_AFTER_MS[place.code]);
    case 'unavailable':
      return refused(fid, place.code, place.retryAfterMs);
    case 'replaced':
      return OUTCOME.replaced;
    case 'gone':
      return OUTCOME.roomGone;
  }
}

function refused(fid: Uint8Array, code: FileRefusedCode, retryAfterMs = 0): Outcome {
  return { say: { type: 'fileRefused', fid, code, retryAfterMs } };
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}
