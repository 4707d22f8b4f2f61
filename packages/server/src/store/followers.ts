// Who follows which room, and telling them: in order, each once, also when listening leads to more news.

import type { RoomId } from '@mayfly/protocol';
import type { RoomListener, StoreNotice } from './room-store.ts';

type Follower = { readonly listener: RoomListener; active: boolean };

export class Followers {
  readonly #rooms = new Map<RoomId, Set<Follower>>();
  readonly #untold: { readonly to: readonly Follower[]; readonly news: StoreNotice }[] = [];
  #telling = false;

  /** A room need not exist to be followed. */
  follow(room: RoomId, listener: RoomListener): Disposable {
    const follower: Follower = { listener, active: true };
    const followers = this.#rooms.get(room) ?? new Set();
    this.#rooms.set(room, followers.add(follower));
    return {
      [Symbol.dispose]: () => {
        follower.active = false;
        followers.delete(follower);
        if (followers.size === 0 && this.#rooms.get(room) === followers) this.#rooms.delete(room);
      },
    };
  }

  tell(room: RoomId, ...news: readonly StoreNotice[]): void {
    const to = [...(this.#rooms.get(room) ?? [])];
    for (const item of news) this.#untold.push({ to, news: item });
    if (news.some((item) => item.type === 'ended')) this.#rooms.delete(room);
    if (!this.#telling) this.#tellAll();
  }

  // A listener may cause more news at once; its turn comes when everybody has heard what came before.
  #tellAll(): void {
    this.#telling = true;
    try {
      for (let next = this.#untold.shift(); next !== undefined; next = this.#untold.shift()) {
        for (const follower of next.to) if (follower.active) follower.listener(next.news);
      }
    } finally {
      this.#telling = false;
    }
  }
}
