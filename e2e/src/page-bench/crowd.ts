// People without a browser who fill a room. They trust each other's signatures: only the page is measured.

import {
  type Room,
  type RoomLink,
  createRoom,
  makeLink,
  openRoom,
  socketUrl,
  webSocketTransport,
} from '@mayfly/client';
import type { SignatureChecker } from '@mayfly/client/signatures';
import { WebSocket } from 'ws';
import { memoryStorage, sendAndAwaitEcho } from '../writers.ts';

const TRUSTING: SignatureChecker = {
  check: (messages, done) => queueMicrotask(() => done(new Set(messages))),
};

export class WritingCrowd implements Disposable {
  readonly #rooms: readonly Room[];
  readonly #link: RoomLink;
  #written = 0;

  private constructor(link: RoomLink, rooms: readonly Room[]) {
    this.#link = link;
    this.#rooms = rooms;
  }

  /** In a new room at this server. */
  static async gather(origin: string, people: number): Promise<WritingCrowd> {
    const created = await createRoom({ origin, lifeSeconds: 3600, history: 'all', name: 'Person 0' });
    if (!created.ok) throw new Error(created.reason);
    const { link, identity } = created;
    const rooms = Array.from({ length: people }, (_, i) =>
      openRoom({
        link,
        storage: memoryStorage(),
        transport: webSocketTransport(socketUrl(origin), WebSocket),
        name: `Person ${i}`,
        signatures: () => TRUSTING,
        ...(i === 0 && { identity }),
      }),
    );
    return new WritingCrowd(link, rooms);
  }

  /** By another address of the same server. */
  linkAt(origin: string): string {
    return makeLink(origin, this.#link.id, this.#link.secret);
  }

  /** Text of the message that was written last. */
  get newest(): string {
    return textOf(this.#written);
  }

  /** Resolves when all of it is in the log, the newest at its end. */
  async write(count: number): Promise<void> {
    const [first] = this.#rooms;
    if (first === undefined) return;
    await Promise.all(
      this.#rooms.map((room, i) => this.#writeBy(room, shareOf(count - 1, i, this.#rooms.length))),
    );
    await sendAndAwaitEcho(first, this.#next());
  }

  async #writeBy(room: Room, count: number): Promise<void> {
    for (let i = 0; i < count; i++) await sendAndAwaitEcho(room, this.#next());
  }

  #next(): string {
    this.#written += 1;
    return textOf(this.#written);
  }

  [Symbol.dispose](): void {
    for (const room of this.#rooms) room.close();
  }
}

/** Of the usual length of a message. */
export function textOf(number: number): string {
  return `message ${number}: ${'a few words more, '.repeat(number % 5)}and that is all`;
}

function shareOf(count: number, index: number, people: number): number {
  return Math.floor(count / people) + (index < count % people ? 1 : 0);
}
