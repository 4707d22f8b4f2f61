// Seeded lives and schedules, judged by the invariants. A seed that fails is run again by `npm run simulate -- --seed N`.

import { expect, test } from 'vitest';
import { LAG_BYTES_MAX } from '../../../packages/server/src/delivery/subscriber.ts';
import { liveThrough } from './room-life.ts';
import { runCrowd } from './crowd.ts';
import { runSchedule } from './schedule.ts';
import { slowReaders } from './slow-readers.ts';

const LIVES = [1, 2, 3, 4, 5, 6];
const SCHEDULES = 1_000;
const CROWDS = 60;

test.each(LIVES)('I1 to I12: a room with whole SDKs in bad weather (seed %i)', async (seed) => {
  const outcome = await liveThrough(seed);
  expect(outcome.faults).toEqual([]);
  expect(outcome.resumes).toBeGreaterThan(2);
  expect(outcome.echoed).toBeGreaterThan(20);
});

test(`I1 to I12: ${SCHEDULES} schedules of joins, sends, breaks and resumes`, async () => {
  let resumes = 0;
  let broken = 0;
  for (let seed = 1; seed <= SCHEDULES; seed++) {
    const outcome = await runSchedule(seed);
    expect(outcome.faults, `seed ${seed}`).toEqual([]);
    resumes += outcome.resumes;
    broken += outcome.broken;
  }
  expect(broken).toBeGreaterThan(SCHEDULES);
  expect(resumes).toBeGreaterThan(SCHEDULES / 2);
});

test(`PRESENCE-6, I1 to I12: ${CROWDS} rooms that switch to counts and back to names`, async () => {
  let crossedUp = 0;
  let crossedDown = 0;
  for (let seed = 1; seed <= CROWDS; seed++) {
    const outcome = await runCrowd(seed);
    expect(outcome.faults, `seed ${seed}`).toEqual([]);
    crossedUp += outcome.crossedUp;
    crossedDown += outcome.crossedDown;
  }
  expect(crossedUp).toBeGreaterThan(CROWDS);
  expect(crossedDown).toBeGreaterThan(CROWDS);
});

test.each([1, 2, 3])('I1 to I12: more is written than some can read (seed %i)', async (seed) => {
  const outcome = await slowReaders(seed);
  expect(outcome.faults).toEqual([]);
  // They did lag, and the backlog did not wait for the slowest.
  expect(outcome.mostUnsent).toBeGreaterThan(LAG_BYTES_MAX / 2);
  expect(outcome.tooSlow).toBeGreaterThan(0);
  expect(outcome.quickWaited).toBeLessThan(100);
});
