// One WebSocket: `ws` shakes hands and parses what comes in, every frame out is ours and goes straight to the socket.

import type { Duplex } from 'node:stream';
import { CLOSE, type CloseReason, type TurnedBack } from '@mayfly/protocol';
import { type RawData, WebSocket } from 'ws';
import type { Events } from '../observe/events.ts';
import type { ConnectionBudget } from '../guard/connection-budget.ts';
import { PING, encodePong } from '../delivery/frame.ts';
import { LAG_BYTES_MAX, type Socket } from '../delivery/subscriber.ts';
import { Session, type SessionEvents, type Surroundings } from '../session/session.ts';

/** A client that misses two pings in a row is gone (rule WS-3). */
const MISSED_MAX = 2;
/** A socket that takes nothing for so long, though more waits, is too slow. */
export const STALLED_MS = 10_000;

const NOTHING = new Uint8Array(0);

/** What all connections share. */
export type Connections = {
  readonly world: Omit<Surroundings, 'events' | 'budget'>;
  readonly events: Events;
  /** Those whose sockets take nothing, though more waits, and since when. */
  readonly stalling: Map<Connection, number>;
  /** It has joined or is gone: told once. */
  readonly onSettled: () => void;
  readonly onGone: (connection: Connection) => void;
};

export class Connection implements Socket, SessionEvents {
  readonly session: Session;
  readonly #shared: Connections;
  readonly #ws: WebSocket;
  readonly #socket: Duplex;
  readonly #budget: ConnectionBudget;
  #settled = false;
  #missed = 0;

  /** `socket` is the one that `ws` was made on. */
  constructor(ws: WebSocket, socket: Duplex, budget: ConnectionBudget, shared: Connections) {
    this.#ws = ws;
    this.#socket = socket;
    this.#budget = budget;
    this.#shared = shared;
    this.session = new Session(this, { ...shared.world, budget, events: this });
    ws.on('message', (bytes, isBinary) => this.#receive(bytes, isBinary));
    ws.on('ping', (echo: Buffer) => this.#pong(echo));
    ws.on('pong', (body: Buffer) => {
      this.#missed = 0;
      this.session.mayHear(body.length);
    });
    // The close frame that fits a broken frame is on its way already (1002, 1007, 1008, 1009).
    ws.on('error', () => this.session.detached());
    ws.on('close', () => this.#gone());
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  // `ws` writes by itself only its close frame: whole, to this same socket, and nothing of ours comes after it.
  write(encoded: Uint8Array): void {
    if (this.#isOpen) this.#socket.write(encoded);
  }

  // 'drain' comes only after a write beyond Node's own mark; an empty write is done when all before it are, or have
  // failed: so `stalling` is left by this way alone, however the connection ends. Who is closing may have ended the
  // socket, and any write would break it, with all that it still has to give.
  tellWhenDrained(): void {
    const { stalling, world } = this.#shared;
    if (stalling.has(this) || !this.#isOpen) return;
    stalling.set(this, world.clock.now());
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
    this.#shared.events.joined();
  }

  turnedBack(as: TurnedBack): void {
    this.#shared.events.turnedBack(as);
  }

  trouble(error: unknown): void {
    this.#shared.events.trouble('session', error);
  }

  get #isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN;
  }

  #settle(): void {
    if (!this.#settled) this.#shared.onSettled();
    this.#settled = true;
  }

  #receive(bytes: RawData, isBinary: boolean): void {
    this.#missed = 0;
    // With ws's default `binaryType` a message is always one Buffer.
    if (!Buffer.isBuffer(bytes)) return this.session.close('serverError');
    this.session.receive(isBinary ? bytes : bytes.toString());
  }

  // Who pings and does not read gets no more pongs: only the latest ping wants one (RFC 6455, 5.5.3).
  #pong(echo: Uint8Array): void {
    if (this.session.mayHear(echo.length) && this.bufferedBytes <= LAG_BYTES_MAX)
      this.write(encodePong(echo));
  }

  #gone(): void {
    this.#budget[Symbol.dispose]();
    this.session.detached();
    this.#settle();
    this.#shared.onGone(this);
  }
}
