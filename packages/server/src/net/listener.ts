// The plain Node server: limits for slow and broken requests, with or without TLS.

import { type RequestListener, type Server, type ServerOptions, createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { Server as TlsServer } from 'node:tls';
import type { TlsFiles } from './certificate.ts';
import { HttpRequest, Pipelines } from './pipelines.ts';

// Request line and headers within 5 s, also of an upgrade; the whole request within 60 s, which only a part of a file may take
// (http-server.ts).
const BOUNDS: ServerOptions = {
  headersTimeout: 5_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 8 * 1024,
  noDelay: true,
};
/**
 * How long an idle connection is said to stay open (RFC 9112, 9.3). It stays twice as long, so a client whose timer is late
 * doesn't send a request into one that is being closed.
 */
const KEEP_ALIVE = 'timeout=5';
const HANDSHAKE_MS = 5_000;

export function createListener(tls: TlsFiles | undefined, answer: RequestListener): Server {
  const options = { ...BOUNDS, IncomingMessage: HttpRequest };
  const pipelines = new Pipelines(answer);
  const take: RequestListener = (request, response) => {
    response.setHeader('Keep-Alive', KEEP_ALIVE);
    pipelines.take(request, response);
  };
  return tls === undefined
    ? createServer(options, take)
    : createTlsServer({ ...options, ...tls, handshakeTimeout: HANDSHAKE_MS }, take);
}

/** For new handshakes; open connections stay as they are. */
export function useCertificate(listener: Server, files: TlsFiles): void {
  if (listener instanceof TlsServer) listener.setSecureContext(files);
}

const STATUS_OF_BREAKAGE = new Map([
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
]);

/** Answers bytes that are not HTTP with a status line, and closes the connection. */
export function answerBrokenRequest(error: Error & { readonly code?: string }, socket: Duplex): void {
  const status = STATUS_OF_BREAKAGE.get(error.code ?? '') ?? '400 Bad Request';
  answerAndClose(socket, status);
}

/** Answers on a bare socket and closes it, whatever its state. `text`: one line of ASCII. */
export function answerAndClose(
  socket: Duplex,
  status: string,
  headers: readonly string[] = [],
  text = '',
): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = text === '' ? '' : `${text}\n`;
  const type = text === '' ? [] : ['Content-Type: text/plain; charset=utf-8'];
  const lines = [
    `HTTP/1.1 ${status}`,
    'Connection: close',
    `Content-Length: ${body.length}`,
    ...type,
    ...headers,
  ];
  socket.once('finish', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
