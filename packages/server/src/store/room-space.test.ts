import { beforeEach, describe, expect, test } from 'vitest';
import { CALM_MS, RoomSpace } from './room-space.ts';
import { StoreUnavailable } from './store-unavailable.ts';
import { TestClock, settled } from '../testing/clock.ts';

const MAX = 10;
const NO_PLACE = { freeInMs: 5_000 };

let clock: TestClock;
let told: string[];
let size: () => Promise<number>;
let space: RoomSpace;

beforeEach(() => {
  clock = new TestClock();
  told = [];
  size = async () => MAX - 1;
  space = new RoomSpace({
    clock,
    maxRooms: MAX,
    size: () => size(),
    report: {
      roomsShort: (trouble) => void told.push(trouble),
      roomsFree: (lastedMs) => void told.push(`free after ${lastedMs}`),
    },
    onTrouble: (error) => void told.push(String(error)),
  });
});

async function pass(ms: number): Promise<void> {
  clock.pass(ms);
  await settled();
}

describe('space for rooms', () => {
  test('with space, nothing is reported and no timer waits', () => {
    space.saw('created');
    space.saw('taken');
    expect(told).toEqual([]);
    expect(space.shortage).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  test('a shortage is reported when it begins and ends, not for each room', async () => {
    for (let i = 0; i < 5; i++) {
      space.saw('created_instead');
      await pass(1_000);
    }
    expect(told).toEqual(['give_way']);
    expect(space.shortage).toEqual({ trouble: 'give_way', seconds: 5 });
    await pass(2 * CALM_MS - 5_000);
    expect(told).toEqual(['give_way', `free after ${2 * CALM_MS}`]);
    expect(space.shortage).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  test('a worse shortage is reported at once, a lesser one after a minute', async () => {
    space.saw('created_instead');
    space.saw(NO_PLACE);
    space.saw('created_instead');
    expect(told).toEqual(['give_way', 'full']);
    await pass(CALM_MS - 1);
    space.saw('created_instead');
    await pass(1);
    expect(told).toEqual(['give_way', 'full', 'give_way']);
    expect(space.shortage).toEqual({ trouble: 'give_way', seconds: 60 });
    space.saw(NO_PLACE);
    expect(told).toEqual(['give_way', 'full', 'give_way', 'full']);
  });

  test("it isn't over until a room has ended, even without further attempts", async () => {
    size = async () => MAX;
    space.saw(NO_PLACE);
    await pass(5 * CALM_MS);
    expect(told).toEqual(['full']);
    size = () => Promise.reject(new StoreUnavailable());
    await pass(CALM_MS);
    expect(told).toEqual(['full']);
    size = async () => MAX - 1;
    await pass(CALM_MS);
    expect(told).toEqual(['full', `free after ${7 * CALM_MS}`]);
  });

  test('a server that stops leaves no timer', () => {
    space.saw(NO_PLACE);
    space[Symbol.dispose]();
    expect(clock.pending).toBe(0);
  });

  test('a server that stops during a look reports nothing more', async () => {
    const answers: ((rooms: number) => void)[] = [];
    size = () => new Promise((resolve) => void answers.push(resolve));
    space.saw(NO_PLACE);
    clock.pass(CALM_MS);
    space[Symbol.dispose]();
    for (const answer of answers) answer(0);
    await settled();
    expect(told).toEqual(['full']);
    expect(clock.pending).toBe(0);
  });
});
