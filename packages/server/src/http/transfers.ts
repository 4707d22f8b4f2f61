// Reads and writes large bodies in small steps, at the pace of the client and within what a turn of the event loop may spend on them.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { giveBack, ownPages } from '../net/own-pages.ts';
import { TURN_BYTES, type TurnBudget } from '../net/turn-budget.ts';
import type { Parts } from './routes.ts';

/** A body of exactly this length. Undefined: it has another, or the connection broke. */
export async function readBody(
  request: IncomingMessage,
  length: number,
  budget: TurnBudget,
): Promise<Uint8Array | undefined> {
  const body = ownPages(length);
  if (await isFilled(body, request, budget)) return body;
  giveBack(body);
  return undefined;
}

// While a chunk waits for its turn, Node reads no more than one further chunk from the socket.
async function isFilled(body: Uint8Array, request: IncomingMessage, budget: TurnBudget): Promise<boolean> {
  let at = 0;
  try {
    for await (const chunk of request) {
      if (!(chunk instanceof Uint8Array) || at + chunk.length > body.length) return false;
      await budget.take(chunk.length);
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
  budget: TurnBudget,
): Promise<void> {
  let sent = 0;
  try {
    response.writeHead(status, { ...headers, 'Content-Length': length });
    if (response.req.method === 'HEAD') {
      response.end();
      return;
    }
    for await (const step of inSteps(parts, budget)) {
      if (response.destroyed) return;
      sent += step.length;
      await written(response, step);
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

// Each step is a copy, because a part may be gone before the network has taken it; all use the same bytes, because garbage of
// this size makes V8 collect every few hundred milliseconds.
async function* inSteps(parts: Parts['parts'], budget: TurnBudget): AsyncGenerator<Uint8Array> {
  const step = Buffer.allocUnsafeSlow(TURN_BYTES);
  for await (const part of parts) {
    for (let at = 0, end = part.length; at < end; at += TURN_BYTES) {
      const bytes = Math.min(TURN_BYTES, end - at);
      await budget.take(bytes);
      if (part.length !== end) return;
      step.set(part.subarray(at, at + bytes));
      yield step.subarray(0, bytes);
    }
  }
}

/** Resolves when the network has taken this, or the client is gone. */
function written(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('close', done);
      resolve();
    };
    response.on('close', done);
    response.write(bytes, done);
    if (response.destroyed) done();
  });
}
