// Connections to a single Redis, one named by Sentinels, or a cluster. Only this file tells them apart.

import { Cluster, Redis } from 'ioredis';
import type { RedisAddress, RedisHost } from './address.ts';
import { slotOf } from './keyspace.ts';
import { type RedisRefusal, refusalIn } from './refusals.ts';

/** One connection, or a connection to every primary of a cluster. */
export type Caller = Redis | Cluster;

/** A connection for subscriptions only. */
export type Listener = Redis;

const RETRY_MS = { first: 50, longest: 2_000 } as const;
/** A connection that is silent for this long while an answer is due is given up. */
const SILENT_MS = 5_000;

export class Topology {
  readonly caller: Caller;
  readonly #address: RedisAddress;
  #isCorked = false;
  #refusal: RedisRefusal | undefined;

  constructor(address: RedisAddress) {
    this.#address = address;
    this.caller = address.shape === 'cluster' ? this.#connectCluster() : this.#connect(undefined);
    // Each call gets its own error; without a listener the process would exit.
    this.caller.on('error', (error) => this.#onError(error));
    this.caller.on('node error', (error: unknown) => this.#onError(error));
    this.caller.on('ready', () => {
      this.#refusal = undefined;
    });
  }

  /** Why Redis refused the latest connection, if it did. */
  get refusal(): RedisRefusal | undefined {
    return this.#refusal;
  }

  /** The address of the primary that publishes a channel; '' if there is only one, undefined if none is known. */
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

  /** Reloads which primary serves which slots. Also resolves if that fails. */
  async refreshSlots(): Promise<void> {
    const { caller } = this;
    if (caller instanceof Cluster)
      await new Promise<void>((resolve) => caller.refreshSlotsCache(() => resolve()));
  }

  primaries(): readonly Redis[] {
    return this.caller instanceof Cluster ? this.caller.nodes('master') : [this.caller];
  }

  /** Sends all calls of this turn in one write: a write costs more than the rest of a call. */
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

  // Errors of the system have a code: Redis wasn't reached, so it refused nothing.
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
 * The primary became a replica: reconnecting finds the new one. Hundreds of calls may fail in one turn, and ioredis would
 * reconnect for each.
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
