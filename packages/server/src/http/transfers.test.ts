// Large bodies on real connections: one part in memory at a time, few bytes in a turn, and nothing that ends early looks complete.

import { once } from 'node:events';
import { type IncomingMessage, type RequestListener, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, test, vi } from 'vitest';
import { background } from '../net/background.ts';
import { giveBack, ownPages } from '../net/own-pages.ts';
import { TURN_BYTES, TurnBudget } from '../net/turn-budget.ts';
import { RawClient } from '../testing/test-server.ts';
import { readBody, sendParts } from './transfers.ts';

const PART = 256 * 1024;
const PARTS = 100;
const CLIENTS = 20;

async function listen(answer: RequestListener) {
  const listener = createServer(answer);
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  const { port } = listener.address() as AddressInfo;
  const close = async () => {
    listener.closeAllConnections();
    await new Promise((resolve) => void listener.close(resolve));
  };
  return { server: { address: '127.0.0.1', port }, [Symbol.asyncDispose]: close };
}

const budget = new TurnBudget();
const GET = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

test('twenty clients that read nothing hold one part each, and get everything once they read', async () => {
  const waiting: number[] = [];
  let stalled = 0;
  await using at = await listen((_request, response) => {
    const parts = async function* () {
      for (let n = 0; n < PARTS; n++) {
        waiting.push(response.writableLength);
        stalled += 1;
        yield new Uint8Array(PART).fill(n);
      }
    };
    const length = PARTS * PART;
    const answer = { status: 200, headers: {}, length, parts: parts(), onEnd: () => {} };
    void sendParts(response, answer, budget);
  });
  const clients = Array.from({ length: CLIENTS }, () => connect(at.server.port, at.server.address));
  for (const client of clients) client.pause().write(GET);
  await vi.waitFor(() => expect(stalled).toBeGreaterThanOrEqual(CLIENTS), { timeout: 120_000 });
  expect(stalled).toBeLessThan(CLIENTS * PARTS);
  await Promise.all(clients.map((client) => once(client.resume(), 'close')));
  for (const { bytesRead } of clients) expect(bytesRead).toBeGreaterThan(PARTS * PART);
  // Each part was asked for when the one before it had been taken as a whole.
  expect(Math.max(...waiting)).toBe(0);
});

test('ten downloads at a time send no more than 64 KiB in a turn of the event loop', async () => {
  let turn = 0;
  const counted = new TurnBudget((run) =>
    setImmediate(() => {
      turn += 1;
      run();
    }),
  );
  const sentIn: number[] = [];
  await using at = await listen((_request, response) => {
    const write = response.write.bind(response);
    vi.spyOn(response, 'write').mockImplementation((bytes: Uint8Array, ...rest: unknown[]) => {
      sentIn[turn] = (sentIn[turn] ?? 0) + bytes.length;
      return Reflect.apply(write, undefined, [bytes, ...rest]) === true;
    });
    const parts = async function* () {
      for (let n = 0; n < 4; n++) yield new Uint8Array(PART);
    };
    const answer = { status: 200, headers: {}, length: 4 * PART, parts: parts(), onEnd: () => {} };
    void sendParts(response, answer, counted);
  });
  const received = await Promise.all(Array.from({ length: 10 }, () => new RawClient(at).write(GET).closed));
  for (const { length } of received) expect(length).toBeGreaterThan(4 * PART);
  expect(Math.max(...sentIn.filter(Boolean))).toBe(TURN_BYTES);
});

test('an upload that waits for its turn is read no further than two reads of the network', async () => {
  const turns: (() => void)[] = [];
  const held = new TurnBudget((run) => turns.push(run));
  const requests: IncomingMessage[] = [];
  const bodies: (Uint8Array | undefined)[] = [];
  await using at = await listen((request) => {
    requests.push(request);
    background(
      readBody(request, PART, held).then((body) => void bodies.push(body)),
      () => {},
    );
  });
  const head = `PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: ${PART}\r\n\r\n`;
  const sent = Buffer.alloc(PART, 7);
  using client = new RawClient(at);
  client.write(Buffer.concat([Buffer.from(head), sent]));
  await vi.waitFor(() => expect(turns).toHaveLength(1), { timeout: 60_000 });
  for (let i = 0; i < 100; i++) await new Promise((resolve) => void setImmediate(resolve));
  expect(requests.map(({ socket }) => socket.bytesRead <= 2 * TURN_BYTES)).toEqual([true]);
  while (bodies.length === 0) {
    turns.shift()?.();
    await new Promise((resolve) => void setImmediate(resolve));
  }
  expect(bodies[0] && sent.equals(bodies[0])).toBe(true);
});

test('FILE-7: a part that is taken away while it is sent breaks the connection; nothing goes out in its place', async () => {
  const part = ownPages(PART).fill(7);
  const ended: number[] = [];
  let turn = 0;
  const untilThird = new TurnBudget((run) =>
    setImmediate(() => {
      turn += 1;
      if (turn === 3) giveBack(part);
      run();
    }),
  );
  await using at = await listen((_request, response) => {
    const parts = async function* () {
      yield part.subarray(0, PART);
    };
    const answer = { status: 200, headers: {}, length: PART, parts: parts() };
    void sendParts(response, { ...answer, onEnd: (sent) => void ended.push(sent) }, untilThird);
  });
  const received = await new RawClient(at).write(GET).closed;
  const body = received.subarray(received.indexOf('\r\n\r\n') + 4);
  expect(ended).toEqual([2 * TURN_BYTES]);
  expect(body.equals(Buffer.alloc(2 * TURN_BYTES, 7))).toBe(true);
});

async function* onePart(fails: boolean) {
  yield new Uint8Array(PART);
  if (fails) throw new Error('lost');
}

async function* endless() {
  for (;;) yield new Uint8Array(PART);
}

test.each([
  ['end early', false],
  ['fail', true],
])('parts that %s break the connection', async (_how, fails) => {
  const ended: number[] = [];
  const failures: unknown[] = [];
  const responses: ServerResponse[] = [];
  await using at = await listen((_request, response) => {
    responses.push(response);
    const answer = { status: 200, headers: {}, length: 2 * PART, parts: onePart(fails) };
    const sending = sendParts(response, { ...answer, onEnd: (sent) => void ended.push(sent) }, budget);
    background(sending, (error) => void failures.push(error));
  });
  const received = await new RawClient(at).write(GET).closed;
  expect(received.toString('latin1')).toContain(`Content-Length: ${2 * PART}`);
  expect(received.length).toBeLessThan(2 * PART);
  expect([ended, failures.length]).toEqual([[PART], fails ? 1 : 0]);
  expect(responses.map(({ destroyed, writableEnded }) => [destroyed, writableEnded])).toEqual([
    [true, false],
  ]);
});

test('a client that goes away ends the sending', async () => {
  const ended: number[] = [];
  await using at = await listen((_request, response) => {
    const answer = { status: 200, headers: {}, length: 1e12, parts: endless() };
    void sendParts(response, { ...answer, onEnd: (sent) => void ended.push(sent) }, budget);
  });
  using client = new RawClient(at).write(GET);
  await client.until('200 OK');
  client.socket.destroy();
  await vi.waitFor(() => expect(ended).toHaveLength(1), { timeout: 120_000 });
});

test.each([
  ['as promised', 'abc', 'abc'],
  ['shorter', 'ab', undefined],
  ['longer', 'abcd', undefined],
])('a body %s', async (_how, sent, read) => {
  const bodies: (string | undefined)[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await readBody(request, 3, budget);
    bodies.push(body && Buffer.from(body).toString());
    response.end();
  };
  await using at = await listen((...exchange) => void answer(...exchange));
  const head = `PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${sent.length}\r\n\r\n`;
  await new RawClient(at).write(head + sent).closed;
  expect(bodies).toEqual([read]);
});

test('a body whose client goes away is none', async () => {
  const bodies: (Uint8Array | undefined)[] = [];
  await using at = await listen(
    (request) => void readBody(request, 3, budget).then((body) => bodies.push(body)),
  );
  const client = new RawClient(at).write('PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na');
  client.socket.end();
  await vi.waitFor(() => expect(bodies).toEqual([undefined]), { timeout: 120_000 });
});
