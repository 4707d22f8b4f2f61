// A room's side of file transfers: which files the server takes, what is asked and answered. The transfers themselves are
// apart, so a page loads them with its first file.

import type { FileAnswer, FileAsk, FileErase, FileLimits, RoomId, Welcome } from '@mayfly/protocol';
import type { Clock } from '../clock.ts';
import type { RandomBytes } from '../crypto/random.ts';
import type { RoomStorage } from '../storage/tab-storage.ts';

/** What a transfer learns from its room. */
export type FileListener = {
  /** There is a connection that takes files, or another one: asked before means asked in vain. */
  opened(): void;
  answered(frame: FileAnswer): void;
  /** The room is over for this page. */
  ended(): void;
  /** The message of a file of ours is taken back. */
  readonly unsent?: (fid: Uint8Array) => void;
};

export type FilePortDeps = {
  readonly id: RoomId;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly storage: RoomStorage;
  /** Of our identity: it proves that a file is ours. */
  readonly seed: Uint8Array;
  say(frame: FileAsk | FileErase): void;
  /** Asks the server to keep the room. */
  keepAlive(): void;
  /** Sends a message that shares a file; its key. `replyTo`: the key of the message that it answers. */
  post(body: string, replyTo?: string): string;
};

export class FilePort {
  readonly deps: FilePortDeps;
  readonly #listeners = new Set<FileListener>();
  readonly #unsent: Uint8Array[] = [];
  #limits: FileLimits | undefined;
  #state: 'away' | 'here' | 'ended' = 'away';

  constructor(deps: FilePortDeps) {
    this.deps = deps;
  }

  /** Undefined if the server takes no files, or before the first welcome. */
  get limits(): FileLimits | undefined {
    return this.#limits;
  }

  /** In the room, over a connection. */
  get isHere(): boolean {
    return this.#state === 'here';
  }

  get isEnded(): boolean {
    return this.#state === 'ended';
  }

  /** It hears at once of a connection that is there. */
  listen(listener: FileListener): Disposable {
    this.#listeners.add(listener);
    if (this.#state === 'here' && this.#limits !== undefined) listener.opened();
    this.#passOn(listener);
    if (this.isEnded) listener.ended();
    return {
      [Symbol.dispose]: () => {
        this.#listeners.delete(listener);
      },
    };
  }

  enter({ features, limits }: Pick<Welcome, 'features' | 'limits'>): void {
    this.#state = 'here';
    this.#limits = features.includes('files') ? limits.files : undefined;
    if (this.#limits !== undefined) for (const listener of this.#listeners) listener.opened();
  }

  receive(frame: FileAnswer): void {
    for (const listener of this.#listeners) listener.answered(frame);
  }

  /** Kept until someone listens who can erase it. */
  unsent(fid: Uint8Array): void {
    this.#unsent.push(fid);
    for (const listener of this.#listeners) this.#passOn(listener);
  }

  suspend(): void {
    if (!this.isEnded) this.#state = 'away';
  }

  close(): void {
    this.#state = 'ended';
    for (const listener of this.#listeners) listener.ended();
  }

  #passOn({ unsent }: FileListener): void {
    if (unsent !== undefined) for (const fid of this.#unsent.splice(0)) unsent(fid);
  }
}
