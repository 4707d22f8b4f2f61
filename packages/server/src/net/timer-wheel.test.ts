import { expect, test } from 'vitest';
import { TestClock } from '../testing/clock.ts';
import { TimerWheel } from './timer-wheel.ts';

function make(roundMs = 5_000) {
  const clock = new TestClock();
  const turns: string[] = [];
  let ticks = 0;
  const wheel = new TimerWheel<string>({
    clock,
    roundMs,
    onTurn: (member) => void turns.push(member),
    onTick: () => void (ticks += 1),
  });
  return { clock, turns, wheel, ticks: () => ticks };
}

test('each member has one turn a round, spread like their arrivals', () => {
  const { clock, turns, wheel, ticks } = make();
  wheel.add('ann');
  clock.pass(2_000);
  wheel.add('bob');
  clock.pass(3_000);
  expect(turns).toEqual(['ann']);
  clock.pass(2_000);
  expect(turns).toEqual(['ann', 'bob']);
  clock.pass(10_000);
  expect(turns).toEqual(['ann', 'bob', 'ann', 'bob', 'ann', 'bob']);
  expect(ticks()).toBe(17);
});

test('one timer for all; a removed member gets no more turns', () => {
  const { clock, turns, wheel } = make();
  for (const name of ['ann', 'bob', 'cem']) wheel.add(name);
  expect([wheel.size, clock.pending]).toEqual([3, 1]);
  wheel.delete('bob');
  clock.pass(5_000);
  expect(turns).toEqual(['ann', 'cem']);
  expect([...wheel]).toEqual(['ann', 'cem']);
  wheel[Symbol.dispose]();
  expect(clock.pending).toBe(0);
});

test('a member may leave in its own turn', () => {
  const { clock, wheel } = make();
  wheel.add('ann');
  const quitting = new TimerWheel<string>({
    clock,
    roundMs: 1_000,
    onTurn: (member) => quitting.delete(member),
    onTick: () => {},
  });
  quitting.add('bob');
  clock.pass(3_000);
  expect(quitting.size).toBe(0);
});
