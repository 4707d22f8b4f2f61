// Rooms full of members, connected and quiet, ready to be measured.

import type { Contender, RoomDoor } from './contenders.ts';
import { MeasuredProcess } from './measured-process.ts';
import { persistently } from './patience.ts';
import type { Wire } from './wire.ts';

/** How many connections are being made at one time. */
const AT_ONCE = 48;
const FILL_WITHIN_MS = 100_000;
const QUIET_MS = 300;
const QUIET_WITHIN_MS = 60_000;

export type Shape = { readonly rooms: number; readonly members: number };

export class Crowd implements AsyncDisposable {
  readonly contender: Contender;
  readonly server: MeasuredProcess;
  readonly rooms: readonly (readonly Wire[])[];

  private constructor(contender: Contender, server: MeasuredProcess, rooms: readonly (readonly Wire[])[]) {
    this.contender = contender;
    this.server = server;
    this.rooms = rooms;
  }

  /** Starts the contender's server and fills so many rooms with so many members each. */
  static async gather(contender: Contender, shape: Shape): Promise<Crowd> {
    const server = await MeasuredProcess.start(contender.program);
    try {
      return await Crowd.fill(contender, server, shape);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** As `gather`, on a server that runs already. */
  static async fill(
    contender: Contender,
    server: MeasuredProcess,
    { rooms, members }: Shape,
  ): Promise<Crowd> {
    const entered: Wire[] = [];
    const deadline = performance.now() + FILL_WITHIN_MS;
    const enter = async (door: RoomDoor | undefined) => {
      if (door === undefined) throw new Error('a member without a room');
      if (performance.now() > deadline) throw new Error(`not filled within ${FILL_WITHIN_MS / 1000} s`);
      const { wire } = await persistently(door);
      entered.push(wire);
      return wire;
    };
    try {
      const doors = await allOf(rooms, () => persistently(() => contender.openRoom(server.port)));
      const wires = await allOf(rooms * members, (i) => enter(doors[Math.floor(i / members)]));
      const filled = doors.map((_, room) => wires.slice(room * members, (room + 1) * members));
      const crowd = new Crowd(contender, server, filled);
      await crowd.quiet();
      return crowd;
    } catch (error) {
      for (const wire of entered) wire.drop();
      throw error;
    }
  }

  get wires(): readonly Wire[] {
    return this.rooms.flat();
  }

  /** Resolves when nothing has arrived for a while: all announcements of joins are out. */
  async quiet(): Promise<void> {
    const { wires } = this;
    const deadline = performance.now() + QUIET_WITHIN_MS;
    for (let before = -1, now = received(wires); now !== before; now = received(wires)) {
      if (performance.now() > deadline) throw new Error('the connections do not come to rest');
      before = now;
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    }
  }

  /** Drops the connections and leaves the server running. */
  disperse(): void {
    for (const wire of this.wires) wire.drop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disperse();
    await this.server[Symbol.asyncDispose]();
  }
}

function received(wires: readonly Wire[]): number {
  return wires.reduce((bytes, wire) => bytes + wire.bytes, 0);
}

/** `make(0)` to `make(count - 1)`, a bounded number at a time, in this order. */
export async function allOf<T>(
  count: number,
  make: (index: number) => Promise<T>,
  atOnce = AT_ONCE,
): Promise<T[]> {
  const made: T[] = [];
  let next = 0;
  const work = async () => {
    while (next < count) {
      const index = next++;
      made[index] = await make(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, work));
  return made;
}
