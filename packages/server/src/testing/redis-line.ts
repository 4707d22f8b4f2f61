// A plain connection to a Redis: one command, one answer (RESP2). For tests, which trust no client library.

import { type Socket, connect } from 'node:net';

/** An error inside an array is text too; an error alone rejects. */
export type Reply = string | number | undefined | readonly Reply[];

type Waiting = { readonly resolve: (reply: Reply) => void; readonly reject: (error: Error) => void };

export class LineLost extends Error {}

export class RedisLine implements Disposable {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  #received = Buffer.alloc(0);

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('data', (chunk: Buffer) => this.#hear(chunk));
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => this.#end());
  }

  get isLost(): boolean {
    return this.#socket.destroyed;
  }

  /** Rejects with what Redis says is wrong, or with `LineLost`. */
  ask(...words: readonly (string | number | Uint8Array)[]): Promise<Reply> {
    if (this.isLost) return Promise.reject(lost());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#socket.write(Buffer.concat([Buffer.from(`*${words.length}\r\n`), ...words.map(bulk)]));
    });
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #hear(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (let read = readReply(this.#received, 0); read; read = readReply(this.#received, 0)) {
      this.#received = this.#received.subarray(read.end);
      const waiting = this.#waiting.shift();
      if (read.reply instanceof Error) waiting?.reject(read.reply);
      else waiting?.resolve(read.reply);
    }
  }

  #end(): void {
    for (const { reject } of this.#waiting.splice(0)) reject(lost());
  }
}

function lost(): LineLost {
  return new LineLost('the connection to Redis is gone');
}

function bulk(word: string | number | Uint8Array): Buffer {
  const bytes = Buffer.from(typeof word === 'number' ? String(word) : word);
  return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')]);
}

// Undefined: not all of it has come yet.
function readReply(bytes: Buffer, start: number): { reply: Reply | Error; end: number } | undefined {
  const lineEnd = bytes.indexOf('\r\n', start);
  if (lineEnd < 0) return undefined;
  const rest = bytes.toString('utf8', start + 1, lineEnd);
  const end = lineEnd + 2;
  switch (bytes.toString('latin1', start, start + 1)) {
    case '+':
      return { reply: rest, end };
    case '-':
      return { reply: new Error(rest), end };
    case ':':
      return { reply: Number(rest), end };
    case '$':
      return readBulk(bytes, end, Number(rest));
    case '*':
      return readArray(bytes, end, Number(rest));
    default:
      throw new Error(`not an answer of Redis: ${rest}`);
  }
}

function readBulk(bytes: Buffer, start: number, length: number) {
  if (length < 0) return { reply: undefined, end: start };
  const end = start + length + 2;
  return bytes.length < end ? undefined : { reply: bytes.toString('utf8', start, end - 2), end };
}

function readArray(bytes: Buffer, start: number, length: number) {
  const reply: Reply[] = [];
  let end = start;
  for (let index = 0; index < length; index += 1) {
    const read = readReply(bytes, end);
    if (read === undefined) return undefined;
    reply.push(read.reply instanceof Error ? read.reply.message : read.reply);
    end = read.end;
  }
  return { reply, end };
}
