// The seam to the network: one wire at a time, frames in and out. Frames' meaning and reconnecting are others'.

import { SUBPROTOCOL } from '@mayfly/protocol';

/** What a wire tells. */
export type WireEvents = {
  text(frame: string): void;
  binary(frame: Uint8Array): void;
  /** The other side closed, or the network did; the last thing a wire says. */
  closed(code: number): void;
};

/** One connection to a server: whole frames, in order, either way. */
export type Wire = {
  send(frame: string | Uint8Array): void;
  /** Nothing is heard from the wire any more, not even `closed`. */
  close(): void;
  /** Bytes handed over that the network has not taken yet. */
  readonly bufferedBytes: number;
};

/** Opens a wire. Events come later, never from inside the call. */
export type Transport = (events: WireEvents) => Wire;

/** As much of a WebSocket as is used here: the browser's, Node's (from 22 on) and the one of the `ws` package fit. */
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

/** Makes a socket that connects at once. */
export type WebSocketConstructor = new (url: string, subprotocol: string) => WebSocketLike;

const OPEN = 1;
const NORMAL_CLOSURE = 1000;
const ABNORMAL_CLOSURE = 1006;

/** Where a server takes WebSockets: `https://host` → `wss://host/ws`, `https://host/chat-app/` → `wss://host/chat-app/ws`. */
export function socketUrl(server: string): string {
  return `${server.replace(/^http/, 'ws').replace(/\/$/, '')}/ws`;
}

/** `url`: `ws:` or `wss:`. `Socket`: for a runtime without a WebSocket of its own. */
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

// The constructor throws where the page's own policy forbids the address.
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
  socket.addEventListener('message', ({ data }) => {
    if (closed) return;
    if (typeof data === 'string') events.text(data);
    else if (data instanceof ArrayBuffer) events.binary(new Uint8Array(data));
  });
  socket.addEventListener('close', ({ code }) => {
    if (closed) return;
    closed = true;
    events.closed(code);
  });
  // Always followed by `close`, which says what there is to know; without a listener Node would crash.
  socket.addEventListener('error', () => {});
  return {
    send(frame) {
      if (socket.readyState === OPEN) socket.send(typeof frame === 'string' ? frame : Uint8Array.from(frame));
    },
    close() {
      closed = true;
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
