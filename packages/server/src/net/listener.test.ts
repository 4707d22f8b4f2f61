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
    keepAliveTimeout: 5_000,
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
