// Accepts WebSockets: which requests become connections, which connections are open, and how they end.

import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { FRAME_BYTES_MAX, MESSAGE_PARTS_MAX, SUBPROTOCOL } from '@mayfly/protocol';
import { type WebSocket, WebSocketServer } from 'ws';
import { Connection, type ConnectionDeps, STALLED_MS } from './connection.ts';
import { drain } from './drain.ts';
import type { Events, TurnedAway } from '../observe/events.ts';
import type { Guard } from '../guard/guard.ts';
import { PAUSE_MS } from '../guard/limits.ts';
import { clientAddress } from '../guard/network.ts';
import {
  HOW_TO_ANSWER,
  type OriginRules,
  howToAllow,
  mayAsk,
  namesManyHosts,
  readVisit,
} from '../guard/origins.ts';
import { withoutBase } from '../net/base-path.ts';
import { answerAndClose } from '../net/listener.ts';
import { endWhenAnswered, pendingOn } from '../net/pipelines.ts';
import type { ConnectionBudget } from '../guard/connection-budget.ts';
import { Incident, type OngoingIncident } from '../guard/incident.ts';
import { TimerWheel } from '../net/timer-wheel.ts';

export type GatewayDeps = {
  readonly rules: OriginRules;
  readonly basePath: string;
  readonly maxConnections: number;
  /** Of those, the ones that have not joined yet (rule LIMIT-3). */
  readonly maxUnjoined: number;
  readonly guard: Guard;
  readonly session: ConnectionDeps['session'];
  readonly events: Events;
  readonly draining: () => boolean;
  /** The socket is a WebSocket from here on. */
  readonly onUpgraded: (socket: Socket) => void;
};

/** How often each connection is pinged. */
export const PING_EVERY_MS = 25_000;
/** How long a closed connection has to finish the closing handshake. */
const GOODBYE_MS = 5_000;

const HANDSHAKE = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  autoPong: false,
  maxPayload: FRAME_BYTES_MAX,
  maxFragments: MESSAGE_PARTS_MAX,
  closeTimeout: GOODBYE_MS,
  handleProtocols: () => SUBPROTOCOL,
};

export class Gateway implements AsyncDisposable {
  readonly #deps: GatewayDeps;
  readonly #handshake = new WebSocketServer(HANDSHAKE);
  readonly #connections: TimerWheel<Connection>;
  readonly #connectionDeps: ConnectionDeps;
  readonly #incident: Incident<'full'>;
  #unjoined = 0;
  #whenEmpty: () => void = () => {};

  constructor(server: Server, deps: GatewayDeps) {
    this.#deps = deps;
    this.#connectionDeps = {
      session: deps.session,
      events: deps.events,
      stalling: new Map(),
      onSettled: () => {
        this.#unjoined--;
      },
      onGone: (connection) => this.#gone(connection),
    };
    this.#connections = new TimerWheel<Connection>({
      clock: deps.session.clock,
      roundMs: PING_EVERY_MS,
      onTurn: (connection) => connection.ping(),
      onTick: () => {
        this.#closeStalled();
        this.#incident.note(this.#isFull ? 'full' : undefined);
      },
    });
    this.#incident = new Incident({
      now: () => deps.session.clock.now(),
      troubles: ['full'],
      onWorse: () => deps.events.connectionsFull(),
      onOver: (lastedMs) => deps.events.connectionsFree(lastedMs),
    });
    // Behind proxies every connection comes from the same few addresses.
    if (deps.rules.trustProxy === 0) server.on('connection', (socket) => this.#arrive(socket));
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  get size(): number {
    return this.#connections.size;
  }

  /** For /healthz: every place is taken. */
  get incident(): OngoingIncident<'full'> | undefined {
    return this.#incident.now;
  }

  /** `windowMs`: how long clients have to move to another server. */
  drain(windowMs: number): Promise<void> {
    const empty = new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
      if (this.size === 0) resolve();
    });
    const sessions = () => Array.from(this.#connections, ({ session }) => session);
    return drain(this.#deps.session.clock, { sessions, empty }, windowMs);
  }

  /** Memory is short: closes the connections whose sockets take nothing; resuming repairs that (rule LIMIT-10). */
  shed(): void {
    for (const { session } of this.#connectionDeps.stalling.keys()) session.close('tooSlow');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connections[Symbol.dispose]();
    for (const connection of this.#connections) connection.terminate();
  }

  // Otherwise clients that connect and stay silent could lock everyone else out.
  #arrive(socket: Socket): void {
    const arrival = this.#deps.guard.arrive(socket.remoteAddress ?? '');
    if (arrival !== undefined) {
      socket.once('close', () => arrival[Symbol.dispose]());
      return;
    }
    this.#deps.events.turnedAway('rate');
    socket.destroy();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // No one else listens to a socket that breaks before it is a WebSocket.
    socket.on('error', () => socket.destroy());
    if (pendingOn(request.socket) > 0) return endWhenAnswered(request.socket);
    const { guard, rules, events } = this.#deps;
    const { remoteAddress } = request.socket;
    const address = clientAddress(remoteAddress, request.headers['x-forwarded-for'], rules.trustProxy);
    const refusal = this.#inspect(request, address);
    if (refusal === undefined) {
      // The answer and our challenge leave together.
      socket.cork();
      this.#handshake.handleUpgrade(request, socket, head, (ws) => {
        this.#deps.onUpgraded(request.socket);
        this.#open(ws, socket, guard.budgetFor(address));
      });
      socket.uncork();
      return;
    }
    events.turnedAway(refusal.why);
    answerAndClose(socket, STATUS[refusal.why], retryAfter(refusal), refusal.hint);
  }

  #inspect(request: IncomingMessage, address: string): Refused | undefined {
    const { headers, url = '' } = request;
    const { rules, basePath, guard, draining } = this.#deps;
    if (!/^\/ws(?:\?|$)/.test(withoutBase(url, basePath))) return forGood('no_such_path');
    const verdict = readVisit(rules, headers);
    if (!verdict.ok)
      return forGood(verdict.reason, verdict.reason === 'misdirected' ? HOW_TO_ANSWER : undefined);
    if (namesManyHosts(request)) return forGood('malformed');
    if (!mayAsk(rules, verdict.visit, headers))
      return forGood('origin', howToAllow(rules, verdict.visit, headers));
    if (!asksFor(SUBPROTOCOL, headers['sec-websocket-protocol'])) return forGood('subprotocol');
    if (draining()) return { why: 'draining', retryAfterMs: PAUSE_MS.busy };
    if (this.#isFull) return { why: 'full', retryAfterMs: PAUSE_MS.busy };
    const slowed = guard.connect(address);
    return slowed && { why: slowed.code, retryAfterMs: slowed.retryAfterMs };
  }

  get #isFull(): boolean {
    const { maxConnections, maxUnjoined } = this.#deps;
    return this.#connections.size >= maxConnections || this.#unjoined >= maxUnjoined;
  }

  #open(ws: WebSocket, socket: Duplex, budget: ConnectionBudget): void {
    this.#unjoined++;
    this.#deps.events.connectionOpened();
    this.#connections.add(new Connection(ws, socket, budget, this.#connectionDeps));
  }

  #gone(connection: Connection): void {
    this.#connections.delete(connection);
    this.#deps.events.connectionClosed();
    if (this.#connections.size === 0) this.#whenEmpty();
  }

  #closeStalled(): void {
    const before = this.#deps.session.clock.now() - STALLED_MS;
    for (const [{ session }, since] of this.#connectionDeps.stalling) {
      if (since <= before) session.close('tooSlow');
    }
  }
}

/** `retryAfterMs` 0: the same request will fail again. */
type Refused = {
  readonly why: TurnedAway;
  readonly retryAfterMs: number;
  readonly hint?: string | undefined;
};

function forGood(why: TurnedAway, hint?: string): Refused {
  return { why, retryAfterMs: 0, hint };
}

function retryAfter({ retryAfterMs }: Refused): readonly string[] {
  return retryAfterMs > 0 ? [`Retry-After: ${Math.ceil(retryAfterMs / 1000)}`] : [];
}

const STATUS: Record<TurnedAway, string> = {
  busy: '503 Service Unavailable',
  draining: '503 Service Unavailable',
  full: '503 Service Unavailable',
  malformed: '400 Bad Request',
  misdirected: '421 Misdirected Request',
  no_such_path: '404 Not Found',
  origin: '403 Forbidden',
  rate: '429 Too Many Requests',
  subprotocol: '400 Bad Request',
};

function asksFor(subprotocol: string, header: string | undefined): boolean {
  return header?.split(',').some((offered) => offered.trim() === subprotocol) ?? false;
}
