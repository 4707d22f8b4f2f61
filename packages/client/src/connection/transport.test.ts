import { describe, expect, test, vi } from 'vitest';
import { type WebSocketLike, socketUrl, webSocketTransport } from './transport.ts';

class SocketDouble implements WebSocketLike {
  static last: SocketDouble | undefined;
  readonly asked: readonly string[];
  binaryType = 'blob';
  readyState = 1;
  bufferedAmount = 42;
  readonly sent: unknown[] = [];
  closedWith: number | undefined;
  readonly #listeners = new Map<string, (event: never) => void>();

  constructor(url: string, subprotocol: string) {
    this.asked = [url, subprotocol];
    SocketDouble.last = this;
  }

  send(frame: string | Uint8Array): void {
    this.sent.push(frame);
  }

  close(code?: number): void {
    this.closedWith = code;
  }

  addEventListener(type: string, listener: (event: never) => void): void {
    this.#listeners.set(type, listener);
  }

  fire(type: string, event: unknown = {}): void {
    this.#listeners.get(type)?.(event as never);
  }
}

function open() {
  const events: unknown[] = [];
  const wire = webSocketTransport(
    'wss://chat.example/ws',
    SocketDouble,
  )({
    text: (frame) => void events.push(frame),
    binary: (frame) => void events.push(frame),
    closed: (code) => void events.push(`closed ${code}`),
  });
  const socket = SocketDouble.last;
  if (socket === undefined) throw new Error('no socket was opened');
  return { events, wire, socket };
}

const nextTask = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('WS-1: a WebSocket as a wire', () => {
  test('uses the subprotocol, and receives text and bytes', () => {
    const { events, socket, wire } = open();
    expect(socket.asked).toEqual(['wss://chat.example/ws', 'mayfly.v1']);
    expect(socket.binaryType).toBe('arraybuffer');
    socket.fire('message', { data: 'text' });
    socket.fire('message', { data: Uint8Array.of(1, 2).buffer });
    socket.fire('message', { data: { neither: true } });
    expect(events).toEqual(['text', Uint8Array.of(1, 2)]);
    wire.send('out');
    wire.send(Uint8Array.of(3));
    expect(socket.sent).toEqual(['out', Uint8Array.of(3)]);
    expect(wire.bufferedBytes).toBe(42);
  });

  test('an error alone means nothing; the close after it has the code, and comes once', () => {
    const { events, socket } = open();
    socket.fire('error');
    socket.fire('close', { code: 1006 });
    socket.fire('close', { code: 1000 });
    expect(events).toEqual(['closed 1006']);
  });

  test('of many frames at once, eight come in each task, in order, and the close after them', async () => {
    const { events, socket } = open();
    const frames = Array.from({ length: 30 }, (_, i) => `${i}`);
    for (const data of frames) socket.fire('message', { data });
    socket.fire('close', { code: 1001 });
    const seen = [events.length];
    while (events.length < 31) {
      await nextTask();
      seen.push(events.length);
    }
    expect(new Set(seen)).toEqual(new Set([8, 16, 24, 31]));
    expect(events).toEqual([...frames, 'closed 1001']);
  });

  test('past a thousand that wait, each one that comes has the oldest taken at once', () => {
    const { events, socket } = open();
    for (let i = 0; i < 1_100; i++) socket.fire('message', { data: `${i}` });
    expect(events).toEqual(Array.from({ length: 100 }, (_, i) => `${i}`));
  });

  test('what waits is gone when we close', async () => {
    const { events, socket, wire } = open();
    for (let i = 0; i < 20; i++) socket.fire('message', { data: `${i}` });
    wire.close();
    for (let i = 0; i < 5; i++) await nextTask();
    expect(events).toHaveLength(8);
  });

  test('closed by us: no more events', () => {
    const { events, socket, wire } = open();
    wire.close();
    socket.fire('message', { data: 'late' });
    socket.fire('close', { code: 1000 });
    expect(socket.closedWith).toBe(1000);
    expect(events).toEqual([]);
  });

  test('nothing is sent to a socket that is not open', () => {
    const { socket, wire } = open();
    socket.readyState = 2;
    wire.send('late');
    expect(socket.sent).toEqual([]);
  });

  test('an address forbidden to the page is a lost connection, reported later', async () => {
    const events: unknown[] = [];
    const Forbidden = vi.fn(function forbid(): SocketDouble {
      throw new Error('SecurityError');
    });
    const wire = webSocketTransport(
      'ws://x',
      Forbidden,
    )({
      text: () => {},
      binary: () => {},
      closed: (code) => void events.push(code),
    });
    wire.send('nowhere');
    expect(events).toEqual([]);
    await Promise.resolve();
    expect(events).toEqual([1006]);
  });
});

test("the socket's address comes from the page's origin", () => {
  expect(socketUrl('https://chat.example')).toBe('wss://chat.example/ws');
  expect(socketUrl('http://192.168.1.5:5000')).toBe('ws://192.168.1.5:5000/ws');
  expect(socketUrl('https://chat.example/chat-app')).toBe('wss://chat.example/chat-app/ws');
  expect(socketUrl('https://chat.example/chat-app/')).toBe('wss://chat.example/chat-app/ws');
});
