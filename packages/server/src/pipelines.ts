// How many requests of one connection are answered at a time. HTTP/1.1 lets clients send any number of them ahead of the
// answers: some wait for their turn, and with one too many the connection is read no further and ends with the last answer.

import { IncomingMessage, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';

/** Requests of one connection in progress at a time. */
export const IN_FLIGHT_MAX = 8;
/** The same, with those that wait. */
export const PIPELINE_MAX = 16;

type Pipeline = { inFlight: number; readonly waiting: Exchange[]; isEnding: boolean };
type Exchange = Parameters<RequestListener>;

const pipelines = new WeakMap<Socket, Pipeline>();
const withUpgrade = new WeakSet<IncomingMessage>();

/**
 * Node takes a connection out of HTTP, and parses nothing more of it, when a request says `upgrade`. This one does so for
 * WebSockets, the only thing to upgrade to here (RFC 9110, 7.8), and when its connection owes too many answers already.
 */
export class HttpRequest extends IncomingMessage {
  get upgrade(): boolean {
    return owedOn(this.socket) >= PIPELINE_MAX || (withUpgrade.has(this) && changesProtocol(this));
  }

  set upgrade(isAsked: boolean) {
    if (isAsked) withUpgrade.add(this);
  }
}

function changesProtocol({ method, headers }: IncomingMessage): boolean {
  return method === 'CONNECT' || headers.upgrade?.toLowerCase() === 'websocket';
}

/** `answer`, for a bounded number of requests of each connection at a time. */
export function inTurn(answer: RequestListener): RequestListener {
  const start = (...exchange: Exchange) => {
    const [{ socket }, response] = exchange;
    const pipeline = pipelineOf(socket);
    pipeline.inFlight += 1;
    // In another turn of the event loop, so that a long pipeline delays no one else.
    response.once('close', () => setImmediate(finish, socket, pipeline));
    answer(...exchange);
  };
  const finish = (socket: Socket, pipeline: Pipeline) => {
    pipeline.inFlight -= 1;
    const next = pipeline.waiting.shift();
    if (next !== undefined) start(...next);
    else if (pipeline.isEnding && pipeline.inFlight === 0) socket.destroySoon();
  };
  return (...exchange) => {
    const { inFlight, waiting } = pipelineOf(exchange[0].socket);
    if (inFlight < IN_FLIGHT_MAX) start(...exchange);
    else waiting.push(exchange);
  };
}

/** How many answers are due on this connection. */
export function owedOn(socket: Socket): number {
  const { inFlight = 0, waiting = [] } = pipelines.get(socket) ?? {};
  return inFlight + waiting.length;
}

/** For a connection that owes answers. */
export function endWhenAnswered(socket: Socket): void {
  pipelineOf(socket).isEnding = true;
}

function pipelineOf(socket: Socket): Pipeline {
  const known = pipelines.get(socket);
  if (known !== undefined) return known;
  const pipeline: Pipeline = { inFlight: 0, waiting: [], isEnding: false };
  pipelines.set(socket, pipeline);
  return pipeline;
}
