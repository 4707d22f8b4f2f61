// The interface to the network: one wire, frames in and out. Reconnecting, and what frames mean, is up to others.

import { SUBPROTOCOL } from '@mayfly/protocol';
import { Slices } from './slices.ts';

/** Events of a wire. */
export type WireEvents = {
  text(frame: string): void;
  binary(frame: Uint8Array): void;
  /** Closed by the other side or by the network. Always the last event. */
  closed(code: number): void;
};

/** One connection to a server: whole frames, in order, both ways. */
export type Wire = {
  send(frame: string | Uint8Array): void;
  /** No events after this, not even `closed`. */
  close(): void;
  /** Bytes sent that the network hasn't taken yet. */
  readonly bufferedBytes: number;
};

/** Opens a wire. Events come later, never during the call. */
export type Transport = (events: WireEvents) => Wire;

/** The part of a WebSocket used here. Fits those of browsers, Node (from 22 on) and the `ws` package. */
export type WebSocketLike = {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(frame: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number }) => void): void;
  addEventListener(type: 'error', listener: () => void): void;
};

/** Creates a socket that connects at once. */
export type WebSocketConstructor = new (url: string, subprotocol: string) => WebSocketLike;

const OPEN = 1;
const NORMAL_CLOSURE = 1000;
const ABNORMAL_CLOSURE = 1006;

/** A server's WebSocket address: `https://host` → `wss://host/ws`, `https://host/chat-app/` → `wss://host/chat-app/ws`. */
export function socketUrl(server: string): string {
  return `${server.replace(/^http/, 'ws').replace(/\/$/, '')}/ws`;
}

/** `url`: `ws:` or `wss:`. `Socket`: for runtimes without a built-in WebSocket. */
export function webSocketTransport(
  url: string,
  Socket: WebSocketConstructor = globalThis.WebSocket,
): Transport {
  return (events) => {
    const socket = openSocket(Socket, url);
    if (socket === undefined) return deadWire(events);
    return listen(socket, events);
  };
}

// The constructor throws if the page's policy forbids the address.
function openSocket(Socket: WebSocketConstructor, url: string): WebSocketLike | undefined {
  try {
    const socket = new Socket(url, SUBPROTOCOL);
    socket.binaryType = 'arraybuffer';
    return socket;
  } catch {
    return undefined;
  }
}

function listen(socket: WebSocketLike, events: WireEvents): Wire {
  let closed = false;
  const slices = new Slices();
  socket.addEventListener('message', ({ data }) => {
    if (closed) return;
    if (typeof data === 'string') slices.take(() => events.text(data));
    else if (data instanceof ArrayBuffer) slices.take(() => events.binary(new Uint8Array(data)));
  });
  socket.addEventListener('close', ({ code }) => {
    if (closed) return;
    closed = true;
    slices.take(() => events.closed(code));
  });
  // `close` always follows and says why. Without a listener, Node would crash.
  socket.addEventListener('error', () => {});
  return {
    send(frame) {
      if (socket.readyState === OPEN) socket.send(typeof frame === 'string' ? frame : Uint8Array.from(frame));
    },
    close() {
      closed = true;
      slices.clear();
      socket.close(NORMAL_CLOSURE);
    },
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
  };
}

function deadWire(events: WireEvents): Wire {
  let closed = false;
  queueMicrotask(() => {
    if (!closed) events.closed(ABNORMAL_CLOSURE);
  });
  return {
    send: () => {},
    close: () => {
      closed = true;
    },
    bufferedBytes: 0,
  };
}
