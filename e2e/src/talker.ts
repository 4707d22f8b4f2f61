// Someone without a browser, for what a page of today reads.

import { type Room, openRoom, parseRoomLink, socketUrl, webSocketTransport } from '@mayfly/client';
import { WebSocket } from 'ws';

export class Talker implements Disposable {
  readonly room: Room;
  readonly #keys = new Map<string, string>();
  #look: () => void = () => {};

  /** `second`: the key of the passphrase, where the room needs one. */
  constructor(link: string, name: string, second?: Uint8Array) {
    const parsed = parseRoomLink(link);
    if (parsed.type !== 'room') throw new Error(parsed.type);
    this.room = openRoom({
      link: { ...parsed.link, ...(second && { second }) },
      storage: { getItem: () => null, setItem: () => {}, removeItem: () => {} },
      transport: webSocketTransport(socketUrl(new URL(link).origin), WebSocket),
      name,
    });
    this.room.subscribe((update) => {
      if (update.type !== 'messages') return;
      for (const { key, text } of update.messages) this.#keys.set(text ?? '', key);
      this.#look();
    });
  }

  /** The key of the message with this text, once it is here. */
  async keyOf(text: string): Promise<string> {
    for (;;) {
      const key = this.#keys.get(text);
      if (key !== undefined) return key;
      await new Promise<void>((resolve) => void (this.#look = resolve));
    }
  }

  [Symbol.dispose](): void {
    this.room.close();
  }
}
