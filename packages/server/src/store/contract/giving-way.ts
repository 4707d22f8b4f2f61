// At the bound of rooms: which room makes way for a new one, and the answer if none can.

import { BASE58, GRACE_MS, RESERVATION_MS, type RoomId } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { envelope, makeCharter, roomId } from '../../testing/signer.ts';
import type { MemberSession } from '../room-store.ts';
import { type Fixture, type Fixtures, LIFE_MS, OWNER, SPEC, asking } from './fixture.ts';

/** A server counts its rooms once a second at most. */
const COUNTED_MS = 1_000;
const A = roomId('RoomAA');
const B = roomId('RoomBB');
const C = roomId('RoomCC');
const D = roomId('RoomDD');

/** Each opened a second after the one before. */
async function roomsOf(f: Fixture, ...rooms: readonly RoomId[]): Promise<void> {
  for (const room of rooms) {
    await f.store.create(room, SPEC);
    await f.store.open(room, makeCharter(room, OWNER));
    await f.pass(COUNTED_MS);
  }
}

async function join(f: Fixture, room: RoomId, name: string): Promise<MemberSession> {
  const { accessPk } = makeCharter(room, OWNER).args;
  const answer = await f.store.join(room, asking(name, { verifiedWith: { accessPk, epoch: 0 } }));
  if (answer.outcome !== 'joined') throw new Error(`${name} heard ${answer.outcome}`);
  return answer.session;
}

async function living(f: Fixture): Promise<readonly boolean[]> {
  const keys = await Promise.all([A, B, C, D].map((room) => f.store.keys(room)));
  return keys.map((found) => found !== undefined);
}

const twenty = (letter: string) => Array.from(BASE58.slice(0, 20), (last) => roomId(`Room${letter}${last}`));

export function givingWay({ fixture }: Fixtures): void {
  test('LIMIT-3: at the bound each new room replaces the longest unused one', async () => {
    const f = await fixture({ maxRooms: 3 });
    await roomsOf(f, A, B, C);
    expect(await f.store.create(D, SPEC)).toBe('created_instead');
    expect(await living(f)).toEqual([false, true, true, false]);
    expect(await f.store.size()).toBe(3);
    await f.store.open(D, makeCharter(D, OWNER));
    await f.pass(COUNTED_MS);
    expect(await f.store.create(A, SPEC)).toBe('created_instead');
    expect(await living(f)).toEqual([false, false, true, true]);
  });

  test('LIMIT-3: a visited room counts as unused since its visitor left', async () => {
    const f = await fixture({ maxRooms: 2 });
    await roomsOf(f, A, B);
    await f.store.leave(A, await join(f, A, 'ann'));
    await f.pass(COUNTED_MS);
    expect(await f.store.create(C, SPEC)).toBe('created_instead');
    expect(await living(f)).toEqual([true, false, false, false]);
  });

  test('LIMIT-3: a room with a member connected or in grace stays', async () => {
    const f = await fixture({ maxRooms: 1 });
    await roomsOf(f, A);
    const ann = await join(f, A, 'ann');
    await f.pass(COUNTED_MS);
    expect(await f.store.create(B, SPEC)).toHaveProperty('freeInMs');
    await f.store.detach(A, ann);
    await f.pass(GRACE_MS - 1);
    expect(await f.store.create(B, SPEC)).toHaveProperty('freeInMs');
    await f.pass(COUNTED_MS);
    expect(await f.store.create(B, SPEC)).toBe('created_instead');
    expect(await f.store.join(A, asking('ann', { as: 'member' }))).toEqual({ outcome: 'denied' });
  });

  test('LIMIT-3: a room with a message stays', async () => {
    const f = await fixture({ maxRooms: 1 });
    await roomsOf(f, A);
    const ann = await join(f, A, 'ann');
    await f.store.append(A, ann, 1, envelope(1));
    await f.store.leave(A, ann);
    await f.pass(COUNTED_MS);
    expect(await f.store.create(B, SPEC)).toHaveProperty('freeInMs');
    expect(await living(f)).toEqual([true, false, false, false]);
  });

  test("LIMIT-3: a room that two identities joined stays; one that the same identity joined twice doesn't", async () => {
    const f = await fixture({ maxRooms: 1 });
    await roomsOf(f, A);
    await f.store.leave(A, await join(f, A, 'ann'));
    await f.store.leave(A, await join(f, A, 'ann'));
    await f.pass(COUNTED_MS);
    expect(await f.store.create(B, SPEC)).toBe('created_instead');
    await f.store.open(B, makeCharter(B, OWNER));
    await f.store.leave(B, await join(f, B, 'ann'));
    await f.store.leave(B, await join(f, B, 'bob'));
    await f.pass(COUNTED_MS);
    expect(await f.store.create(C, SPEC)).toHaveProperty('freeInMs');
  });

  test('LIMIT-3: joining a room in time keeps it', async () => {
    const f = await fixture({ maxRooms: 2 });
    await roomsOf(f, A, B);
    await join(f, A, 'ann');
    await f.pass(COUNTED_MS);
    expect(await f.store.create(C, SPEC)).toBe('created_instead');
    expect(await living(f)).toEqual([true, false, false, false]);
  });

  test('LIMIT-3: a room that was left or ended a moment ago counts at once, at the node where it happened', async () => {
    const f = await fixture({ maxRooms: 1 });
    await roomsOf(f, A);
    const ann = await join(f, A, 'ann');
    expect(await f.store.create(B, SPEC)).toHaveProperty('freeInMs');
    await f.store.leave(A, ann);
    expect(await f.store.create(B, SPEC)).toBe('created_instead');
    await f.store.open(B, makeCharter(B, OWNER));
    f.store.follow(B, () => {});
    await join(f, B, 'ann');
    await f.pass(LIFE_MS - 1);
    expect(await f.store.create(C, SPEC)).toHaveProperty('freeInMs');
    await f.pass(1);
    expect(await f.store.create(C, SPEC)).toBe('created');
  });

  test('API-4: if no room can make way, the answer says when the first may end', async () => {
    const f = await fixture({ maxRooms: 2 });
    await roomsOf(f, A);
    await join(f, A, 'ann');
    await f.store.create(B, SPEC);
    await f.pass(COUNTED_MS);
    const answer = await f.store.create(C, SPEC);
    const freeInMs = typeof answer === 'object' ? answer.freeInMs : 0;
    expect(freeInMs).toBe(RESERVATION_MS - COUNTED_MS);
    await f.pass(freeInMs);
    expect(await f.store.create(C, SPEC)).toBe('created');
    await f.store.open(C, makeCharter(C, OWNER));
    await join(f, C, 'cem');
    await f.pass(COUNTED_MS);
    const later = await f.store.create(D, SPEC);
    const end = typeof later === 'object' ? later.freeInMs : 0;
    expect(end).toBeGreaterThan(LIFE_MS / 4);
    await f.pass(end);
    expect(await f.store.create(D, SPEC)).toBe('created');
  });

  test('LIFE-1: a room created at the bound lives as long as every other', async () => {
    const f = await fixture({ maxRooms: 1 });
    await roomsOf(f, A);
    await f.store.create(B, SPEC);
    await f.store.open(B, makeCharter(B, OWNER));
    await f.pass(LIFE_MS - 1);
    expect(await living(f)).toEqual([false, true, false, false]);
    await f.pass(1);
    expect(await living(f)).toEqual([false, false, false, false]);
  });

  test('LIFE-4: followers of a room that made way are notified of its end', async () => {
    const f = await fixture({ maxRooms: 1 });
    await roomsOf(f, A);
    f.store.follow(A, (notice) => f.notices.push(notice));
    await f.pass(COUNTED_MS);
    await f.store.create(B, SPEC);
    expect(f.heard()).toEqual([{ type: 'ended', reason: 'server' }]);
  });

  test('LIMIT-3: concurrent creations never exceed the bound, and each replaces another room', async () => {
    const f = await fixture({ maxRooms: 20 });
    for (const room of twenty('a')) {
      await f.store.create(room, SPEC);
      await f.store.open(room, makeCharter(room, OWNER));
    }
    await f.pass(COUNTED_MS);
    const outcomes = await Promise.all(twenty('b').map((room) => f.store.create(room, SPEC)));
    expect(new Set(outcomes)).toEqual(new Set(['created_instead']));
    expect(await f.store.size()).toBe(20);
  });
}
