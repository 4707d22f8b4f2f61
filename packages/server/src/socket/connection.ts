// One WebSocket. `ws` does the handshake and parses what arrives; outgoing frames are ours and go straight to the socket.

import type { Duplex } from 'node:stream';
import { CLOSE, type CloseReason, type TurnedBack } from '@mayfly/protocol';
import { type RawData, WebSocket } from 'ws';
import type { Events } from '../observe/events.ts';
import type { ConnectionBudget } from '../guard/connection-budget.ts';
import { PING, encodePong } from '../delivery/frame.ts';
import { LAG_BYTES_MAX, type Socket } from '../delivery/subscriber.ts';
import { Session, type SessionEvents, type SessionDeps } from '../session/session.ts';

/** A client that misses two pings in a row is gone (rule WS-3). */
const MISSED_MAX = 2;
/** A socket that takes nothing for this long while more waits is too slow. */
export const STALLED_MS = 10_000;

const NOTHING = new Uint8Array(0);

/** What all connections share. */
export type ConnectionDeps = {
  readonly session: Omit<SessionDeps, 'events' | 'budget'>;
  readonly events: Events;
  /** Connections whose sockets take nothing while more waits, and since when. */
  readonly stalling: Map<Connection, number>;
  /** Called once, when the connection has joined or is gone. */
  readonly onSettled: () => void;
  readonly onGone: (connection: Connection) => void;
};

export class Connection implements Socket, SessionEvents {
  readonly session: Session;
  readonly #deps: ConnectionDeps;
  readonly #ws: WebSocket;
  readonly #socket: Duplex;
  readonly #budget: ConnectionBudget;
  #settled = false;
  #missed = 0;

  /** `socket` is the one `ws` runs on. */
  constructor(ws: WebSocket, socket: Duplex, budget: ConnectionBudget, deps: ConnectionDeps) {
    this.#ws = ws;
    this.#socket = socket;
    this.#budget = budget;
    this.#deps = deps;
    this.session = new Session(this, { ...deps.session, budget, events: this });
    ws.on('message', (bytes, isBinary) => this.#receive(bytes, isBinary));
    ws.on('ping', (echo: Buffer) => this.#pong(echo));
    ws.on('pong', (body: Buffer) => {
      this.#missed = 0;
      this.session.charge(body.length);
    });
    // `ws` has already sent the close frame for a broken frame (1002, 1007, 1008, 1009).
    ws.on('error', () => this.session.detached());
    ws.on('close', () => this.#gone());
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  // All that `ws` writes itself is its close frame: whole, to this socket, and after everything of ours.
  write(encoded: Uint8Array): void {
    if (this.#isOpen) this.#socket.write(encoded);
  }

  // Not the 'drain' event: it only follows a write beyond Node's high-water mark. An empty write completes, or fails,
  // with everything before it, and thus always clears `stalling`. A closing socket may have ended: a write would
  // destroy it together with what it still has to send.
  notifyWhenDrained(): void {
    const { stalling, session } = this.#deps;
    if (stalling.has(this) || !this.#isOpen) return;
    stalling.set(this, session.clock.now());
    this.#socket.write(NOTHING, (error) => {
      stalling.delete(this);
      if (!error) this.session.drained();
    });
  }

  close(why: CloseReason): void {
    this.#ws.close(CLOSE[why].code, why);
  }

  ping(): void {
    if (this.#missed >= MISSED_MAX) return this.terminate();
    this.#missed++;
    this.write(PING);
  }

  terminate(): void {
    this.#ws.terminate();
  }

  joined(): void {
    this.#settle();
    this.#deps.events.joined();
  }

  turnedBack(as: TurnedBack): void {
    this.#deps.events.turnedBack(as);
  }

  trouble(error: unknown): void {
    this.#deps.events.trouble('session', error);
  }

  get #isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN;
  }

  #settle(): void {
    if (!this.#settled) this.#deps.onSettled();
    this.#settled = true;
  }

  #receive(bytes: RawData, isBinary: boolean): void {
    this.#missed = 0;
    // With ws's default `binaryType` a message is always one Buffer.
    if (!Buffer.isBuffer(bytes)) return this.session.close('serverError');
    this.session.receive(isBinary ? bytes : bytes.toString());
  }

  // A client that pings without reading gets no pongs: only the latest ping needs one (RFC 6455, 5.5.3).
  #pong(echo: Uint8Array): void {
    if (this.session.charge(echo.length) && this.bufferedBytes <= LAG_BYTES_MAX) this.write(encodePong(echo));
  }

  #gone(): void {
    this.#budget[Symbol.dispose]();
    this.session.detached();
    this.#settle();
    this.#deps.onGone(this);
  }
}
