import { STAGED_MS, type Slice } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { TestClock } from '../../testing/clock.ts';
import { StagedSlices } from './staged-slices.ts';

const TAG = new Uint8Array(8).fill(1);
const OTHER = new Uint8Array(8).fill(2);
const slice = (slot: number): Slice => ({ slot: new Uint8Array(8).fill(slot), sealed: new Uint8Array(112) });

test('ROTATE-3: what was handed out or replaced leaves nothing, and one timer waits at most', () => {
  const clock = new TestClock();
  const slices = new StagedSlices(clock);
  expect([slices.add(TAG, [slice(1)]), slices.add(TAG, [slice(1), slice(2)]), clock.pending]).toEqual([
    1, 2, 1,
  ]);
  expect([slices.add(OTHER, []), slices.take(TAG), clock.pending]).toEqual([0, undefined, 1]);
  expect([slices.take(OTHER)?.size, slices.take(OTHER), clock.pending]).toEqual([0, undefined, 0]);
  slices.add(TAG, [slice(1)]);
  clock.pass(STAGED_MS);
  expect([slices.take(TAG), clock.pending]).toEqual([undefined, 0]);
});

test('ROTATE-3: after its time it doesn’t count, also on a machine that slept through its timer', () => {
  const clock = new TestClock();
  const slices = new StagedSlices(clock);
  slices.add(TAG, [slice(1)]);
  clock.pass(STAGED_MS - 1);
  expect(slices.add(TAG, [slice(2)])).toBe(2);
  clock.jump(STAGED_MS);
  expect(slices.take(TAG)).toBeUndefined();
  expect(slices.add(TAG, [slice(3)])).toBe(1);
});
