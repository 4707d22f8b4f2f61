// Files in this process's memory: parts as they came, counted by room and over all rooms, each file with an end of its own.

import {
  FILE_OPEN_MS,
  type RoomId,
  equalBytes,
  filePartCount,
  filePartLength,
  toHex,
} from '@mayfly/protocol';
import type { Clock } from '../../net/clock.ts';
import { giveBack, lend } from '../../net/own-pages.ts';
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

/** What files need of a living room. */
export type FileRoom = {
  readonly lifeMs: number;
  /** Whether this session is its member's newest. */
  readonly isSpeaking: (session: MemberSession) => boolean;
};

export type MemoryFilesOptions = {
  readonly clock: Clock;
  readonly limits: FileLimits;
  readonly room: (room: RoomId) => FileRoom | undefined;
};

type StoredFile = {
  readonly size: number;
  readonly delHash: Uint8Array;
  readonly lifeMs: number;
  readonly parts: (Uint8Array | undefined)[];
  missing: number;
  /** Undefined once it is whole: nothing says who sent it. */
  writer: { readonly slot: Uint8Array; readonly tokenHash: Uint8Array } | undefined;
  due: number;
  timer: Disposable;
};

type Erased = { readonly tokenHash: Uint8Array; readonly until: number };

/** Files by the hex of their fid, in order of opening. */
type RoomFiles = {
  readonly files: Map<string, StoredFile>;
  readonly erased: Map<string, Erased>;
  bytes: number;
};

export class MemoryFiles implements FileStore {
  readonly #options: MemoryFilesOptions;
  readonly #rooms = new Map<RoomId, RoomFiles>();
  #bytes = 0;

  constructor(options: MemoryFilesOptions) {
    this.#options = options;
  }

  /** Of all rooms: places count with all their bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  async open(id: RoomId, session: MemberSession, wish: FileWish): Promise<FilePlace> {
    const room = this.#options.room(id);
    if (room === undefined) return { outcome: 'gone' };
    if (!room.isSpeaking(session)) return { outcome: 'replaced' };
    const known = this.#file(id, wish.fid);
    if (known !== undefined) return resume(known, session, wish);
    const of = this.#rooms.get(id) ?? { files: new Map(), erased: new Map(), bytes: 0 };
    const code = this.#refusal(of, session, wish);
    if (code !== undefined) return { outcome: 'refused', code };
    const file = this.#place(id, of, session, wish, room.lifeMs);
    return { outcome: 'open', have: bitsOf(file), lifeMs: file.lifeMs };
  }

  async expects(id: RoomId, fid: Uint8Array, tokenHash: Uint8Array): Promise<FileExpected> {
    const file = this.#written(id, fid, tokenHash);
    return typeof file === 'string' ? { outcome: file } : { outcome: 'open', size: file.size };
  }

  async put(
    id: RoomId,
    fid: Uint8Array,
    tokenHash: Uint8Array,
    n: number,
    bytes: Uint8Array,
  ): Promise<FilePut> {
    const file = this.#written(id, fid, tokenHash);
    // A repeated part keeps no place alive.
    if (typeof file === 'string' || file.parts[n] !== undefined) {
      giveBack(bytes);
      return typeof file === 'string' ? file : 'stored';
    }
    if (filePartLength(file.size, n) !== bytes.length) throw new Error('a part has another length');
    file.parts[n] = bytes;
    file.missing -= 1;
    const { lifeMs, missing } = file;
    this.#lasts(id, fid, file, missing === 0 ? lifeMs : FILE_OPEN_MS.next);
    if (missing > 0) return 'stored';
    file.writer = undefined;
    return { lifeMs };
  }

  async find(id: RoomId, fid: Uint8Array): Promise<number | undefined> {
    const file = this.#file(id, fid);
    return file?.missing === 0 ? file.size : undefined;
  }

  async read(id: RoomId, fid: Uint8Array, n: number): Promise<Uint8Array | undefined> {
    const file = this.#file(id, fid);
    const part = file?.missing === 0 ? file.parts[n] : undefined;
    return part && lend(part);
  }

  async erase(id: RoomId, fid: Uint8Array, delHash: Uint8Array): Promise<'erased' | 'not_allowed'> {
    const file = this.#file(id, fid);
    if (file === undefined) return 'erased';
    if (!equalBytes(file.delHash, delHash)) return 'not_allowed';
    this.#forget(id, toHex(fid), file);
    if (file.writer !== undefined) this.#rememberErased(id, toHex(fid), file.writer.tokenHash);
    return 'erased';
  }

  /** What this member has not finished is gone. */
  memberRemoved(id: RoomId, slot: Uint8Array): void {
    for (const [name, file] of this.#rooms.get(id)?.files ?? [])
      if (file.writer !== undefined && equalBytes(file.writer.slot, slot)) this.#forget(id, name, file);
  }

  /** The room is over. */
  roomEnded(id: RoomId): void {
    const of = this.#rooms.get(id);
    for (const [name, file] of of?.files ?? []) this.#forget(id, name, file);
    this.#rooms.delete(id);
  }

  /** Timers stood still while the machine slept. */
  woke(): void {
    for (const [id, { files }] of this.#rooms) for (const name of files.keys()) this.#living(id, name);
  }

  #refusal(
    { files, bytes }: RoomFiles,
    { slot }: MemberSession,
    { size }: FileWish,
  ): 'room_full' | 'server_full' | 'rate' | undefined {
    const { roomBytes, allBytes } = this.#options.limits;
    const open = [...files.values()].flatMap(({ writer }) => writer ?? []);
    const own = open.filter((writer) => equalBytes(writer.slot, slot));
    if (own.length >= FILES_MAX.openPerMember) return 'rate';
    if (open.length >= FILES_MAX.openPerRoom || files.size >= FILES_MAX.perRoom) return 'room_full';
    if (bytes + size > roomBytes) return 'room_full';
    return this.#bytes + size > allBytes ? 'server_full' : undefined;
  }

  #place(
    id: RoomId,
    of: RoomFiles,
    { slot }: MemberSession,
    { fid, size, delHash, ttlMs, tokenHash }: FileWish,
    roomLifeMs: number,
  ): StoredFile {
    const name = toHex(fid);
    const parts = filePartCount(size);
    const file: StoredFile = {
      size,
      delHash,
      lifeMs: Math.min(ttlMs === 0 ? roomLifeMs : ttlMs, this.#options.limits.lifeMs),
      parts: Array.from({ length: parts }),
      missing: parts,
      writer: { slot, tokenHash },
      due: this.#now() + FILE_OPEN_MS.first,
      timer: this.#options.clock.after(FILE_OPEN_MS.first, () => this.#living(id, name)),
    };
    this.#rooms.set(id, of);
    of.files.set(name, file);
    of.erased.delete(name);
    of.bytes += size;
    this.#bytes += size;
    return file;
  }

  #rememberErased(id: RoomId, name: string, tokenHash: Uint8Array): void {
    const erased = this.#rooms.get(id)?.erased;
    for (const [other, { until }] of erased ?? []) if (until <= this.#now()) erased?.delete(other);
    erased?.set(name, { tokenHash, until: this.#now() + FILE_ERASED_MS });
  }

  #lasts(id: RoomId, fid: Uint8Array, file: StoredFile, ms: number): void {
    const name = toHex(fid);
    file.due = this.#now() + ms;
    file.timer[Symbol.dispose]();
    file.timer = this.#options.clock.after(ms, () => this.#living(id, name));
  }

  /** The open file that this token opens. */
  #written(id: RoomId, fid: Uint8Array, tokenHash: Uint8Array): StoredFile | 'unknown' | 'gone' {
    const file = this.#file(id, fid);
    if (file?.writer !== undefined && equalBytes(file.writer.tokenHash, tokenHash)) return file;
    const erased = this.#rooms.get(id)?.erased.get(toHex(fid));
    const isLate =
      erased !== undefined && this.#now() < erased.until && equalBytes(erased.tokenHash, tokenHash);
    return file === undefined && isLate ? 'gone' : 'unknown';
  }

  #file(id: RoomId, fid: Uint8Array): StoredFile | undefined {
    return this.#options.room(id) === undefined ? undefined : this.#living(id, toHex(fid));
  }

  // Timers may be late, so every access checks the clock.
  #living(id: RoomId, name: string): StoredFile | undefined {
    const file = this.#rooms.get(id)?.files.get(name);
    if (file === undefined || this.#now() < file.due) return file;
    this.#forget(id, name, file);
    return undefined;
  }

  #forget(id: RoomId, name: string, file: StoredFile): void {
    file.timer[Symbol.dispose]();
    for (const part of file.parts) if (part !== undefined) giveBack(part);
    file.parts.length = 0;
    this.#bytes -= file.size;
    const of = this.#rooms.get(id);
    if (of === undefined) return;
    of.files.delete(name);
    of.bytes -= file.size;
  }

  #now(): number {
    return this.#options.clock.now();
  }
}

// Rule FILE-3.
function resume(
  file: StoredFile,
  { slot }: MemberSession,
  { size, delHash, tokenHash }: FileWish,
): FilePlace {
  const isSame = file.size === size && equalBytes(file.delHash, delHash);
  const isOwn = file.writer === undefined || equalBytes(file.writer.slot, slot);
  if (!isSame || !isOwn) return { outcome: 'refused', code: 'not_allowed' };
  if (file.writer !== undefined) file.writer = { slot, tokenHash };
  return { outcome: 'open', have: bitsOf(file), lifeMs: file.lifeMs };
}

function bitsOf({ parts }: StoredFile): Uint8Array {
  const bits = new Uint8Array(Math.ceil(parts.length / 8));
  for (const [n, part] of parts.entries()) {
    if (part !== undefined) bits[n >> 3] = (bits[n >> 3] ?? 0) | (1 << (n & 7));
  }
  return bits;
}
