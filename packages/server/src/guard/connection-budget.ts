// The rate limits of one connection: its own, its address's and its room's.

import type { Join, RoomId } from '@mayfly/protocol';
import { Bucket } from './bucket.ts';
import type { Limits } from './limits.ts';
import type { PassphraseBudget } from './passphrase-guard.ts';

/** Not now, and when to try again. */
export type Slowed = { readonly code: 'rate' | 'busy'; readonly retryAfterMs: number };

export type BudgetDeps = {
  readonly limits: Limits['socket'];
  readonly now: () => number;
  /** Shared by all members of the room. */
  readonly roomBucket: (room: RoomId) => Bucket;
  /** Undefined: this address may try to join. */
  readonly mayJoin: (isNew: boolean) => Slowed | undefined;
  readonly joinFailed: () => void;
  readonly passphrases: PassphraseBudget;
  readonly gone: () => void;
  readonly files: FileBudget;
};

/** What one connection's address has stored (rule LIMIT-11). `fid` in hex. */
export type FileBudget = {
  /** Counts a file. `known`: it counts already. `short`: there is no memory for files. */
  readonly place: (
    room: RoomId,
    fid: string,
    bytes: number,
    forMs: number,
  ) => 'new' | 'known' | 'short' | Slowed;
  readonly gone: (room: RoomId, fid: string) => void;
  readonly roomEnded: (room: RoomId) => void;
};

export class ConnectionBudget implements Disposable {
  readonly #deps: BudgetDeps;
  readonly #messages: Bucket;
  readonly #messageBytes: Bucket;
  readonly #profiles: Bucket;
  readonly #commands: Bucket;
  readonly #records: Bucket;
  readonly #slices: Bucket;
  readonly #ephemerals: Bucket;
  readonly #files: Bucket;
  readonly #frames: Bucket;
  readonly #frameBytes: Bucket;

  constructor(deps: BudgetDeps) {
    const { limits } = deps;
    this.#deps = deps;
    this.#messages = new Bucket(limits.messages);
    this.#messageBytes = new Bucket(limits.messageBytes);
    this.#profiles = new Bucket(limits.profiles);
    this.#commands = new Bucket(limits.commands);
    this.#records = new Bucket(limits.records);
    this.#slices = new Bucket(limits.slices);
    this.#ephemerals = new Bucket(limits.ephemerals);
    this.#files = new Bucket(limits.files);
    this.#frames = new Bucket(limits.frames);
    this.#frameBytes = new Bucket(limits.frameBytes);
  }

  /** Counts a frame of any kind. False: this is a flood. */
  frame(bytes: number): boolean {
    const now = this.#deps.now();
    const fits = this.#frames.waitFor(1, now) === 0 && this.#frameBytes.waitFor(bytes, now) === 0;
    this.#frames.take(1, now);
    this.#frameBytes.take(bytes, now);
    return fits;
  }

  /** Asked before the room is looked up, so the answer is the same for every room. */
  mayJoin(as: Join['as']): Slowed | undefined {
    return this.#deps.mayJoin(as !== 'member');
  }

  /**
   * Returning members prove no room key, so they have nothing to guess. After a restart everyone behind an address returns at
   * once, to rooms that are gone (rule LIMIT-8).
   */
  joinFailed(as: Join['as']): void {
    if (as !== 'member') this.#deps.joinFailed();
  }

  /** Counts only if both the member and the room are within their limits. */
  send(room: RoomId, bytes: number): Slowed | undefined {
    const now = this.#deps.now();
    const own = Math.max(this.#messages.waitFor(1, now), this.#messageBytes.waitFor(bytes, now));
    if (own > 0) return { code: 'rate', retryAfterMs: own };
    const shared = this.#deps.roomBucket(room);
    const others = shared.waitFor(1, now);
    if (others > 0) return { code: 'busy', retryAfterMs: others };
    this.#messages.take(1, now);
    this.#messageBytes.take(bytes, now);
    shared.take(1, now);
    return undefined;
  }

  profile(): Slowed | undefined {
    return this.#takeOne(this.#profiles);
  }

  command(): Slowed | undefined {
    return this.#takeOne(this.#commands);
  }

  records(): Slowed | undefined {
    return this.#takeOne(this.#records);
  }

  /** So many are staged at once. */
  slices(count: number): Slowed | undefined {
    return this.#take(this.#slices, count);
  }

  /** False: too many, and this one is dropped. */
  ephemeral(): boolean {
    const now = this.#deps.now();
    if (this.#ephemerals.waitFor(1, now) > 0) return false;
    this.#ephemerals.take(1, now);
    return true;
  }

  /** A place asked for, or a file erased. */
  file(): Slowed | undefined {
    return this.#takeOne(this.#files);
  }

  get passphrases(): PassphraseBudget {
    return this.#deps.passphrases;
  }

  get files(): FileBudget {
    return this.#deps.files;
  }

  [Symbol.dispose](): void {
    this.#deps.gone();
  }

  #takeOne(bucket: Bucket): Slowed | undefined {
    return this.#take(bucket, 1);
  }

  #take(bucket: Bucket, count: number): Slowed | undefined {
    const now = this.#deps.now();
    const wait = bucket.waitFor(count, now);
    if (wait > 0) return { code: 'rate', retryAfterMs: wait };
    bucket.take(count, now);
    return undefined;
  }
}
