// Who follows which room. Notices arrive in order and exactly once, even if handling one causes the next.

import type { RoomId } from '@mayfly/protocol';
import type { RoomListener, StoreNotice } from './room-store.ts';

type Follower = { readonly listener: RoomListener; active: boolean };

const NOBODY: readonly Follower[] = [];

export class Followers {
  // Never changed in place: notices keep the list of those who were there.
  readonly #rooms = new Map<RoomId, readonly Follower[]>();
  readonly #queue: { readonly to: readonly Follower[]; readonly notice: StoreNotice }[] = [];
  #isNotifying = false;

  /** The room doesn't have to exist. */
  follow(room: RoomId, listener: RoomListener): Disposable {
    const follower: Follower = { listener, active: true };
    this.#rooms.set(room, [...(this.#rooms.get(room) ?? []), follower]);
    return {
      [Symbol.dispose]: () => {
        follower.active = false;
        this.#forget(room, follower);
      },
    };
  }

  notify(room: RoomId, ...notices: readonly StoreNotice[]): void {
    const to = this.#rooms.get(room) ?? NOBODY;
    for (const notice of notices) {
      this.#queue.push({ to, notice });
      if (notice.type === 'ended') this.#rooms.delete(room);
    }
    if (!this.#isNotifying) this.#notifyAll();
  }

  #forget(room: RoomId, follower: Follower): void {
    const left = this.#rooms.get(room)?.filter((other) => other !== follower) ?? NOBODY;
    if (left.length > 0) this.#rooms.set(room, left);
    else this.#rooms.delete(room);
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
