// This node's two ways to Redis: calls of functions, and the channels of rooms. What the store needs, and no more.

import type { RedisTrouble } from './redis-health.ts';
import type { FunctionName } from './library.ts';

export type Argument = string | number | Uint8Array;

export interface Link extends AsyncDisposable {
  /** One round trip, one atomic step. Throws `StoreUnavailable` when Redis cannot, or does not answer in time. */
  call(name: FunctionName, keys: readonly string[], args: readonly Argument[]): Promise<unknown>;
  /** Entries of a stream after one number and up to another, as Redis has them. Throws `StoreUnavailable`. */
  range(stream: string, after: number, last: number): Promise<unknown>;
  /** Resolves when everything announced from then on will be heard. Throws `StoreUnavailable`. */
  subscribe(channel: string): Promise<void>;
  unsubscribe(channel: string): void;
  /** Deletes the libraries of other versions, except those in use. */
  prune(inUse: readonly string[]): Promise<void>;
}

/** What the store hears of its link, without having asked. Nothing here throws. */
export interface LinkEvents {
  announced(channel: string, message: Uint8Array): void;
  /** These channels were not heard for a while, and are again. At most `CHANNELS_AT_ONCE`, all of one partition. */
  restored(channels: readonly string[]): void;
  /** A call of this key was answered with `StoreUnavailable`. */
  failed(trouble: RedisTrouble, key: string): void;
  /** Our own fault, noticed while nobody waits for an answer. */
  trouble(error: unknown): void;
  /** A server of Redis had no functions of ours, and has them now. */
  reloaded(): void;
}

/** So many channels are asked for in one step, and so many rooms are looked after in one call. */
export const CHANNELS_AT_ONCE = 256;

/** How long Redis may take to answer. */
export const ANSWER_WITHIN_MS = 2_000;
