import { once } from 'node:events';
import { type RequestListener, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { join, makeRoom, newKey } from './mayfly-rooms.ts';
import { TurnedAway, persistently } from './patience.ts';

/** Each request is met by the next of these, and then by the last one again. */
async function listen(...meet: readonly RequestListener[]) {
  let met = 0;
  const server = createServer((...exchange) => (meet[met++] ?? meet.at(-1))?.(...exchange));
  server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    met: () => met,
    [Symbol.dispose]: () => server.close().closeAllConnections(),
  };
}

const hangUp: RequestListener = (request) => request.socket.destroy();
const hangUpMidway: RequestListener = (request, reply) => {
  reply.writeHead(200, { 'Content-Length': 100 }).write('{');
  setImmediate(() => request.socket.resetAndDestroy());
};
const answer =
  (status: number, body = ''): RequestListener =>
  (_, reply) =>
    reply.writeHead(status).end(body);

test('a hang-up and a busy server only put an arrival off', async () => {
  using server = await listen(
    hangUp,
    hangUpMidway,
    answer(503),
    answer(429),
    answer(201, '{"id":"k3F9ab"}'),
    answer(204),
  );
  const { id } = await persistently(() => makeRoom(server.port));
  expect(id).toBe('k3F9ab');
  expect(server.met()).toBe(6);
});

test('a permanent refusal is reported at once', async () => {
  using server = await listen(answer(403));
  await expect(persistently(() => makeRoom(server.port))).rejects.toThrow('403');
  expect(server.met()).toBe(1);
});

test('a server that accepts no one is reported in the end', async () => {
  using server = await listen(answer(201, '{"id":"k3F9ab"}'), answer(204));
  const room = await makeRoom(server.port);
  const arrival = persistently(() => join(server.port, room, newKey()), 1);
  await expect(arrival).rejects.toThrow(TurnedAway);
});
