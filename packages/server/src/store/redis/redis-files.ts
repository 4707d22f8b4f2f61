// Files in Redis: each operation is one call of a function, on connections where no message waits behind a part.

import { FILE_OPEN_MS, type RoomId, filePartCount, toHex } from '@mayfly/protocol';
import {
  FILES_MAX,
  FILE_ERASED_MS,
  type FileExpected,
  type FileLimits,
  type FilePlace,
  type FilePut,
  type FileStore,
  type FileWish,
} from '../file-store.ts';
import type { MemberSession } from '../room-store.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import { packMap } from './msgpack.ts';
import { Reply, bytesOf, textOf } from './reply.ts';
import type { RoomCalls } from './room-calls.ts';

export class RedisFiles implements FileStore {
  readonly #calls: RoomCalls;
  readonly #node: Uint8Array;
  readonly #limits: FileLimits;

  constructor(calls: RoomCalls, node: Uint8Array, limits: FileLimits) {
    this.#calls = calls;
    this.#node = node;
    this.#limits = limits;
  }

  async open(room: RoomId, { slot, generation }: MemberSession, wish: FileWish): Promise<FilePlace> {
    const { roomBytes, lifeMs } = this.#limits;
    const ask = packMap({
      ...wish,
      ...FILES_MAX,
      fid: undefined,
      parts: filePartCount(wish.size),
      slot,
      generation,
      node: this.#node,
      roomBytes,
      lifeMs,
      firstMs: FILE_OPEN_MS.first,
    });
    return readPlace(await this.#calls.once('file_open', room, [toHex(wish.fid), ask]), wish);
  }

  async expects(room: RoomId, fid: Uint8Array, tokenHash: Uint8Array): Promise<FileExpected> {
    const answer = await this.#calls.once('file_expects', room, [toHex(fid), tokenHash]);
    if (typeof answer === 'number') return { outcome: 'open', size: answer };
    return { outcome: textOf(answer) === 'gone' ? 'gone' : 'unknown' };
  }

  async put(
    room: RoomId,
    fid: Uint8Array,
    tokenHash: Uint8Array,
    n: number,
    bytes: Uint8Array,
  ): Promise<FilePut> {
    const words = [toHex(fid), tokenHash, n, FILE_OPEN_MS.next, bytes];
    try {
      return readPut(await this.#calls.once('file_put', room, words));
    } catch (error) {
      if (error instanceof StoreUnavailable && error.code === 'server_full') return 'server_full';
      throw error;
    }
  }

  async find(room: RoomId, fid: Uint8Array): Promise<number | undefined> {
    const answer = await this.#calls.once('file_find', room, [toHex(fid)]);
    return typeof answer === 'number' ? answer : undefined;
  }

  async read(room: RoomId, fid: Uint8Array, n: number): Promise<Uint8Array | undefined> {
    const answer = await this.#calls.once('file_read', room, [toHex(fid), n]);
    return answer === null ? undefined : bytesOf(answer);
  }

  async erase(room: RoomId, fid: Uint8Array, delHash: Uint8Array): Promise<'erased' | 'not_allowed'> {
    const answer = await this.#calls.once('file_erase', room, [toHex(fid), delHash, FILE_ERASED_MS]);
    return textOf(answer) === 'erased' ? 'erased' : 'not_allowed';
  }
}

function readPlace(answer: unknown, { size }: FileWish): FilePlace {
  if (Array.isArray(answer)) {
    const reply = new Reply(answer);
    const lifeMs = reply.number();
    return { outcome: 'open', lifeMs, have: bitsOf(reply.list(), filePartCount(size)) };
  }
  const word = textOf(answer);
  switch (word) {
    case 'replaced':
      return { outcome: word };
    case 'rate':
    case 'room_full':
    case 'server_full':
    case 'not_allowed':
      return { outcome: 'refused', code: word };
    default:
      return { outcome: 'gone' };
  }
}

function bitsOf(parts: Reply, count: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(count / 8));
  for (const n of parts.all((reply) => Number(reply.text())))
    bits[n >> 3] = (bits[n >> 3] ?? 0) | (1 << (n & 7));
  return bits;
}

function readPut(answer: unknown): FilePut {
  if (typeof answer === 'number') return { lifeMs: answer };
  const word = textOf(answer);
  return word === 'stored' || word === 'gone' ? word : 'unknown';
}
