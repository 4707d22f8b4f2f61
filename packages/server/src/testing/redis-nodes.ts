// One room on several nodes of a real Redis, and what each node receives of it.

import type { RedisStore } from '../store/redis/redis-store.ts';
import type { JoinRequest, Joined, MemberSession, StoreNotice, RoomStore } from '../store/room-store.ts';
import { type RedisRooms, settling } from './redis-rooms.ts';
import { Signer, envelope, makeCharter, roomId } from './signer.ts';

export const LIMITS = { maxRooms: 10, maxMembers: 10, historyMessages: 5, historyBytes: 100_000 };
export const LIFE_MS = 600_000;
export const ROOM = roomId('Room11');
export const OWNER = new Signer('owner');
export const CHARTER = makeCharter(ROOM, OWNER);
export const VERIFIED_WITH = { accessPk: CHARTER.args.accessPk, epoch: 0 };

/** A node, and its notices of the room. */
export class Node {
  readonly raw: RedisStore;
  readonly store: RoomStore;
  readonly #notices: StoreNotice[] = [];

  constructor(world: RedisRooms, raw: RedisStore) {
    this.raw = raw;
    this.store = settling(raw, world);
    raw.follow(ROOM, (notice) => this.#notices.push(notice));
  }

  async join(name: string, more: Partial<JoinRequest> = {}): Promise<Joined> {
    const answer = await this.store.join(ROOM, asking(name, more));
    if (answer.outcome !== 'joined') throw new Error(`${name} heard ${answer.outcome}`);
    return answer;
  }

  append(session: MemberSession, n: number): ReturnType<RoomStore['append']> {
    return this.store.append(ROOM, session, n, envelope(n));
  }

  heard(): readonly StoreNotice[] {
    return this.#notices.splice(0);
  }

  seqs(): readonly number[] {
    return this.heard().flatMap((notice) => (notice.type === 'event' ? [notice.event.seq] : []));
  }
}

export function asking(name: string, more: Partial<JoinRequest> = {}): JoinRequest {
  return { idPk: new Signer(name).pk, as: 'key', verifiedWith: VERIFIED_WITH, ...more };
}

/** A node for each seed, and the room, open. */
export async function nodesOf(
  world: RedisRooms,
  seeds: readonly number[],
  onTrouble?: (error: unknown) => void,
) {
  const made: Node[] = [];
  for (const seed of seeds) {
    const raw = await world.node(LIMITS, seed, onTrouble);
    if (made.length === 0) {
      await raw.create(ROOM, { ownerPk: OWNER.pk, lifeMs: LIFE_MS, history: 'all' });
      await raw.open(ROOM, CHARTER);
    }
    made.push(new Node(world, raw));
  }
  await world.settled();
  const [first, second = first, third = second] = made;
  if (first === undefined || second === undefined || third === undefined) throw new Error('no nodes');
  return [first, second, third] as const;
}

export const types = (notices: readonly StoreNotice[]) => notices.map((item) => item.type);
