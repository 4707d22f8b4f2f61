// Creates rooms within the bound, and picks an unused room to make way when it is reached.

import type { RoomId } from '@mayfly/protocol';
import type { Clock } from '../../net/clock.ts';
import type { Creation, RoomSpec } from '../room-store.ts';
import { readGaveWay, readPartition } from './answers.ts';
import { createAsk } from './asks.ts';
import { RoomCap, type Partition } from './room-cap.ts';
import { DIRECTORIES, roomKey, unusedOf } from './keyspace.ts';
import type { Link } from './link.ts';
import { textOf } from './reply.ts';

export class RoomCreation {
  readonly #call: Link['call'];
  readonly #roomCap: RoomCap;

  constructor(clock: Clock, maxRooms: number, call: Link['call']) {
    this.#call = call;
    this.#roomCap = new RoomCap(clock, maxRooms, () => this.#count());
  }

  async create(room: RoomId, spec: RoomSpec): Promise<Creation> {
    const hasCapacity = await this.#roomCap.hasCapacity();
    const answer = await this.#reserve(room, spec, !hasCapacity);
    if (answer !== 'full') return answer;
    if (!(await this.#makeWay())) return { freeInMs: this.#roomCap.freeInMs };
    return (await this.#reserve(room, spec, false)) === 'created' ? 'created_instead' : 'taken';
  }

  /** A member has left a room: worth counting again before refusing anyone. */
  left(): void {
    this.#roomCap.left();
  }

  /** A room is over: worth counting again before another has to make way. */
  ended(): void {
    this.#roomCap.ended();
  }

  async size(): Promise<number> {
    const partitions = await this.#count();
    return partitions.reduce((sum, { rooms }) => sum + rooms, 0);
  }

  async #reserve(room: RoomId, spec: RoomSpec, isFull: boolean): Promise<'created' | 'taken' | 'full'> {
    const answer = textOf(await this.#call('create', [roomKey(room)], [createAsk(spec, isFull)]));
    return answer === 'created' || answer === 'taken' ? answer : 'full';
  }

  // The count may be a second old: someone may have joined, or another node was faster.
  async #makeWay(): Promise<boolean> {
    for (;;) {
      const unused = await this.#roomCap.nextUnused();
      if (unused === undefined) return false;
      const { isOver, next } = readGaveWay(await this.#call('give_way', [roomKey(unused)], []));
      this.#roomCap.found(next);
      if (isOver) return true;
    }
  }

  #count(): Promise<readonly Partition[]> {
    return Promise.all(
      DIRECTORIES.map(async (list) => readPartition(await this.#call('rooms', [list, unusedOf(list)], []))),
    );
  }
}
