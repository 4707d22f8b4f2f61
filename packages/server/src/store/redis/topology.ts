// Which Redis servers there are: one, one that Sentinels name, or a cluster. The only file that tells the shapes apart.

import { Cluster, Redis } from 'ioredis';
import type { RedisAddress, RedisHost } from './address.ts';
import { slotOf } from './keyspace.ts';
import { type RedisRefusal, refusalIn } from './refusals.ts';

/** One connection, or a connection to every primary of a cluster. */
export type Caller = Redis | Cluster;

/** A connection that only listens. */
export type Listener = Redis;

const RETRY_MS = { first: 50, longest: 2_000 } as const;
/** A connection on which nothing comes for so long while something is awaited is given up. */
const SILENT_MS = 5_000;

export class Topology {
  readonly caller: Caller;
  readonly #address: RedisAddress;
  #isCorked = false;
  #refusal: RedisRefusal | undefined;

  constructor(address: RedisAddress) {
    this.#address = address;
    this.caller = address.shape === 'cluster' ? this.#connectCluster() : this.#connect(undefined);
    // Every call hears of its own failure; without a listener the process would end.
    this.caller.on('error', (error) => this.#onError(error));
    this.caller.on('node error', (error: unknown) => this.#onError(error));
    this.caller.on('ready', () => {
      this.#refusal = undefined;
    });
  }

  /** Why it was refused a connection the last time, if it was Redis that did so. */
  get refusal(): RedisRefusal | undefined {
    return this.#refusal;
  }

  /** Where a channel is announced: the address of a primary, or '' where there is only one. Undefined: nowhere, now. */
  addressOf(channel: string): string | undefined {
    if (!(this.caller instanceof Cluster)) return '';
    return this.caller.slots[slotOf(channel)]?.[0];
  }

  connectListener(address: string): Listener {
    const at = address.lastIndexOf(':');
    const where =
      address === '' ? undefined : { host: address.slice(0, at), port: Number(address.slice(at + 1)) };
    const listener = this.#connect(where);
    listener.on('error', () => {});
    return listener;
  }

  /** Resolves when calls can be made. */
  async ready(): Promise<void> {
    if (this.caller.status === 'ready') return;
    await new Promise<void>((resolve) => {
      this.caller.once('ready', resolve);
    });
  }

  get isCluster(): boolean {
    return this.caller instanceof Cluster;
  }

  /** Asks which primary serves what; resolves when that is known, or cannot be. */
  async refreshSlots(): Promise<void> {
    const { caller } = this;
    if (caller instanceof Cluster)
      await new Promise<void>((resolve) => caller.refreshSlotsCache(() => resolve()));
  }

  primaries(): readonly Redis[] {
    return this.caller instanceof Cluster ? this.caller.nodes('master') : [this.caller];
  }

  /** What is called until the end of this turn goes out in one write, which is dearer than all the rest of a call. */
  corkCalls(): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    const streams = this.primaries().flatMap(({ status, stream }) => (status === 'ready' ? [stream] : []));
    for (const stream of streams) stream.cork();
    setImmediate(() => {
      this.#isCorked = false;
      for (const stream of streams) stream.uncork();
    });
  }

  // The system's own errors have a code: then nobody was there to refuse anything.
  #onError(error: unknown): void {
    const refusal = refusalIn(error);
    if (refusal !== undefined) this.#refusal = refusal;
    else if (error instanceof Error && 'code' in error) this.#refusal = undefined;
  }

  #connect(where: RedisHost | undefined): Redis {
    const { shape, hosts, name, db } = this.#address;
    const options = { ...this.#options(), ...(db !== undefined && { db }), retryStrategy };
    if (where !== undefined || shape !== 'sentinel') return new Redis({ ...options, ...(where ?? hosts[0]) });
    return new Redis({
      ...options,
      sentinels: [...hosts],
      ...(name !== undefined && { name }),
      sentinelRetryStrategy: retryStrategy,
    });
  }

  #connectCluster(): Cluster {
    return new Cluster([...this.#address.hosts], {
      clusterRetryStrategy: retryStrategy,
      enableOfflineQueue: false,
      slotsRefreshInterval: SILENT_MS,
      redisOptions: this.#options(),
    });
  }

  #options() {
    const { username, password, tls } = this.#address;
    return {
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(tls && { tls: {} }),
      protocol: 2 as const,
      autoResubscribe: false,
      autoResendUnfulfilledCommands: false,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      socketTimeout: SILENT_MS,
      connectTimeout: SILENT_MS,
      keepAlive: 10_000,
      reconnectOnError: onceATurn((error) => error.message.startsWith('READONLY')),
    };
  }
}

/**
 * What was the primary is a replica now: the next connection finds the right one. Hundreds of calls may hear so in one
 * turn, and the client library would hang up for each of them.
 */
function onceATurn(isReason: (error: Error) => boolean): (error: Error) => 1 | false {
  let isLeaving = false;
  return (error) => {
    if (isLeaving || !isReason(error)) return false;
    isLeaving = true;
    setImmediate(() => {
      isLeaving = false;
    });
    return 1;
  };
}

function retryStrategy(times: number): number {
  const longest = Math.min(RETRY_MS.longest, RETRY_MS.first * 2 ** Math.min(times, 10));
  return RETRY_MS.first + Math.random() * longest;
}
