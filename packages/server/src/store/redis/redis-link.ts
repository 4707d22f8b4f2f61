// Function calls over ioredis, with a time limit. Loads the library wherever it is missing.

import type { Redis } from 'ioredis';
import type { Clock } from '../../net/clock.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import type { RedisAddress } from './address.ts';
import { Subscriptions } from './subscriptions.ts';
import { keysOfFile, keysOfRoom } from './keyspace.ts';
import { type FunctionName, LIBRARY_NAMES, type Library } from './library.ts';
import { ANSWER_WITHIN_MS, type Argument, type Link, type LinkEvents } from './link.ts';
import { Topology } from './topology.ts';
import { type RedisTrouble, codeOf, refusalIn } from './refusals.ts';

export type RedisLinkOptions = {
  readonly address: RedisAddress;
  readonly library: Library;
  readonly clock: Clock;
  readonly events: LinkEvents;
};

export class RedisLink implements Link {
  readonly #topology: Topology;
  readonly #subscriptions: Subscriptions;
  readonly #library: Library;
  readonly #clock: Clock;
  readonly #events: LinkEvents;
  #loading: Promise<void> | undefined;

  constructor({ address, library, clock, events }: RedisLinkOptions) {
    this.#topology = new Topology(address);
    this.#subscriptions = new Subscriptions(this.#topology, clock, events);
    this.#library = library;
    this.#clock = clock;
    this.#events = events;
  }

  /** Throws `StoreUnavailable` when Redis cannot be reached in time. */
  ready(): Promise<void> {
    return this.#inTime(this.#topology.ready());
  }

  async call(name: FunctionName, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    try {
      return await this.#inTime(this.#callAndLoad(name, keys, args));
    } catch (error) {
      throw this.#failure(name, keys[0] ?? '', error);
    }
  }

  async range(stream: string, after: number, last: number): Promise<unknown> {
    try {
      return await this.#inTime(this.#topology.caller.callBuffer('XRANGE', stream, after + 1, last));
    } catch (error) {
      throw this.#failure('XRANGE', stream, error);
    }
  }

  subscribe(channel: string): Promise<void> {
    return this.#subscriptions.subscribe(channel);
  }

  unsubscribe(channel: string): void {
    this.#subscriptions.unsubscribe(channel);
  }

  /** A library deleted too early is loaded again by the next call that misses it. */
  async prune(inUse: readonly string[]): Promise<void> {
    const kept = new Set([...inUse, this.#library.name]);
    await Promise.allSettled(this.#topology.primaries().map((primary) => pruneOn(primary, kept)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#subscriptions[Symbol.dispose]();
    this.#topology.caller.disconnect();
  }

  async #callAndLoad(
    name: FunctionName,
    keys: readonly string[],
    args: readonly Argument[],
  ): Promise<unknown> {
    const declared = this.#declare(name, keys, args);
    const fcall = () => {
      this.#topology.corkCalls();
      return this.#topology.caller.callBuffer(
        'FCALL',
        this.#library.nameOf(name),
        declared.length,
        ...declared,
        ...args.map(word),
      );
    };
    try {
      return await fcall();
    } catch (error) {
      if (codeOf(error) !== 'ERR' || !/function not found/i.test(messageOf(error))) throw error;
      await (this.#loading ??= this.#load());
      return await fcall();
    }
  }

  // While a slot moves, a room's keys are on two primaries. A call that names all of them is answered TRYAGAIN instead of
  // running on half a room.
  #declare(name: FunctionName, keys: readonly string[], args: readonly Argument[]): readonly string[] {
    const [key] = keys;
    const isRoom = this.#topology.isCluster && !NOT_OF_ONE_ROOM.has(name);
    if (!isRoom || key === undefined) return keys;
    return OF_FILES.has(name) ? keysOfFile(key, String(args[0])) : keysOfRoom(key);
  }

  // A restarted or promoted Redis may have no functions.
  async #load(): Promise<void> {
    try {
      const { code } = this.#library;
      const loads = this.#topology
        .primaries()
        .map((primary) => primary.call('FUNCTION', 'LOAD', 'REPLACE', code));
      // A server that is down must not stop the others from working.
      const outcomes = await Promise.allSettled(loads);
      const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
      if (failed.length === outcomes.length) throw failed[0]?.reason ?? new StoreUnavailable();
      this.#events.reloaded();
    } finally {
      this.#loading = undefined;
    }
  }

  #failure(name: FunctionName | 'XRANGE', key: string, error: unknown): Error {
    const explained = explain(name, error);
    if (explained instanceof StoreUnavailable) this.#events.failed(this.#troubleIn(error), key);
    return explained;
  }

  // Without an answer, the connection may have been refused.
  #troubleIn(error: unknown): RedisTrouble {
    if (codeOf(error) === undefined) return this.#topology.refusal ?? 'SILENT';
    return refusalIn(error) ?? 'TRYAGAIN';
  }

  async #inTime<T>(answer: Promise<T>): Promise<T> {
    let timer: Disposable | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = this.#clock.after(ANSWER_WITHIN_MS, () => reject(new StoreUnavailable()));
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      timer?.[Symbol.dispose]();
    }
  }
}

/** Functions about one file: its fid is the first argument. */
const OF_FILES: ReadonlySet<FunctionName> = new Set([
  'file_erase',
  'file_expects',
  'file_find',
  'file_open',
  'file_put',
  'file_read',
]);

/** Functions that take one key of each of several rooms, or no key of a room. */
const NOT_OF_ONE_ROOM: ReadonlySet<FunctionName> = new Set(['claim', 'heads', 'lately', 'lease', 'rooms']);

async function pruneOn(primary: Redis, kept: ReadonlySet<string>): Promise<void> {
  const listed = await primary.call('FUNCTION', 'LIST', 'LIBRARYNAME', LIBRARY_NAMES);
  const unused = namesIn(listed).filter((name) => !kept.has(name));
  await Promise.all(unused.map((name) => primary.call('FUNCTION', 'DELETE', name)));
}

// Each row lists names and values in turn.
function namesIn(listed: unknown): readonly string[] {
  const rows = Array.isArray(listed) ? listed : [];
  return rows.map((row) => (Array.isArray(row) ? String(row[row.indexOf('library_name') + 1]) : ''));
}

function word(argument: Argument): string | number | Buffer {
  if (!(argument instanceof Uint8Array)) return argument;
  return Buffer.from(argument.buffer, argument.byteOffset, argument.byteLength);
}

// Errors of ioredis contain the command, and with it a room's id: they must not leave this file.
function explain(name: FunctionName | 'XRANGE', error: unknown): Error {
  if (error instanceof StoreUnavailable) return error;
  const refusal = refusalIn(error);
  if (refusal !== undefined) {
    return new StoreUnavailable(refusal === 'OOM' ? 'server_full' : 'unavailable', refusal);
  }
  const code = codeOf(error);
  if (code === undefined || isMoving(error)) return new StoreUnavailable();
  // A plain ERR is our bug.
  return new Error(`Redis refused ${name}: ${code}`);
}

// A function that didn't name all keys met a room between two primaries (`heads`, when it ends one): the words of Redis
// and of Valkey.
function isMoving(error: unknown): boolean {
  return /access a non local key|undeclared keys were accessed/.test(messageOf(error));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}
