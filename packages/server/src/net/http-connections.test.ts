// Real sockets, fake time.

import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { HttpConnections, STUCK_MS } from './http-connections.ts';
import { createListener } from './listener.ts';
import { CERTIFICATE, PRIVATE_KEY } from '../testing/certificate.ts';
import { TestClock } from '../testing/clock.ts';
import { upgradeRequest } from '../testing/test-server.ts';

const PATIENCE = { timeout: 120_000 };
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
/** More than the kernel buffers for a connection. */
const LARGE = Buffer.alloc(32 * 1024 * 1024);

type Options = { readonly isSecure?: boolean; readonly max?: number };

class Listener implements Disposable {
  readonly clock = new TestClock();
  readonly server: Server;
  readonly connections: HttpConnections;
  /** The server's ends, in the order of connecting. */
  readonly ends: Socket[] = [];
  readonly #isSecure: boolean;

  constructor({ isSecure = false, max = 100 }: Options) {
    const tls = isSecure ? { cert: Buffer.from(CERTIFICATE), key: Buffer.from(PRIVATE_KEY) } : undefined;
    this.#isSecure = isSecure;
    this.server = createListener(tls, ({ url }, response) => response.end(url === '/' ? LARGE : 'ok'));
    this.connections = new HttpConnections(this.server, { clock: this.clock, max });
    this.server.on('connection', (socket) => this.ends.push(socket));
  }

  async listen(): Promise<this> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
    return this;
  }

  /** Resolves once both sides see the connection. */
  async connect(): Promise<Socket> {
    const { port } = this.server.address() as AddressInfo;
    const accepted = once(this.server, this.#isSecure ? 'secureConnection' : 'connection');
    const socket = this.#isSecure
      ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
      : connect(port, '127.0.0.1');
    socket.on('error', () => {}).pause();
    await Promise.all([once(socket, this.#isSecure ? 'secureConnect' : 'connect'), accepted]);
    return socket;
  }

  /** Sends requests and reads nothing until the kernel takes no more. */
  async fill(socket: Socket): Promise<void> {
    const end = this.ends.at(-1);
    socket.write(GET);
    for (let [before, same] = [0, 0]; same < 100; await turn()) {
      const now = takenFrom(end);
      same = now > 0 && now === before ? same + 1 : 0;
      before = now;
    }
  }

  [Symbol.dispose](): void {
    this.connections[Symbol.dispose]();
    this.server.close();
    for (const end of this.ends) end.destroy();
  }
}

function takenFrom(end: Socket | undefined): number {
  const { bytesWritten, writeQueueSize } = Reflect.get(end ?? {}, '_handle');
  return writeQueueSize === 0 ? 0 : bytesWritten - writeQueueSize;
}

let listener: Listener;
afterEach(() => listener[Symbol.dispose]());

const isGone = () => listener.ends.map((end) => end.destroyed);
const turn = () => new Promise((resolve) => void setImmediate(resolve));

describe.each([
  ['http', false],
  ['https', true],
])('LIMIT-3: over %s, an answer', PATIENCE, (_scheme, isSecure) => {
  test('that is not read is given up after ten seconds', async () => {
    listener = await new Listener({ isSecure }).listen();
    await listener.fill(await listener.connect());
    listener.clock.pass(STUCK_MS);
    expect(listener.ends[0]?.destroyed).toBe(false);
    listener.clock.pass(1_000);
    expect(listener.ends[0]?.destroyed).toBe(true);
    expect(listener.connections.size).toBe(0);
  });

  test('that is read slowly continues', async () => {
    listener = await new Listener({ isSecure }).listen();
    const socket = await listener.connect();
    await listener.fill(socket);
    const [end] = listener.ends;
    for (let round = 0; round < 5; round++) {
      listener.clock.pass(STUCK_MS - 2_000);
      for (const before = takenFrom(end); takenFrom(end) === before; await turn()) socket.read();
    }
    expect(end?.destroyed).toBe(false);
  });
});

describe.each([
  ['http', false],
  ['https', true],
])(
  'LIMIT-3: over %s, with too many connections the longest idle one is closed',
  PATIENCE,
  (_scheme, isSecure) => {
    test('silent ones first, in order of arrival', async () => {
      listener = await new Listener({ max: 2, isSecure }).listen();
      for (let i = 0; i < 4; i++) await listener.connect();
      expect(isGone()).toEqual([true, true, false, false]);
      expect(listener.connections.size).toBe(2);
    });

    test('a request makes a connection the least idle one', async () => {
      listener = await new Listener({ max: 2, isSecure }).listen();
      const first = await listener.connect();
      await listener.connect();
      first.write(GET.replace('/', '/small'));
      await once(first, 'readable');
      await listener.connect();
      expect(isGone()).toEqual([false, true, false]);
    });

    test('never a WebSocket', async () => {
      listener = await new Listener({ max: 2, isSecure }).listen();
      const upgraded = once(listener.server, 'upgrade');
      (await listener.connect()).write(upgradeRequest());
      const [{ socket }] = (await upgraded) as [IncomingMessage];
      listener.connections.upgraded(socket);
      for (let i = 0; i < 2; i++) await listener.connect();
      expect(isGone()).toEqual([false, true, false]);
      listener.clock.pass(STUCK_MS + 1_000);
      expect(isGone()[0]).toBe(false);
    });
  },
);

test('LIMIT-3: connections in a TLS handshake are closed, too', PATIENCE, async () => {
  listener = await new Listener({ max: 2, isSecure: true }).listen();
  const { port } = listener.server.address() as AddressInfo;
  const silent = connect(port, '127.0.0.1').on('error', () => {});
  await once(listener.server, 'connection');
  for (let i = 0; i < 2; i++) await listener.connect();
  expect(isGone()).toEqual([true, false, false]);
  silent.destroy();
});

test('a closed connection no longer counts', PATIENCE, async () => {
  listener = await new Listener({ max: 2 }).listen();
  const first = await listener.connect();
  await listener.connect();
  first.destroy();
  await once(listener.ends[0] ?? first, 'close');
  await listener.connect();
  expect(isGone()).toEqual([true, false, false]);
});
