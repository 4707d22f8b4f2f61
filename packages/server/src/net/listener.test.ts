import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { answerAndClose, createListener } from './listener.ts';
import { CERTIFICATE, PRIVATE_KEY } from '../testing/certificate.ts';

test.each([
  ['http', undefined],
  ['https', { cert: Buffer.from(CERTIFICATE), key: Buffer.from(PRIVATE_KEY) }],
])('slow requests over %s time out', (_scheme, tls) => {
  expect(createListener(tls, () => {})).toMatchObject({
    headersTimeout: 5_000,
    requestTimeout: 60_000,
    keepAliveTimeout: 10_000,
  });
});

test('a client is told of half the time for which an idle connection stays open', async () => {
  const listener = createListener(undefined, (_request, response) => response.end());
  await new Promise<void>((resolve) => void listener.listen(0, '127.0.0.1', resolve));
  const { headers } = await fetch(`http://127.0.0.1:${(listener.address() as AddressInfo).port}`);
  expect(headers.get('connection')).toBe('keep-alive');
  expect(headers.get('keep-alive')).toBe(`timeout=${listener.keepAliveTimeout / 2_000}`);
  await new Promise((resolve) => {
    listener.close(resolve);
    listener.closeAllConnections();
  });
});

test('an answer on a bare socket, then nothing else', async () => {
  const socket = new PassThrough();
  answerAndClose(socket, '503 Service Unavailable', ['Retry-After: 5']);
  expect(String(socket.read())).toBe(
    'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\nRetry-After: 5\r\n\r\n',
  );
});

test('an answer with a line of text', () => {
  const socket = new PassThrough();
  answerAndClose(socket, '403 Forbidden', [], 'Not here.');
  expect(String(socket.read())).toBe(
    'HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 10\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nNot here.\n',
  );
});

test('a socket that can’t be written to is destroyed', () => {
  const socket = new PassThrough();
  socket.end();
  answerAndClose(socket, '400 Bad Request');
  expect(socket.destroyed).toBe(true);
});
