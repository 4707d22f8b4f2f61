// This node's two ways to Redis: calls of functions, and the channels of rooms. The only file that names the client library.

import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { Clock } from '../../clock.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import { type FunctionName, type Library, readLibrary } from './library.ts';
import { type ChannelEvents, Channels } from './channels.ts';
import type { RedisAddress } from './address.ts';

export type Argument = string | number | Uint8Array;

/** What the store needs of Redis. */
export interface Link extends AsyncDisposable {
  /** One round trip, one atomic step. Throws `StoreUnavailable` when Redis does not answer in time or cannot. */
  call(name: FunctionName, keys: readonly string[], args: readonly Argument[]): Promise<unknown>;
  /** Resolves when everything announced from now on will be heard. Throws `StoreUnavailable`. */
  listen(channel: string): Promise<void>;
  silence(channel: string): void;
}
