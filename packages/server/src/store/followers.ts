// Who follows which room. Notices arrive in order and exactly once, even if handling one causes the next.

import type { RoomId } from '@mayfly/protocol';
import type { RoomListener, StoreNotice } from './room-store.ts';

type Follower = { readonly listener: RoomListener; active: boolean };

export class Followers {
  readonly #rooms = new Map<RoomId, Set<Follower>>();
  readonly #queue: { readonly to: readonly Follower[]; readonly notice: StoreNotice }[] = [];
  #isNotifying = false;

  /** The room doesn't have to exist. */
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

  notify(room: RoomId, ...notices: readonly StoreNotice[]): void {
    const to = [...(this.#rooms.get(room) ?? [])];
    for (const notice of notices) this.#queue.push({ to, notice });
    if (notices.some((notice) => notice.type === 'ended')) this.#rooms.delete(room);
    if (!this.#isNotifying) this.#notifyAll();
  }

  // A listener may cause more notices: they wait until everyone has received the earlier ones.
  #notifyAll(): void {
    this.#isNotifying = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        for (const follower of next.to) if (follower.active) follower.listener(next.notice);
      }
    } finally {
      this.#isNotifying = false;
    }
  }
}
