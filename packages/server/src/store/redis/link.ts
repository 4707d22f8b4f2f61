// What the store needs of Redis: function calls and channels.

import type { RedisTrouble } from './refusals.ts';
import type { FunctionName } from './library.ts';

export type Argument = string | number | Uint8Array;

export interface Link extends AsyncDisposable {
  /** One round trip, one atomic step. Throws `StoreUnavailable` if Redis can't or doesn't answer in time. */
  call(name: FunctionName, keys: readonly string[], args: readonly Argument[]): Promise<unknown>;
  /** Raw entries of a stream after `after` and up to `last`. Throws `StoreUnavailable`. */
  range(stream: string, after: number, last: number): Promise<unknown>;
  /** Resolves when everything published from then on will be received. Throws `StoreUnavailable`. */
  subscribe(channel: string): Promise<void>;
  unsubscribe(channel: string): void;
  /** Deletes the libraries of other versions, except those in use. */
  prune(inUse: readonly string[]): Promise<void>;
}

/** Events of a link. Handlers don't throw. */
export interface LinkEvents {
  announced(channel: string, message: Uint8Array): void;
  /** These channels were lost for a while and are active again. At most `CHANNELS_AT_ONCE`, all of one partition. */
  restored(channels: readonly string[]): void;
  /** A call about this key threw `StoreUnavailable`. */
  failed(trouble: RedisTrouble, key: string): void;
  /** A bug noticed in background work. */
  trouble(error: unknown): void;
  /** A server of Redis had lost our functions; they are loaded again. */
  reloaded(): void;
}

/** Channels per request, and rooms per sweep. */
export const CHANNELS_AT_ONCE = 256;

/** How long Redis may take to answer. */
export const ANSWER_WITHIN_MS = 2_000;
