import { expect, test } from 'vitest';
import { ARRIVAL_MS, type Drainable, GOODBYE_MS, SLICE, drain } from './drain.ts';
import { TestClock, settled } from '../testing/clock.ts';

/** `count` connections; each leaves when it is closed, or never. */
function start(count: number, { windowMs = 0, stubborn = false } = {}) {
  const clock = new TestClock();
  const calls: string[] = [];
  const sessions = new Set<Drainable>();
  let everyoneLeft: (() => void) | undefined;
  const empty = new Promise<void>((resolve) => {
    everyoneLeft = resolve;
  });
  const leave = (session: Drainable) => {
    sessions.delete(session);
    if (sessions.size === 0) everyoneLeft?.();
  };
  for (let i = 0; i < count; i++) {
    const session: Drainable = {
      goaway: (withinMs) => void calls.push(`goaway ${withinMs}`),
      close: (why) => {
        calls.push(why);
        if (!stubborn) leave(session);
      },
    };
    sessions.add(session);
  }
  let over = false;
  const closed = () => calls.filter((what) => what === 'drain').length;
  const pass = async (ms: number) => {
    clock.pass(ms);
    await settled();
  };
  const stop = async () => {
    await drain(clock, { sessions: () => [...sessions], empty }, windowMs);
    over = true;
  };
  void stop();
  return { clock, calls, closed, pass, leave, sessions, isOver: () => over };
}

test('a few are closed at once, and that is all', async () => {
  const { closed, isOver, clock } = start(SLICE.atLeast);
  await settled();
  expect(closed()).toBe(SLICE.atLeast);
  expect(isOver()).toBe(true);
  expect(clock.pending).toBe(0);
});

test('many are closed in slices, about a second in all', async () => {
  const { closed, pass, isOver } = start(10_000);
  await settled();
  const sizes = [closed()];
  while (!isOver()) {
    const before = closed();
    await pass(SLICE.everyMs);
    sizes.push(closed() - before);
  }
  expect(sizes).toEqual(Array.from({ length: SLICE.parts }, () => 500));
});

test('CLOSE-4: clients still moving are not closed, and those that have moved never are', async () => {
  const { closed, calls, pass, leave, sessions, isOver } = start(3, { windowMs: 5_000 });
  expect(calls).toEqual(['goaway 5000', 'goaway 5000', 'goaway 5000']);
  const [mover] = sessions;
  if (mover) leave(mover);
  const [late] = sessions;
  // They started to move at the very end of the window.
  await pass(5_000 + ARRIVAL_MS - 1);
  expect(closed()).toBe(0);
  if (late) leave(late);
  await pass(1);
  expect(closed()).toBe(1);
  expect(isOver()).toBe(true);
});

test('the window ends when every client has moved', async () => {
  const { calls, leave, sessions, isOver, clock } = start(2, { windowMs: 5_000 });
  for (const session of sessions) leave(session);
  await settled();
  expect(isOver()).toBe(true);
  expect(calls).toEqual(['goaway 5000', 'goaway 5000']);
  expect(clock.pending).toBe(0);
});

test('a client that never finishes the closing handshake is not waited for', async () => {
  const { pass, isOver, clock } = start(2, { stubborn: true });
  await settled();
  await pass(GOODBYE_MS - 1);
  expect(isOver()).toBe(false);
  await pass(1);
  expect(isOver()).toBe(true);
  expect(clock.pending).toBe(0);
});
