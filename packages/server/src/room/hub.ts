// The rooms with someone here. It knows who listens where, not who they are.

import type { RoomId } from '@mayfly/protocol';
import type { RoomStore } from '../store/room-store.ts';
import { type Guest, Room } from './room.ts';

export class Hub {
  readonly #store: RoomStore;
  readonly #rooms = new Map<RoomId, Room>();

  constructor(store: RoomStore) {
    this.#store = store;
  }

  /** How many rooms have someone here. */
  get size(): number {
    return this.#rooms.size;
  }

  /** From now on `guest` hears all that happens in the room, until disposal; the last one out unfollows it. */
  enter(id: RoomId, guest: Guest): Disposable {
    const room = this.#rooms.get(id) ?? this.#follow(id);
    room.add(guest);
    return {
      [Symbol.dispose]: () => {
        room.remove(guest);
        if (room.size === 0) this.#forget(id, room);
      },
    };
  }

  #follow(id: RoomId): Room {
    const room: Room = new Room(this.#store, id, () => this.#forget(id, room));
    this.#rooms.set(id, room);
    return room;
  }

  // Another room may have taken the id since this one ended.
  #forget(id: RoomId, room: Room): void {
    room[Symbol.dispose]();
    if (this.#rooms.get(id) === room) this.#rooms.delete(id);
  }
}
