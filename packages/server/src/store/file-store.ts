// The interface of everything that holds files: sealed bytes beside a room's log (docs/protocol.md, FILE rules). Every method
// is one atomic step, and none tells an unknown room from an unknown file.

import type { RoomId } from '@mayfly/protocol';
import type { MemberSession } from './room-store.ts';

/** In sealed bytes and milliseconds. */
export type FileLimits = {
  /** All files of a room. */
  readonly roomBytes: number;
  /** All files of this process. A remote store goes by its own memory. */
  readonly allBytes: number;
  /** The longest that a whole file is kept. */
  readonly lifeMs: number;
};

/** The same for every server. */
export const FILES_MAX = { perRoom: 256, openPerRoom: 20, openPerMember: 3 } as const;

/** How long the token of an erased file is remembered, so its author learns why it opens nothing. */
export const FILE_ERASED_MS = 60_000;

/** A place asked for (rule FILE-2). */
export type FileWish = {
  readonly fid: Uint8Array;
  readonly size: number;
  readonly delHash: Uint8Array;
  /** 0: as long as the room's life. */
  readonly ttlMs: number;
  /** SHA-256 of the token that goes with each part. */
  readonly tokenHash: Uint8Array;
};

export type FilePlace =
  /** The bits of rule FILE-2. `lifeMs`: how long the file lives once it is whole. */
  | { readonly outcome: 'open'; readonly have: Uint8Array; readonly lifeMs: number }
  | { readonly outcome: 'refused'; readonly code: 'room_full' | 'server_full' | 'rate' | 'not_allowed' }
  /** A newer session of this identity has taken over. */
  | { readonly outcome: 'replaced' }
  | { readonly outcome: 'gone' };

/** What a token opens (rule FILE-5). `unknown`: nothing. `gone`: its file was erased. */
export type FileExpected =
  | { readonly outcome: 'open'; readonly size: number }
  | { readonly outcome: 'unknown' | 'gone' };

/** `lifeMs`: the file is whole, and lives this long. */
export type FilePut = 'stored' | 'unknown' | 'gone' | 'server_full' | { readonly lifeMs: number };

/** A remote store may throw `StoreUnavailable` from any method. */
export interface FileStore {
  /** Gives a place, or the one that this identity has, with a new token. */
  open(room: RoomId, session: MemberSession, wish: FileWish): Promise<FilePlace>;

  /** Asked before a part is read from the network. */
  expects(room: RoomId, fid: Uint8Array, tokenHash: Uint8Array): Promise<FileExpected>;

  /** Keeps `bytes`, which must have the part's length and are the store's from here on. */
  put(room: RoomId, fid: Uint8Array, tokenHash: Uint8Array, n: number, bytes: Uint8Array): Promise<FilePut>;

  /** The size of a whole file. */
  find(room: RoomId, fid: Uint8Array): Promise<number | undefined>;

  /**
   * A part of a whole file, until a later turn finds it empty because the file has gone meanwhile. Undefined: it is gone already.
   */
  read(room: RoomId, fid: Uint8Array, n: number): Promise<Uint8Array | undefined>;

  /** Also `erased` if there is no such file. */
  erase(room: RoomId, fid: Uint8Array, delHash: Uint8Array): Promise<'erased' | 'not_allowed'>;
}

/** For servers that keep no files. */
export const NO_FILES: FileStore = {
  open: async () => ({ outcome: 'refused', code: 'not_allowed' }),
  expects: async () => ({ outcome: 'unknown' }),
  put: async () => 'unknown',
  find: async () => undefined,
  read: async () => undefined,
  erase: async () => 'erased',
};
