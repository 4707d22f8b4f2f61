// The WebSocket side of the door: who may connect, frames in and out of sessions, pings, and the way out.

import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { CLOSE, FRAME_BYTES_MAX, SUBPROTOCOL } from '@mayfly/protocol';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import type { Events, TurnedAway } from './guard/events.ts';
import { type OriginRules, mayAsk, readVisit } from './guard/origins.ts';
import { answerAndClose } from './listener.ts';
import { Session, type Socket, type Surroundings } from './room/session.ts';

export type GatewayDoor = {
  readonly rules: OriginRules;
  readonly maxConnections: number;
  /** Of those, the ones that have not joined yet (rule LIMIT-3). */
  readonly maxUnjoined: number;
  readonly world: Omit<Surroundings, 'events'>;
  readonly events: Events;
  readonly draining: () => boolean;
};

/** A client that misses two in a row is gone (rule WS-3). */
const PING_EVERY_MS = 25_000;
const MISSED_MAX = 2;
/** How long a closed connection may take to say goodbye. */
const GOODBYE_MS = 5_000;

const HANDSHAKE = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: FRAME_BYTES_MAX,
  closeTimeout: GOODBYE_MS,
  handleProtocols: () => SUBPROTOCOL,
};

type Connection = { readonly ws: WebSocket; readonly session: Session; missed: number };

export class Gateway implements AsyncDisposable {
  readonly #door: GatewayDoor;
  readonly #handshake = new WebSocketServer(HANDSHAKE);
  readonly #connections = new Set<Connection>();
  #unjoined = 0;
  #nextPing: Disposable;
  #whenEmpty: () => void = () => {};

  constructor(server: Server, door: GatewayDoor) {
    this.#door = door;
    this.#nextPing = this.#pingLater();
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Tells everybody to come back later, then waits for the goodbyes, but no longer than `withinMs`. */
  async drain(withinMs: number): Promise<void> {
    for (const { session } of this.#connections) session.close('drain');
    if (this.#connections.size === 0) return;
    await new Promise<void>((resolve) => {
      const patience = this.#door.world.clock.after(withinMs, resolve);
      this.#whenEmpty = () => {
        patience[Symbol.dispose]();
        resolve();
      };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#nextPing[Symbol.dispose]();
    for (const { ws } of this.#connections) ws.terminate();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Nobody hears of a socket that breaks before it is a WebSocket.
    socket.on('error', () => socket.destroy());
    const refusal = this.#inspect(request);
    if (refusal === undefined) {
      this.#handshake.handleUpgrade(request, socket, head, (ws) => this.#open(ws));
      return;
    }
    this.#door.events.turnedAway(refusal);
    answerAndClose(
      socket,
      STATUS[refusal],
      refusal === 'full' || refusal === 'draining' ? ['Retry-After: 5'] : [],
    );
  }

  #inspect({ headers, url = '' }: IncomingMessage): TurnedAway | undefined {
    const { rules, draining, maxConnections, maxUnjoined } = this.#door;
    if (!/^\/ws(?:\?|$)/.test(url)) return 'no_such_path';
    const verdict = readVisit(rules, headers);
    if (!verdict.ok) return verdict.reason;
    if (!mayAsk(rules, verdict.visit, headers)) return 'origin';
    if (!asksFor(SUBPROTOCOL, headers['sec-websocket-protocol'])) return 'subprotocol';
    if (draining()) return 'draining';
    if (this.#connections.size >= maxConnections || this.#unjoined >= maxUnjoined) return 'full';
    return undefined;
  }

  #open(ws: WebSocket): void {
    const { events, world } = this.#door;
    let unjoined = true;
    const settle = () => {
      if (unjoined) this.#unjoined--;
      unjoined = false;
    };
    this.#unjoined++;
    events.connectionOpened();
    const session = new Session(socketOf(ws), {
      ...world,
      events: {
        joined: () => {
          settle();
          events.joined();
        },
        turnedBack: (as) => events.turnedBack(as),
        trouble: (error) => events.trouble('session', error),
      },
    });
    const connection: Connection = { ws, session, missed: 0 };
    this.#connections.add(connection);
    ws.on('message', (data, isBinary) => {
      connection.missed = 0;
      receive(session, data, isBinary);
    });
    ws.on('pong', () => void (connection.missed = 0));
    // The close frame that fits a broken frame is on its way already (1002, 1007, 1009).
    ws.on('error', () => session.detached());
    ws.on('close', () => {
      settle();
      session.detached();
      this.#gone(connection);
    });
  }

  #gone(connection: Connection): void {
    this.#connections.delete(connection);
    this.#door.events.connectionClosed();
    if (this.#connections.size === 0) this.#whenEmpty();
  }

  #pingLater(): Disposable {
    return this.#door.world.clock.after(PING_EVERY_MS, () => {
      this.#nextPing = this.#pingLater();
      for (const connection of this.#connections) ping(connection);
    });
  }
}

const STATUS: Record<TurnedAway, string> = {
  draining: '503 Service Unavailable',
  full: '503 Service Unavailable',
  malformed: '400 Bad Request',
  misdirected: '421 Misdirected Request',
  no_such_path: '404 Not Found',
  origin: '403 Forbidden',
  subprotocol: '400 Bad Request',
};

function asksFor(subprotocol: string, header: string | undefined): boolean {
  return header?.split(',').some((offered) => offered.trim() === subprotocol) ?? false;
}

function socketOf(ws: WebSocket): Socket {
  return {
    get bufferedBytes() {
      return ws.bufferedAmount;
    },
    send(frame) {
      if (ws.readyState === WebSocket.OPEN) ws.send(frame);
    },
    close(why) {
      ws.close(CLOSE[why].code, why);
    },
  };
}

function receive(session: Session, data: RawData, isBinary: boolean): void {
  // With ws's default `binaryType` a message is always one Buffer.
  if (!Buffer.isBuffer(data)) return session.close('serverError');
  session.receive(isBinary ? data : data.toString());
}

function ping(connection: Connection): void {
  if (connection.missed >= MISSED_MAX) return connection.ws.terminate();
  connection.missed++;
  if (connection.ws.readyState === WebSocket.OPEN) connection.ws.ping();
}
