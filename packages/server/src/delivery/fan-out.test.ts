import { describe, expect, test } from 'vitest';
import { TestClock } from '../testing/clock.ts';
import { type DueRoom, FanOut, PAUSE_MS, SLICE } from './fan-out.ts';

class World {
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
  const world = new World();
  world.fanOut.due(world.room('a', 3));
  world.fanOut.due(world.room('b', 2));
  expect([world.log, world.turnsAsked]).toEqual([[], 1]);
  world.turn();
  expect([world.log, world.turnsAsked]).toEqual([['a 3', 'b 2'], 0]);
});

describe('slices', () => {
  test('a large room lets others in between, even those due later', () => {
    const world = new World();
    world.fanOut.due(world.room('large', 2 * SLICE + 5));
    world.fanOut.due(world.room('small', 3));
    world.turn();
    expect(world.log).toEqual([`large ${SLICE}`]);
    world.fanOut.due(world.room('late', 1));
    world.turn();
    expect(world.log.slice(1)).toEqual(['small 3', `large ${SLICE - 3}`]);
    world.turn();
    expect(world.log.slice(3)).toEqual(['late 1', 'large 8']);
    expect(world.turnsAsked).toBe(0);
  });

  test('many small rooms are spread over turns, too', () => {
    const world = new World();
    for (let i = 0; i < 3; i++) world.fanOut.due(world.room(`${i}`, SLICE / 2));
    world.turn();
    expect(world.log).toEqual([`0 ${SLICE / 2}`, `1 ${SLICE / 2}`]);
    world.turn();
    world.turn();
    expect(world.log.filter((entry) => !entry.endsWith(' 0')).slice(2)).toEqual([`2 ${SLICE / 2}`]);
  });
});

/** Runs two turns of ten sockets. */
function busy(world: World, ...msEach: readonly [number, number]): void {
  for (const ms of msEach) {
    world.fanOut.due(world.room('busy', 10, ms));
    world.turn();
  }
  world.log.length = 0;
}

/** The same, then one more room is due. */
function loaded(...msEach: readonly [number, number]): World {
  const world = new World();
  busy(world, ...msEach);
  world.fanOut.due(world.room('next', 1));
  return world;
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
    const world = loaded(0.8, 1.2);
    expect(world.turnsAsked).toBe(0);
    world.fanOut.due(world.room('more', 1));
    world.clock.pass(7.9);
    expect(world.turnsAsked).toBe(0);
    world.clock.pass(0.2);
    world.turn();
    expect(world.log).toEqual(['next 1', 'more 1']);
    world.fanOut.due(world.room('light', 1));
    expect(world.turnsAsked).toBe(1);
  });

  test('a room due during the pause waits only for its end', () => {
    const world = new World();
    busy(world, 0.8, 0.8);
    world.clock.pass(5);
    world.fanOut.due(world.room('late', 1));
    expect(world.turnsAsked).toBe(0);
    world.clock.pass(3);
    expect(world.turnsAsked).toBe(1);
  });

  test('a room due after it does not wait, because the load is gone', () => {
    const world = new World();
    busy(world, 0.8, 0.8);
    world.clock.pass(8);
    world.fanOut.due(world.room('late', 1));
    expect([world.turnsAsked, world.clock.pending]).toEqual([1, 0]);
  });

  test('the pause is never long enough for people to notice', () => {
    const world = loaded(100, 100);
    world.clock.pass(PAUSE_MS.max);
    expect(world.turnsAsked).toBe(1);
  });

  test('the rest of a large room does not wait', () => {
    const world = new World();
    world.fanOut.due(world.room('large', 2 * SLICE, 1));
    world.turn();
    expect(world.turnsAsked).toBe(1);
  });
});
