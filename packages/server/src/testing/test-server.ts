// A real server on a free port with its own page, and clients that send exactly the given bytes.

import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { type Socket, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { type Environment, loadConfig } from '../config.ts';
import { type Counts, createEvents } from '../observe/events.ts';
import { type RunningServer, type ServerParts, startServer } from '../server.ts';
import { TestClock } from './clock.ts';

export const HTML = '<!doctype html><title>Mayfly</title>';
export const SCRIPT = 'export const answer = 42;\n'.repeat(100);

/** A page as built: HTML, one hashed script with its compressed copies, an icon. */
export function makePage(): string {
  const directory = mkdtempSync(join(tmpdir(), 'mayfly-page-'));
  mkdirSync(join(directory, 'assets'));
  writeFileSync(join(directory, 'index.html'), HTML);
  writeFileSync(join(directory, 'logo.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(join(directory, 'assets', 'app.1a2b.js'), SCRIPT);
  writeFileSync(join(directory, 'assets', 'app.1a2b.js.br'), brotliCompressSync(SCRIPT));
  writeFileSync(join(directory, 'assets', 'app.1a2b.js.gz'), gzipSync(SCRIPT));
  return directory;
}

export type TestServer = AsyncDisposable & {
  readonly server: RunningServer;
  readonly clock: TestClock;
  readonly log: readonly string[];
  readonly counts: () => Counts;
  readonly pageDirectory: string;
};

const secureRandom = (length: number): Uint8Array => randomBytes(length);

export async function startTestServer(
  environment: Environment = {},
  parts: Partial<Pick<ServerParts, 'store' | 'random' | 'vitals' | 'openFilesMax' | 'stop'>> = {},
): Promise<TestServer> {
  const quick = { RATE_LIMITS: 'off', DRAIN_SECONDS: '0' };
  const loaded = loadConfig({ HOST: '127.0.0.1', PORT: '0', ...quick, ...environment });
  if (!loaded.ok) throw new Error(loaded.complaints.join(' '));
  const pageDirectory = makePage();
  const clock = new TestClock();
  const log: string[] = [];
  const { events, counts } = createEvents('info', (line) => void log.push(line));
  const server = await startServer(loaded.config, {
    clock,
    random: secureRandom,
    events,
    pageDirectory,
    ...parts,
  });
  return {
    server,
    clock,
    log,
    counts,
    pageDirectory,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      rmSync(pageDirectory, { recursive: true });
    },
  };
}

export type Answer = {
  readonly status: number;
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
  readonly body: Buffer;
};

export type TestRequest = {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string | Uint8Array;
};

/** One request on its own connection. A Host header in `options` is sent as it is. */
export function ask({ server }: Reachable, options: TestRequest = {}): Promise<Answer> {
  const { method = 'GET', path = '/', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const asked = request({ host: server.address, port: server.port, method, path, headers, agent: false });
    asked.on('error', reject);
    asked.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
      );
    });
    asked.end(body);
  });
}

/** What a client needs to connect. */
export type Reachable = { readonly server: Pick<RunningServer, 'address' | 'port'> };

/** A TCP connection that collects everything it receives until the other side closes. */
export class RawClient implements Disposable {
  readonly socket: Socket;
  readonly closed: Promise<Buffer>;
  #received = Buffer.alloc(0);
  #look: () => void = () => {};

  constructor({ server }: Reachable) {
    this.socket = connect(server.port, server.address);
    this.socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#look();
    });
    this.socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      this.socket.on('close', () => resolve(this.#received));
    });
  }

  write(bytes: string | Uint8Array): this {
    this.socket.write(bytes);
    return this;
  }

  /** All bytes so far, once they contain `text`. */
  until(text: string): Promise<Buffer> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (this.#received.includes(text)) resolve(this.#received);
      };
      this.#look();
    });
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

/** The request that opens a WebSocket; a header set to undefined is left out. */
export function upgradeRequest(
  headers: { readonly [name: string]: string | undefined } = {},
  requestLine = 'GET /ws HTTP/1.1',
): string {
  const all: { readonly [name: string]: string | undefined } = {
    Host: '127.0.0.1',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol': 'mayfly.v1',
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  return `${[requestLine, ...lines].join('\r\n')}\r\n\r\n`;
}

/** A WebSocket frame, masked with zeros, which keep the body as it is. */
export function wsFrame(firstByte: number, body: Uint8Array | string, masked = true): Buffer {
  const bytes = Buffer.from(body);
  const flag = masked ? 0x80 : 0;
  const length =
    bytes.length < 126
      ? Buffer.of(flag | bytes.length)
      : bytes.length < 0x1_0000
        ? Buffer.of(flag | 126, bytes.length >> 8, bytes.length & 0xff)
        : Buffer.concat([Buffer.of(flag | 127, 0, 0, 0, 0), uint32(bytes.length)]);
  return Buffer.concat([Buffer.of(firstByte), length, Buffer.alloc(masked ? 4 : 0), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The code of the close frame that ends these bytes. */
export function closeCode(received: Buffer): number | undefined {
  const at = received.lastIndexOf(0x88);
  return at < 0 || received.length < at + 4 ? undefined : received.readUInt16BE(at + 2);
}
