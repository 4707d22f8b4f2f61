// The owner ends rooms whose members are on three nodes: how long until each of them is out, and what Redis keeps of the room.

import { type Identity, type Room, type RoomLink, createRoom, openRoom } from '@mayfly/client';
import { endRoom } from '@mayfly/client/owner';
import type { RedisProcess } from '../../../packages/server/src/testing/redis-server.ts';
import { HANG_MS, eventually, pause, wayTo } from '../faults/crowd.ts';
import type { Cluster } from './cluster.ts';

export type EndsReport = {
  /** For each member, milliseconds from the owner's order until their page says that the owner ended the room. */
  readonly out: readonly number[];
  readonly complaints: readonly string[];
};

/** How long a room that is over may be remembered. */
const TOMBSTONE_MS = 60_000;

export async function endRooms(
  redis: RedisProcess,
  cluster: Cluster,
  { times, membersEach }: { readonly times: number; readonly membersEach: number },
): Promise<EndsReport> {
  const out: number[] = [];
  const complaints: string[] = [];
  for (let round = 1; round <= times; round += 1) {
    const members = await gather(cluster, membersEach);
    const owner = members[0] ?? nobody();
    const since = performance.now();
    const ordered = await endRoom(owner.room.orders);
    if (!ordered.ok) complaints.push(`end ${round}: ${ordered.reason}`);
    if (!(await eventually(() => members.every(({ isOut }) => isOut), HANG_MS)))
      complaints.push(`end ${round}: someone is still in`);
    out.push(...members.map(({ outAt = Infinity }) => outAt - since));
    complaints.push(...members.flatMap((member) => member.complaints()));
    complaints.push(...(await leftBehind(redis, owner.link.id)));
    for (const { room } of members) room.close();
  }
  return { out, complaints };
}

/** The first one made the room. */
async function gather(cluster: Cluster, count: number): Promise<readonly Member[]> {
  const ports = cluster.nodes.map(({ port }) => port);
  const { link, identity } = await openedRoom(`http://127.0.0.1:${ports[0] ?? nobody()}`);
  const members = Array.from(
    { length: count },
    (_, i) => new Member(link, ports[i % ports.length] ?? nobody(), i === 0 ? identity : undefined),
  );
  // Pages that are busy with each other's profiles would be slow to hear of anything.
  if (!(await eventually(() => members.every((member) => member.knows(count)), HANG_MS)))
    throw new Error('not everybody got in');
  members[0]?.room.send('something to erase');
  if (!(await eventually(() => members.every(({ hasRead }) => hasRead), HANG_MS)))
    throw new Error('not everybody got the message');
  return members;
}

/** A server that is busy makes no rooms for a while. */
async function openedRoom(origin: string): Promise<{ readonly link: RoomLink; readonly identity: Identity }> {
  for (;;) {
    const created = await createRoom({ origin, lifeSeconds: 600, history: 'all', name: 'M0' });
    if (created.ok) return created;
    if (created.retryAfterMs === 0) throw new Error(created.reason);
    await pause(created.retryAfterMs);
  }
}

class Member {
  readonly link: RoomLink;
  readonly room: Room;
  hasRead = false;
  outAt: number | undefined;
  #introduced = 0;
  #why: string | undefined;

  constructor(link: RoomLink, port: number, identity: Identity | undefined) {
    this.link = link;
    this.room = openRoom({
      link,
      name: 'M',
      storage: { getItem: () => null, setItem: () => {}, removeItem: () => {} },
      transport: wayTo(port),
      ...(identity && { identity }),
    });
    this.room.subscribe((update) => {
      if (update.type === 'messages') this.hasRead = true;
      if (update.type === 'members')
        this.#introduced = update.members.filter(({ introduced }) => introduced).length;
      if (update.type !== 'connection' || update.connection.state !== 'ended') return;
      this.outAt ??= performance.now();
      this.#why ??= update.connection.end.why;
    });
  }

  /** So many others, by name. */
  knows(count: number): boolean {
    return this.#introduced === count;
  }

  get isOut(): boolean {
    return this.outAt !== undefined;
  }

  complaints(): readonly string[] {
    const isRight = this.#why === 'ended_by_owner' || this.#why === 'ended_by_you';
    return isRight ? [] : [`a page says of the end: ${this.#why}`];
  }
}

/** Of the room, one key that says that it is over, for a minute. */
async function leftBehind(redis: RedisProcess, room: string): Promise<readonly string[]> {
  const keys = await redis.ask('KEYS', `*${room}*`);
  const complaints: string[] = [];
  for (const key of Array.isArray(keys) ? keys.map(String) : []) {
    const leftMs = Number(await redis.ask('PTTL', key));
    if (!key.startsWith('r')) complaints.push(`${key} is left after the end`);
    else if (!(leftMs <= TOMBSTONE_MS && leftMs > 0)) complaints.push(`${key} stays for ${leftMs} ms`);
  }
  return complaints;
}

function nobody(): never {
  throw new Error('nobody is there');
}
