import { beforeEach, describe, expect, test, vi } from 'vitest';
import { TestClock } from '../../testing/clock.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import { roomId } from '../../testing/signer.ts';
import { RoomCap, type Partition, type Unused } from './room-cap.ts';

const MAX = 100;

let clock: TestClock;
let rooms: number;
let unused: readonly Unused[];
const count = vi.fn<() => Promise<readonly Partition[]>>();
let roomCap: RoomCap;

beforeEach(() => {
  clock = new TestClock();
  rooms = 0;
  unused = [];
  count.mockReset();
  count.mockImplementation(async () => [
    { rooms, freeInMs: 90_000, unused: undefined },
    ...unused.map((one) => ({ rooms: 0, freeInMs: undefined, unused: one })),
  ]);
  roomCap = new RoomCap(clock, MAX, count);
});

/** How many of so many concurrent creations are admitted. */
async function ask(wishes: number): Promise<number> {
  const answers = await Promise.all(Array.from({ length: wishes }, () => roomCap.hasCapacity()));
  return answers.filter(Boolean).length;
}

describe('LIMIT-3: how many rooms there may be', () => {
  test("concurrent callers share one count and don't exceed the bound", async () => {
    rooms = 95;
    expect(await ask(20)).toBe(5);
    expect(count).toHaveBeenCalledTimes(1);
  });

  test('an admitted room counts until the next count', async () => {
    expect(await ask(60)).toBe(60);
    expect(await ask(60)).toBe(40);
    expect(await ask(60)).toBe(0);
  });

  test('with room enough it is counted every ten seconds, else every second', async () => {
    rooms = 50;
    await ask(1);
    clock.pass(9_999);
    await ask(1);
    expect(count).toHaveBeenCalledTimes(1);
    rooms = 100;
    clock.pass(1);
    expect(await ask(1)).toBe(0);
    expect(count).toHaveBeenCalledTimes(2);
    clock.pass(999);
    expect(await ask(1)).toBe(0);
    expect(count).toHaveBeenCalledTimes(2);
    rooms = 99;
    clock.pass(1);
    expect(await ask(2)).toBe(1);
    expect(count).toHaveBeenCalledTimes(3);
  });

  test('a failed count fails all waiting callers, and the next caller counts again', async () => {
    rooms = 99;
    count.mockRejectedValueOnce(new StoreUnavailable());
    const outcomes = await Promise.allSettled([roomCap.hasCapacity(), roomCap.hasCapacity()]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await ask(2)).toBe(1);
  });

  test('the longest unused comes first, even if found later; each is named once', async () => {
    const [a, b, c] = ['RoomAA', 'RoomBB', 'RoomCC'].map((id, i) => ({ room: roomId(id), forMs: 3_000 - i }));
    if (a === undefined || b === undefined || c === undefined) throw new Error('no rooms');
    rooms = MAX;
    unused = [c, a];
    expect(await ask(1)).toBe(0);
    expect(await roomCap.nextUnused()).toBe(a.room);
    roomCap.found(b);
    expect(await roomCap.nextUnused()).toBe(b.room);
    roomCap.found(undefined);
    expect(await roomCap.nextUnused()).toBe(c.room);
  });

  test('when none is left it counts again, but only after a change', async () => {
    rooms = MAX;
    await ask(1);
    expect(await roomCap.nextUnused()).toBeUndefined();
    expect(count).toHaveBeenCalledTimes(1);
    unused = [{ room: roomId('RoomAA'), forMs: 1 }];
    clock.pass(1_000);
    await ask(1);
    expect(await roomCap.nextUnused()).toBe('RoomAA');
    unused = [{ room: roomId('RoomBB'), forMs: 1 }];
    expect(await Promise.all([roomCap.nextUnused(), roomCap.nextUnused()])).toEqual(['RoomBB', undefined]);
    expect(count).toHaveBeenCalledTimes(3);
  });

  test('API-4: the time until capacity comes from the count, and is never below a second', async () => {
    rooms = MAX;
    await ask(1);
    clock.pass(500);
    expect(roomCap.freeInMs).toBe(89_500);
    clock.pass(89_000);
    expect(roomCap.freeInMs).toBe(1_000);
  });
});
