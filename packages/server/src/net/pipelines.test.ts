import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createListener } from './listener.ts';
import { IN_FLIGHT_MAX, PENDING_MAX, PIPELINE_MAX, endWhenAnswered } from './pipelines.ts';

const PATIENCE = { timeout: 120_000 };
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const H2C =
  'Host: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n';

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Like the gateway, it closes upgrades that are not WebSockets. */
async function open(answer: RequestListener): Promise<Socket> {
  server = createListener(undefined, answer).on('upgrade', ({ socket }) => endWhenAnswered(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return another();
}

function another(): Socket {
  const { port } = server.address() as AddressInfo;
  return connect(port, '127.0.0.1').on('error', () => {});
}

const turn = () => new Promise((resolve) => void setImmediate(resolve));

async function allFrom(socket: Socket): Promise<string> {
  let heard = '';
  socket.on('data', (chunk) => (heard += chunk.toString()));
  await once(socket, 'close');
  return heard;
}

test(
  'LIMIT-3: eight requests of a connection are in progress, others wait, all are answered in order',
  PATIENCE,
  async () => {
    const progress = { now: 0, most: 0 };
    const socket = await open(({ url }, response) => {
      progress.most = Math.max(progress.most, ++progress.now);
      setTimeout(() => {
        progress.now--;
        response.end(`${url};`);
      }, 1);
    });
    const paths = Array.from({ length: PIPELINE_MAX }, (_, i) => `/${i}`);
    const last = 'Connection: close\r\n\r\n';
    socket.write(
      paths
        .map((path, i) => GET.replace('/', path).slice(0, i < PIPELINE_MAX - 1 ? undefined : -2))
        .join('') + last,
    );
    const heard = await allFrom(socket);
    expect(heard.match(/\/\d+(?=;)/g)).toEqual(paths);
    expect(progress.most).toBe(IN_FLIGHT_MAX);
  },
);

test(
  'LIMIT-3: of 20,000 requests at once only a few are read; the connection closes after their answers',
  PATIENCE,
  async () => {
    let asked = 0;
    const socket = await open((_request, response) => {
      asked++;
      response.end('ok');
    });
    socket.write(GET.repeat(20_000));
    const heard = await allFrom(socket);
    expect(heard.match(/200 OK/g)).toHaveLength(PIPELINE_MAX);
    expect(asked).toBe(PIPELINE_MAX);
  },
);

test(
  'LIMIT-3: with one request too many of all connections, the connection without a new request for longest closes',
  PATIENCE,
  async () => {
    const due: (() => void)[] = [];
    const first = await open((_request, response) => void due.push(() => response.end('ok')));
    const counted = async (count: number) => {
      while (due.length < count) await turn();
    };
    first.resume().write(GET);
    await counted(1);
    for (let asked = 1; asked < PENDING_MAX; asked++) {
      another().resume().write(GET);
      await counted(asked + 1);
    }
    expect(first.closed).toBe(false);
    const last = another().resume();
    last.write(GET);
    await once(first, 'close');

    // Closed and answered ones no longer count.
    for (const answer of due.splice(0)) answer();
    await once(last, 'data');
    const heard = Array.from({ length: PENDING_MAX }, () => another().resume());
    for (const socket of heard) socket.write(GET);
    await counted(PENDING_MAX);
    for (const answer of due.splice(0)) answer();
    await Promise.all(heard.map((socket) => once(socket, 'data')));
  },
);

test.each([
  ['GET', `GET /a HTTP/1.1\r\n${H2C}\r\n`, 'GET /a'],
  ['POST', `POST /b HTTP/1.1\r\n${H2C}Content-Length: 5\r\n\r\nhello`, 'POST /b hello'],
])(
  'RFC 9110, 7.8: %s with an upgrade to h2c is answered like one without',
  async (_method, request, expected) => {
    const socket = await open((request, response) => {
      const body: Buffer[] = [];
      request.on('data', (chunk: Buffer) => body.push(chunk));
      request.on('end', () => response.end([request.method, request.url, ...body].join(' ')));
    });
    socket.write(request);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toContain(expected);
  },
);
