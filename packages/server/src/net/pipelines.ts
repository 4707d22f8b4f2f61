// Bounds HTTP/1.1 pipelining, in which clients may send any number of requests ahead of the answers: a few are answered at a time,
// a few wait, and after one too many the connection is not read any further and closes after the last answer.

import { IncomingMessage, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';

/** Requests of one connection in progress at a time. */
export const IN_FLIGHT_MAX = 8;
/** The same, including those that wait. */
export const PIPELINE_MAX = 16;
/** The same, of all connections together. */
export const PENDING_MAX = 1_000;

type Exchange = Parameters<RequestListener>;

/** The unanswered requests of one connection. */
class Pipeline {
  readonly socket: Socket;
  readonly waiting: Exchange[] = [];
  inFlight = 0;
  isEnding = false;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  get pending(): number {
    return this.inFlight + this.waiting.length;
  }
}

const pipelines = new WeakMap<Socket, Pipeline>();
const withUpgrade = new WeakSet<IncomingMessage>();

/** The number of unanswered requests on this connection. */
export function pendingOn(socket: Socket): number {
  return pipelines.get(socket)?.pending ?? 0;
}

/** For a connection with unanswered requests. */
export function endWhenAnswered(socket: Socket): void {
  const pipeline = pipelines.get(socket);
  if (pipeline !== undefined) pipeline.isEnding = true;
}

/**
 * When a request says `upgrade`, Node stops parsing its connection. Here that happens only for WebSockets, the one thing to
 * upgrade to (RFC 9110, 7.8), and after one request too many.
 */
export class HttpRequest extends IncomingMessage {
  get upgrade(): boolean {
    return pendingOn(this.socket) >= PIPELINE_MAX || (withUpgrade.has(this) && changesProtocol(this));
  }

  set upgrade(isAsked: boolean) {
    if (isAsked) withUpgrade.add(this);
  }
}

function changesProtocol({ method, headers }: IncomingMessage): boolean {
  return method === 'CONNECT' || headers.upgrade?.toLowerCase() === 'websocket';
}

/** Calls `answer` for each request, a bounded number at a time. */
export class Pipelines {
  readonly #answer: RequestListener;
  readonly #pendingMax: number;
  /** Longest without a new request first. */
  readonly #unanswered = new Set<Pipeline>();
  #pending = 0;

  constructor(answer: RequestListener, pendingMax: number = PENDING_MAX) {
    this.#answer = answer;
    this.#pendingMax = pendingMax;
  }

  take(...exchange: Exchange): void {
    const [{ socket }] = exchange;
    if (socket.destroyed) return;
    const pipeline = pipelines.get(socket) ?? this.#open(socket);
    this.#unanswered.delete(pipeline);
    this.#unanswered.add(pipeline);
    this.#pending += 1;
    if (pipeline.inFlight < IN_FLIGHT_MAX) this.#start(pipeline, exchange);
    else pipeline.waiting.push(exchange);
    if (this.#pending > this.#pendingMax) this.#dropLongestIdle();
  }

  #open(socket: Socket): Pipeline {
    const pipeline = new Pipeline(socket);
    pipelines.set(socket, pipeline);
    socket.once('close', () => this.#forget(pipeline));
    return pipeline;
  }

  // In another turn of the event loop, so a long pipeline delays no one else.
  #start(pipeline: Pipeline, [request, response]: Exchange): void {
    pipeline.inFlight += 1;
    response.once('close', () => setImmediate(() => this.#finish(pipeline)));
    this.#answer(request, response);
  }

  #finish(pipeline: Pipeline): void {
    if (!this.#unanswered.has(pipeline)) return;
    pipeline.inFlight -= 1;
    this.#pending -= 1;
    const next = pipeline.waiting.shift();
    if (next !== undefined) this.#start(pipeline, next);
    if (pipeline.pending > 0) return;
    this.#unanswered.delete(pipeline);
    if (pipeline.isEnding) pipeline.socket.destroySoon();
  }

  #dropLongestIdle(): void {
    const [longestIdle] = this.#unanswered;
    if (longestIdle === undefined) return;
    this.#forget(longestIdle);
    longestIdle.socket.destroy();
  }

  // Responses of a broken connection don't all emit 'close'.
  #forget(pipeline: Pipeline): void {
    if (this.#unanswered.delete(pipeline)) this.#pending -= pipeline.pending;
    pipeline.waiting.length = 0;
  }
}
