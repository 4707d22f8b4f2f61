// The rooms with someone here. It knows who listens where, not who they are.

import type { RoomId } from '@mayfly/protocol';
import type { RoomStore } from '../store/room-store.ts';
import type { FanOut } from './fan-out.ts';
import { Room } from './room.ts';
import type { Guest, Seat, Socket } from './subscriber.ts';

export class Hub {
  readonly #store: RoomStore;
  readonly #fanOut: FanOut;
  readonly #rooms = new Map<RoomId, Room>();

  constructor(store: RoomStore, fanOut: FanOut) {
    this.#store = store;
    this.#fanOut = fanOut;
  }

  /** How many rooms have someone here. */
  get size(): number {
    return this.#rooms.size;
  }

  /** From now on nothing that happens in the room is missed, until the seat is given up. */
  enter(id: RoomId, guest: Guest, socket: Socket): Seat {
    const room = this.#rooms.get(id) ?? this.#follow(id);
    return room.seat(guest, socket);
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

  // Another room may have taken the id since this one ended.
  #forget(id: RoomId, room: Room): void {
    room[Symbol.dispose]();
    if (this.#rooms.get(id) === room) this.#rooms.delete(id);
  }
}
