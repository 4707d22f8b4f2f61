import { describe, expect, test } from 'vitest';
import { TestClock } from '../testing/clock.ts';
import { type DueRoom, FanOut, PAUSE_MS, SLICE } from './fan-out.ts';

class Fixture {
  readonly clock = new TestClock();
  /** Each room served and how many of its sockets, in order. */
  readonly log: string[] = [];
  readonly #turns: (() => void)[] = [];
  readonly fanOut = new FanOut(this.clock, (round) => this.#turns.push(round));

  get turnsAsked(): number {
    return this.#turns.length;
  }

  turn(): void {
    this.#turns.shift()?.();
  }

  /** A room with `sockets` to serve whenever it is due, each of which takes `msEach`. */
  room(name: string, sockets: number, msEach = 0): DueRoom {
    let left = sockets;
    return {
      serve: (most) => {
        const served = Math.min(left, most);
        left -= served;
        this.log.push(`${name} ${served}`);
        this.clock.jump(served * msEach);
        if (served < most) left = sockets;
        return served;
      },
    };
  }
}

test('every due room is served at the end of the turn, in order, and not before', () => {
  const fixture = new Fixture();
  fixture.fanOut.due(fixture.room('a', 3));
  fixture.fanOut.due(fixture.room('b', 2));
  expect([fixture.log, fixture.turnsAsked]).toEqual([[], 1]);
  fixture.turn();
  expect([fixture.log, fixture.turnsAsked]).toEqual([['a 3', 'b 2'], 0]);
});

describe('slices', () => {
  test('a large room lets others in between, even those due later', () => {
    const fixture = new Fixture();
    fixture.fanOut.due(fixture.room('large', 2 * SLICE + 5));
    fixture.fanOut.due(fixture.room('small', 3));
    fixture.turn();
    expect(fixture.log).toEqual([`large ${SLICE}`]);
    fixture.fanOut.due(fixture.room('late', 1));
    fixture.turn();
    expect(fixture.log.slice(1)).toEqual(['small 3', `large ${SLICE - 3}`]);
    fixture.turn();
    expect(fixture.log.slice(3)).toEqual(['late 1', 'large 8']);
    expect(fixture.turnsAsked).toBe(0);
  });

  test('many small rooms are spread over turns, too', () => {
    const fixture = new Fixture();
    for (let i = 0; i < 3; i++) fixture.fanOut.due(fixture.room(`${i}`, SLICE / 2));
    fixture.turn();
    expect(fixture.log).toEqual([`0 ${SLICE / 2}`, `1 ${SLICE / 2}`]);
    fixture.turn();
    fixture.turn();
    expect(fixture.log.filter((entry) => !entry.endsWith(' 0')).slice(2)).toEqual([`2 ${SLICE / 2}`]);
  });
});

/** Runs two turns of ten sockets. */
function busy(fixture: Fixture, ...msEach: readonly [number, number]): void {
  for (const ms of msEach) {
    fixture.fanOut.due(fixture.room('busy', 10, ms));
    fixture.turn();
  }
  fixture.log.length = 0;
}

/** The same, then one more room is due. */
function loaded(...msEach: readonly [number, number]): Fixture {
  const fixture = new Fixture();
  busy(fixture, ...msEach);
  fixture.fanOut.due(fixture.room('next', 1));
  return fixture;
}

describe('under load', () => {
  test('short turns cause no pause', () => {
    const short = (PAUSE_MS.min - 1) / 10;
    expect(loaded(short, short).turnsAsked).toBe(1);
  });

  test('a single long turn causes none, because it may be a hiccup', () => {
    expect(loaded(0, 100).turnsAsked).toBe(1);
    expect(loaded(100, 0).turnsAsked).toBe(1);
  });

  test('two long turns cause a pause as long as the shorter one, and more rooms may become due in it', () => {
    const fixture = loaded(0.8, 1.2);
    expect(fixture.turnsAsked).toBe(0);
    fixture.fanOut.due(fixture.room('more', 1));
    fixture.clock.pass(7.9);
    expect(fixture.turnsAsked).toBe(0);
    fixture.clock.pass(0.2);
    fixture.turn();
    expect(fixture.log).toEqual(['next 1', 'more 1']);
    fixture.fanOut.due(fixture.room('light', 1));
    expect(fixture.turnsAsked).toBe(1);
  });

  test('a room due during the pause waits only for its end', () => {
    const fixture = new Fixture();
    busy(fixture, 0.8, 0.8);
    fixture.clock.pass(5);
    fixture.fanOut.due(fixture.room('late', 1));
    expect(fixture.turnsAsked).toBe(0);
    fixture.clock.pass(3);
    expect(fixture.turnsAsked).toBe(1);
  });

  test('a room due after it does not wait, because the load is gone', () => {
    const fixture = new Fixture();
    busy(fixture, 0.8, 0.8);
    fixture.clock.pass(8);
    fixture.fanOut.due(fixture.room('late', 1));
    expect([fixture.turnsAsked, fixture.clock.pending]).toEqual([1, 0]);
  });

  test('the pause is never long enough for people to notice', () => {
    const fixture = loaded(100, 100);
    fixture.clock.pass(PAUSE_MS.max);
    expect(fixture.turnsAsked).toBe(1);
  });

  test('the rest of a large room does not wait', () => {
    const fixture = new Fixture();
    fixture.fanOut.due(fixture.room('large', 2 * SLICE, 1));
    fixture.turn();
    expect(fixture.turnsAsked).toBe(1);
  });
});
