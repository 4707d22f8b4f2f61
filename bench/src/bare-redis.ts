// The least that Redis does for a message: the same bytes, stored and announced in one step by its own commands, with
// no permission checks. What an append costs beyond that is ours.

import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { ENVELOPE_OVERHEAD } from '@mayfly/protocol';
import { APPENDED_BYTES, HISTORY_MESSAGES } from './cluster-findings.ts';
import type { MeasuredRedis } from './cluster.ts';

const STREAM = 's{0}:floor';
const CHANNEL = 'c{0}:floor';
const SEALED = Buffer.alloc(APPENDED_BYTES + ENVELOPE_OVERHEAD, 1);
const STEP = Buffer.concat([
  encode('MULTI'),
  encode('XADD', STREAM, 'MAXLEN', '~', String(HISTORY_MESSAGES), '*', 'm', SEALED),
  encode('SPUBLISH', CHANNEL, SEALED),
  encode('EXEC'),
]);
/** OK, twice QUEUED, and the two answers: a number, and an id with its length, behind theirs. */
const LINES = 7;
const LINE_END = 0x0a;

export class BareRedis implements Disposable {
  readonly #redis: MeasuredRedis;
  readonly #caller: Socket;
  readonly #listener: Socket;

  private constructor(redis: MeasuredRedis, caller: Socket, listener: Socket) {
    this.#redis = redis;
    this.#caller = caller;
    this.#listener = listener;
  }

  /** On the Redis that a cluster uses, while nothing else happens there. One connection listens, as a node would. */
  static async start(redis: MeasuredRedis): Promise<BareRedis> {
    const [caller, listener] = [await open(redis), await open(redis)];
    listener.write(encode('SSUBSCRIBE', CHANNEL));
    await once(listener, 'data');
    listener.resume();
    return new BareRedis(redis, caller, listener);
  }

  /** Microseconds of Redis for one message. */
  async round(inFlight: number, ms: number): Promise<number> {
    const before = this.#redis.cpuSeconds();
    const end = performance.now() + ms;
    let messages = 0;
    while (performance.now() < end) {
      await this.#send(inFlight);
      messages += inFlight;
    }
    return ((this.#redis.cpuSeconds() - before) / messages) * 1e6;
  }

  [Symbol.dispose](): void {
    this.#caller.destroy();
    this.#listener.destroy();
  }

  async #send(count: number): Promise<void> {
    this.#caller.write(Buffer.concat(Array.from({ length: count }, () => STEP)));
    for (let lines = 0; lines < count * LINES;) {
      const [chunk] = (await once(this.#caller, 'data')) as [Buffer];
      for (const byte of chunk) if (byte === LINE_END) lines++;
    }
  }
}

async function open({ url }: MeasuredRedis): Promise<Socket> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return socket;
}

function encode(...words: readonly (string | Buffer)[]): Buffer {
  const bulks = words.flatMap((word) => [`$${word.length}\r\n`, word, '\r\n']);
  return Buffer.concat([`*${words.length}\r\n`, ...bulks].map((part) => Buffer.from(part)));
}
