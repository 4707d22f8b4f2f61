// The listener's TCP connections that are not WebSockets, or not yet: how long one may leave its answers unread, and which one
// is closed when there are too many.

import type { Server } from 'node:http';
import { Socket } from 'node:net';
import type { Clock } from './clock.ts';

/** A connection is closed after its client has read nothing for this long with data pending. */
export const STUCK_MS = 10_000;
const CHECK_MS = 1_000;

export type HttpConnectionsOptions = {
  readonly clock: Clock;
  /** How many connections of any kind may be open at a time. */
  readonly max: number;
};

/** Bytes the network had taken when it last took any, and when that was. */
type Progress = { taken: number; since: number };

export class HttpConnections implements Disposable {
  readonly #options: HttpConnectionsOptions;
  /** Longest idle first. */
  readonly #http = new Map<Socket, Progress>();
  readonly #webSockets = new Set<Socket>();
  #nextCheck: Disposable;

  constructor(server: Server, options: HttpConnectionsOptions) {
    this.#options = options;
    this.#nextCheck = this.#checkLater();
    server.on('connection', (socket) => this.#open(socket));
    server.on('request', ({ socket }) => this.#active(tcpSocketOf(socket)));
  }

  get size(): number {
    return this.#http.size + this.#webSockets.size;
  }

  /** It is a WebSocket now, and the gateway's. */
  upgraded(socket: Socket): void {
    const tcpSocket = tcpSocketOf(socket);
    if (this.#http.delete(tcpSocket)) this.#webSockets.add(tcpSocket);
  }

  [Symbol.dispose](): void {
    this.#nextCheck[Symbol.dispose]();
  }

  #open(socket: Socket): void {
    // The gateway refused it: its address has too many.
    if (socket.destroyed) return;
    this.#http.set(socket, { taken: 0, since: this.#options.clock.now() });
    socket.once('close', () => {
      this.#http.delete(socket);
      this.#webSockets.delete(socket);
    });
    if (this.size > this.#options.max) this.#evictLongestIdle();
  }

  #evictLongestIdle(): void {
    const [longestIdle] = this.#http.keys();
    if (longestIdle !== undefined) this.#close(longestIdle);
  }

  #active(socket: Socket): void {
    const progress = this.#http.get(socket);
    if (progress === undefined) return;
    this.#http.delete(socket);
    this.#http.set(socket, progress);
  }

  #checkLater(): Disposable {
    return this.#options.clock.after(CHECK_MS, () => {
      this.#nextCheck = this.#checkLater();
      const now = this.#options.clock.now();
      for (const [socket, progress] of this.#http) {
        updateProgress(progress, socket, now);
        if (now - progress.since >= STUCK_MS) this.#close(socket);
      }
    });
  }

  // Stops counting at once; its 'close' event comes later.
  #close(socket: Socket): void {
    this.#http.delete(socket);
    socket.destroy();
  }
}

function updateProgress(progress: Progress, socket: Socket, now: number): void {
  const { queued, taken } = writesOf(socket);
  if (queued === 0 || taken > progress.taken) Object.assign(progress, { taken, since: now });
}

/** The TCP socket under a TLS socket, which Node does not expose; any other socket is one itself. */
function tcpSocketOf(socket: Socket): Socket {
  const parent: unknown = Reflect.get(socket, '_parent');
  return parent instanceof Socket ? parent : socket;
}

/**
 * Bytes queued in this process, and bytes the kernel has taken. `writableLength` counts a write as a whole; only Node's handle
 * shows its progress.
 */
function writesOf(socket: Socket): { readonly queued: number; readonly taken: number } {
  const handle: unknown = Reflect.get(socket, '_handle');
  const queued = numberIn(handle, 'writeQueueSize');
  return { queued, taken: numberIn(handle, 'bytesWritten') - queued };
}

function numberIn(handle: unknown, name: string): number {
  const value: unknown =
    typeof handle === 'object' && handle !== null ? Reflect.get(handle, name) : undefined;
  return typeof value === 'number' ? value : 0;
}
