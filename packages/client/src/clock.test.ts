import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from './clock.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test.each([2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER, Infinity])(
  'a timer of %d ms runs late, not at once',
  (ms) => {
    const run = vi.fn<() => void>();
    const timer = systemClock.after(ms, run);
    vi.advanceTimersByTime(24 * 24 * 3600 * 1000);
    expect(run).not.toHaveBeenCalled();
    timer[Symbol.dispose]();
    expect(vi.getTimerCount()).toBe(0);
  },
);

test('a timer that was disposed does not run', () => {
  const run = vi.fn<() => void>();
  systemClock.after(1000, run)[Symbol.dispose]();
  systemClock.after(2000, run);
  vi.advanceTimersByTime(1999);
  expect(run).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(run).toHaveBeenCalledOnce();
});
