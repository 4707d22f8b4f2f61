// Reads and writes large bodies one part at a time: what a slow client doesn't take isn't read from the store.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { giveBack, ownPages } from '../net/own-pages.ts';
import type { Parts } from './routes.ts';

/** A body of exactly this length. Undefined: it has another, or the connection broke. */
export async function readBody(request: IncomingMessage, length: number): Promise<Uint8Array | undefined> {
  const body = ownPages(length);
  if (await isFilled(body, request)) return body;
  giveBack(body);
  return undefined;
}

async function isFilled(body: Uint8Array, request: IncomingMessage): Promise<boolean> {
  let at = 0;
  try {
    for await (const chunk of request) {
      if (!(chunk instanceof Uint8Array) || at + chunk.length > body.length) return false;
      body.set(chunk, at);
      at += chunk.length;
    }
  } catch {
    return false;
  }
  return at === body.length;
}

/** Sends the parts as the client takes them. If they end early the connection breaks, so no one takes them for the whole. */
export async function sendParts(
  response: ServerResponse,
  { status, headers, length, parts, onEnd }: Parts,
): Promise<void> {
  let sent = 0;
  try {
    response.writeHead(status, { ...headers, 'Content-Length': length });
    if (response.req.method === 'HEAD') {
      response.end();
      return;
    }
    for await (const part of parts) {
      if (response.destroyed) return;
      sent += part.length;
      if (!response.write(part)) await taken(response);
    }
    if (sent === length) response.end();
    else response.destroy();
  } catch (error) {
    response.destroy();
    throw error;
  } finally {
    onEnd(sent);
  }
}

/** Resolves when the client has taken what was written, or is gone. */
function taken(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
    if (response.destroyed) done();
  });
}
