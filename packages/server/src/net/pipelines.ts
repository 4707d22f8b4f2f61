// How many requests are answered at a time. HTTP/1.1 lets clients send any number of them ahead of the answers: some wait for
// their turn, and with one too many the connection is read no further and ends with the last answer.

import { IncomingMessage, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';

/** Requests of one connection in progress at a time. */
export const IN_FLIGHT_MAX = 8;
/** The same, with those that wait. */
export const PIPELINE_MAX = 16;
/** The same, over all connections. */
export const OWED_MAX = 1_000;

type Exchange = Parameters<RequestListener>;

/** What one connection has asked for and not been answered. */
class Pipeline {
  readonly socket: Socket;
  readonly waiting: Exchange[] = [];
  inFlight = 0;
  isEnding = false;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  get owed(): number {
    return this.inFlight + this.waiting.length;
  }
}

const pipelines = new WeakMap<Socket, Pipeline>();
const withUpgrade = new WeakSet<IncomingMessage>();

/** How many answers are due on this connection. */
export function owedOn(socket: Socket): number {
  return pipelines.get(socket)?.owed ?? 0;
}

/** For a connection on which answers are due. */
export function endWhenAnswered(socket: Socket): void {
  const pipeline = pipelines.get(socket);
  if (pipeline !== undefined) pipeline.isEnding = true;
}

/**
 * Node takes a connection out of HTTP, and parses nothing more of it, when a request says `upgrade`. This one does so for
 * WebSockets, the only thing to upgrade to here (RFC 9110, 7.8), and when its connection is owed too many answers already.
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

/** Calls `answer` for each request, but for a bounded number of them at a time. */
export class Pipelines {
  readonly #answer: RequestListener;
  readonly #owedMax: number;
  /** The one that has asked for nothing for the longest comes first. */
  readonly #owing = new Set<Pipeline>();
  #owed = 0;

  constructor(answer: RequestListener, owedMax: number = OWED_MAX) {
    this.#answer = answer;
    this.#owedMax = owedMax;
  }

  take(...exchange: Exchange): void {
    const [{ socket }] = exchange;
    if (socket.destroyed) return;
    const pipeline = pipelines.get(socket) ?? this.#open(socket);
    this.#owing.delete(pipeline);
    this.#owing.add(pipeline);
    this.#owed += 1;
    if (pipeline.inFlight < IN_FLIGHT_MAX) this.#start(pipeline, exchange);
    else pipeline.waiting.push(exchange);
    if (this.#owed > this.#owedMax) this.#giveUpQuietest();
  }

  #open(socket: Socket): Pipeline {
    const pipeline = new Pipeline(socket);
    pipelines.set(socket, pipeline);
    socket.once('close', () => this.#forget(pipeline));
    return pipeline;
  }

  // In another turn of the event loop, so that a long pipeline delays no one else.
  #start(pipeline: Pipeline, [request, response]: Exchange): void {
    pipeline.inFlight += 1;
    response.once('close', () => setImmediate(() => this.#finish(pipeline)));
    this.#answer(request, response);
  }

  #finish(pipeline: Pipeline): void {
    if (!this.#owing.has(pipeline)) return;
    pipeline.inFlight -= 1;
    this.#owed -= 1;
    const next = pipeline.waiting.shift();
    if (next !== undefined) this.#start(pipeline, next);
    if (pipeline.owed > 0) return;
    this.#owing.delete(pipeline);
    if (pipeline.isEnding) pipeline.socket.destroySoon();
  }

  #giveUpQuietest(): void {
    const [quietest] = this.#owing;
    if (quietest === undefined) return;
    this.#forget(quietest);
    quietest.socket.destroy();
  }

  // Not every answer of a connection that has broken says that it is over.
  #forget(pipeline: Pipeline): void {
    if (this.#owing.delete(pipeline)) this.#owed -= pipeline.owed;
    pipeline.waiting.length = 0;
  }
}
