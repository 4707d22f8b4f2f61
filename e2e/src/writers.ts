// People without a browser who fill a room with messages.

import { type Room, openRoom, parseRoomLink, socketUrl, webSocketTransport } from '@mayfly/client';
import { WebSocket } from 'ws';

/** Messages of one person in a row. */
const TURN_LENGTH = 3;

export class Writers implements Disposable {
  readonly #rooms: readonly Room[];
  #written = 0;

  constructor(link: string, names: readonly string[]) {
    this.#rooms = names.map((name) => joinBySdk(link, name));
  }

  /** `number 1`, `number 2` and so on; resolves when all are in the log. */
  async write(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const room = this.#rooms[Math.floor(this.#written / TURN_LENGTH) % this.#rooms.length];
      this.#written += 1;
      if (room !== undefined) await sendAndAwaitEcho(room, `number ${this.#written}`);
    }
  }

  [Symbol.dispose](): void {
    for (const room of this.#rooms) room.close();
  }
}

/** A member without a browser. */
export function joinBySdk(link: string, name: string): Room {
  const parsed = parseRoomLink(link);
  if (parsed.type !== 'room') throw new Error(parsed.type);
  const transport = webSocketTransport(socketUrl(new URL(link).origin), WebSocket);
  return openRoom({ link: parsed.link, storage: memoryStorage(), transport, name });
}

/** Resolves with the echo. */
export function sendAndAwaitEcho(room: Room, text: string): Promise<void> {
  return new Promise((resolve) => {
    const listening = room.subscribe((update) => {
      if (update.type !== 'messages' || !update.messages.some((message) => message.text === text)) return;
      listening[Symbol.dispose]();
      resolve();
    });
    room.send(text);
  });
}

/** A tab’s storage. */
export function memoryStorage() {
  const stored = new Map<string, string>();
  return {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, text: string) => void stored.set(name, text),
    removeItem: (name: string) => void stored.delete(name),
  };
}
