import { describe, expect, test } from 'vitest';
import { TestClock } from '../testing/clock.ts';
import { TURN_MS, SlicedQueue } from './sliced-queue.ts';

function setUp() {
  const clock = new TestClock();
  const turns: (() => void)[] = [];
  const queue = new SlicedQueue(clock, (round) => turns.push(round));
  const done: number[] = [];
  const arrive = (id: number, ms: number) =>
    queue.run(() => {
      clock.jump(ms);
      done.push(id);
      return id;
    });
  return { queue, turns, done, arrive };
}

describe('the queue', () => {
  test('a single piece of work runs at once, and its result is returned', async () => {
    const { turns, done, arrive } = setUp();
    const result = arrive(1, 1);
    expect(done).toEqual([1]);
    expect(await result).toBe(1);
    turns.shift()?.();
    expect(turns).toEqual([]);
  });

  test('a burst runs a few milliseconds at a time, in order of arrival', async () => {
    const { turns, done, arrive } = setUp();
    const all = Promise.all([1, 2, 3, 4, 5].map((id) => arrive(id, TURN_MS / 2)));
    expect(done).toEqual([1, 2]);
    turns.shift()?.();
    expect(done).toEqual([1, 2, 3, 4]);
    turns.shift()?.();
    await all;
    expect(done).toEqual([1, 2, 3, 4, 5]);
    turns.shift()?.();
    expect(turns).toEqual([]);
  });

  test('work that arrives in the next turn queues behind what waited', () => {
    const { turns, done, arrive } = setUp();
    for (const id of [1, 2, 3]) void arrive(id, TURN_MS);
    turns.shift()?.();
    void arrive(4, 1);
    expect(done).toEqual([1, 2]);
    turns.shift()?.();
    turns.shift()?.();
    expect(done).toEqual([1, 2, 3, 4]);
  });

  test('work that takes longer than a slice still runs', () => {
    const { turns, done, arrive } = setUp();
    void arrive(1, 10 * TURN_MS);
    void arrive(2, 1);
    expect(done).toEqual([1]);
    turns.shift()?.();
    expect(done).toEqual([1, 2]);
  });

  test('an error reaches its own caller and delays no one else', async () => {
    const { queue, arrive } = setUp();
    const broken = queue.run(() => {
      throw new Error('broken');
    });
    const next = arrive(2, 1);
    await expect(broken).rejects.toThrow('broken');
    expect(await next).toBe(2);
  });
});
