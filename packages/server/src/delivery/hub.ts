// The rooms with a subscriber on this node.

import type { RoomId } from '@mayfly/protocol';
import type { RoomStore } from '../store/room-store.ts';
import type { FanOut } from './fan-out.ts';
import { Room } from './room.ts';
import type { RoomSession, Socket, Subscriber } from './subscriber.ts';

export class Hub {
  readonly #store: RoomStore;
  readonly #fanOut: FanOut;
  readonly #rooms = new Map<RoomId, Room>();

  constructor(store: RoomStore, fanOut: FanOut) {
    this.#store = store;
    this.#fanOut = fanOut;
  }

  /** How many rooms have a subscriber. */
  get size(): number {
    return this.#rooms.size;
  }

  /** From now on nothing that happens in the room is missed, until the subscriber is disposed of. */
  subscribe(id: RoomId, session: RoomSession, socket: Socket): Subscriber {
    const room = this.#rooms.get(id) ?? this.#follow(id);
    return room.subscribe(session, socket);
  }

  #follow(id: RoomId): Room {
    const forget = () => this.#forget(id, room);
    const room: Room = new Room(id, {
      store: this.#store,
      fanOut: this.#fanOut,
      onOver: forget,
      onEmpty: forget,
    });
    this.#rooms.set(id, room);
    return room;
  }

  // A new room may have taken the id after this one ended.
  #forget(id: RoomId, room: Room): void {
    room[Symbol.dispose]();
    if (this.#rooms.get(id) === room) this.#rooms.delete(id);
  }
}
