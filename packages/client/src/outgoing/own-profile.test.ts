import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import { OwnProfile } from './own-profile.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const [SLOT, OTHER_SLOT] = [Uint8Array.of(1), Uint8Array.of(2)];

/** Published profiles are numbered: each is its slot and its number. */
function open() {
  const published: (readonly number[])[] = [];
  let made = 0;
  const profile = new OwnProfile({
    clock: systemClock,
    seal: ([slot = 0]) => Uint8Array.of(slot, ++made),
    send: (frame) => void published.push([...frame.subarray(-2)]),
  });
  return { profile, published };
}

/** In, and the server has our profile. */
function known() {
  const all = open();
  all.profile.enter(SLOT, false);
  all.profile.received(Uint8Array.of(1, 1));
  all.published.length = 0;
  return all;
}

describe('what is published', () => {
  test('a profile for the slot we were given, and none before there is one', () => {
    const { profile, published } = open();
    profile.renew();
    expect(published).toEqual([]);
    profile.enter(SLOT, false);
    expect(published).toEqual([[1, 1]]);
  });

  test('nothing on returning as the same member, one on getting another slot', () => {
    const { profile, published } = known();
    profile.suspend();
    profile.enter(SLOT, true);
    expect(published).toEqual([]);
    profile.suspend();
    profile.enter(OTHER_SLOT, false);
    expect(published).toEqual([[2, 2]]);
  });

  test("on returning, one that was not echoed; another's profile is no echo of ours", () => {
    const { profile, published } = open();
    profile.enter(SLOT, false);
    profile.received(Uint8Array.of(9, 9));
    profile.suspend();
    profile.enter(SLOT, true);
    expect(published).toEqual([
      [1, 1],
      [1, 2],
    ]);
  });
});

describe('REFUSED-1', () => {
  test('a refused one is published after the pause, unless it was echoed meanwhile', () => {
    const { profile, published } = known();
    profile.renew();
    profile.refused(5_000);
    vi.advanceTimersByTime(4_999);
    expect(published).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(published).toHaveLength(2);
    profile.refused(5_000);
    profile.received(Uint8Array.of(1, 3));
    vi.advanceTimersByTime(5_000);
    expect(published).toHaveLength(2);
  });

  test('no pause outlives its connection', () => {
    const { profile } = known();
    profile.renew();
    profile.refused(5_000);
    profile.suspend();
    expect(vi.getTimerCount()).toBe(0);
  });
});
