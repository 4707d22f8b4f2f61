import { CLOSE } from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from './clock.ts';
import { Connection, PATIENCE, retryDelay } from './connection.ts';
import { seededRandom } from './testing/random.ts';
import { NetworkDouble } from './testing/wire-double.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function connect() {
  const network = new NetworkDouble();
  const heard: string[] = [];
  const connection = new Connection(
    { transport: network.transport, clock: systemClock, random: seededRandom('connection') },
    {
      control: (frame) => void heard.push(frame.type),
      sealed: (frame) => void heard.push(frame.type),
      changed: () => void heard.push(connection.state.state),
      lost: () => void heard.push('lost'),
      over: (code) => void heard.push(`over ${code}`),
    },
  );
  connection.start();
  return { network, heard, connection };
}

function live() {
  const started = connect();
  started.connection.established();
  started.heard.length = 0;
  return started;
}

describe('CLOSE-3: the pause before the next try', () => {
  test('is random between nothing and a ceiling that doubles up to 30 s; the first is 2 s', () => {
    expect(retryDelay(0, 0)).toBe(0);
    expect(retryDelay(0, 0.5)).toBe(1000);
    expect([1, 2, 3, 4, 5, 6, 7, 50].map((tries) => retryDelay(tries, 1))).toEqual([
      1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
    ]);
  });

  test('differs from try to try, and never passes its ceiling', () => {
    const { network, connection } = connect();
    const pauses: number[] = [];
    for (let tries = 0; tries < 12; tries++) {
      network.wire.breakWith(1006);
      const { state } = connection;
      if (state.state !== 'waiting') throw new Error(state.state);
      expect(state.tries).toBe(tries + 1);
      expect(state.retryInMs).toBeLessThanOrEqual(retryDelay(tries, 1));
      pauses.push(state.retryInMs);
      vi.advanceTimersByTime(state.retryInMs);
    }
    expect(network.wires).toHaveLength(13);
    expect(new Set(pauses).size).toBeGreaterThan(8);
  });
});

describe('CLOSE-1: what a close code means', () => {
  for (const [name, { code, comeback }] of Object.entries(CLOSE)) {
    test(`${name}: ${comeback}`, () => {
      const { network, heard, connection } = live();
      network.wire.breakWith(code);
      vi.advanceTimersByTime(60_000);
      if (comeback === 'never') {
        expect(heard).toEqual([`over ${code}`]);
        expect(connection.state.state).toBe('ended');
        expect(network.wires).toHaveLength(1);
      } else {
        expect(heard.slice(0, 3)).toEqual(['lost', 'waiting', 'connecting']);
        expect(network.wires.length).toBeGreaterThan(1);
      }
    });
  }
});

describe('a wire', () => {
  test('is one at a time, through every way of losing it', () => {
    const { network, connection } = live();
    const lose = [
      () => connection.restart(),
      () => network.wire.breakWith(1006),
      () => vi.advanceTimersByTime(PATIENCE.connect),
      () => connection.wake(),
      () => network.wire.say({ type: 'goaway', withinMs: 1000 }),
    ];
    for (let round = 0; round < 40; round++) {
      lose[round % lose.length]?.();
      expect(network.open.length).toBeLessThanOrEqual(1);
      vi.advanceTimersByTime(700);
      connection.established();
      expect(network.open.length).toBeLessThanOrEqual(1);
    }
    expect(network.wires.length).toBeGreaterThan(8);
  });

  test('that never answers is given up', () => {
    const { network, connection } = connect();
    vi.advanceTimersByTime(PATIENCE.connect - 1);
    expect(connection.state.state).toBe('connecting');
    vi.advanceTimersByTime(1);
    expect(connection.state.state).toBe('waiting');
    expect(network.open).toHaveLength(0);
  });

  test('that was replaced is not heard any more', () => {
    const { network, heard, connection } = live();
    const old = network.wire;
    connection.restart();
    heard.length = 0;
    old.open = true;
    old.say({ type: 'ended', reason: 'expired' });
    old.breakWith(CLOSE.ended.code);
    expect(heard).toEqual([]);
  });

  test('that is silent for 25 s is asked, and dropped 3 s later', () => {
    const { network, heard } = live();
    vi.advanceTimersByTime(PATIENCE.silence - 1);
    expect(network.wire.said).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(network.wire.said).toEqual([{ type: 'ping' }]);
    vi.advanceTimersByTime(PATIENCE.pong - 1);
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(heard.slice(0, 2)).toEqual(['lost', 'waiting']);
  });

  test('stays when anything at all is heard', () => {
    const { network, heard } = live();
    for (let i = 0; i < 5; i++) {
      vi.advanceTimersByTime(PATIENCE.silence + 1000);
      network.wire.say({ type: 'pong' });
    }
    expect(network.wire.said).toHaveLength(5);
    expect(heard).toEqual([]);
  });

  test('whose uplink still drains is not dead', () => {
    const { network, heard } = live();
    network.wire.bufferedBytes = 200_000;
    vi.advanceTimersByTime(PATIENCE.silence);
    for (let i = 0; i < 10; i++) {
      network.wire.bufferedBytes -= 10_000;
      vi.advanceTimersByTime(PATIENCE.pong);
    }
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(PATIENCE.pong);
    expect(heard[0]).toBe('lost');
  });

  test('with frames nobody knows goes on', () => {
    const { network, heard, connection } = live();
    network.wire.sayText('{"type":"from the future"}');
    network.wire.sayText('not json');
    network.wire.give(Uint8Array.of(0xff, 1, 2));
    expect(heard).toEqual([]);
    expect(connection.state.state).toBe('live');
  });
});

describe('waking up', () => {
  test('ends a pause at once', () => {
    const { network, connection } = live();
    connection.restart();
    expect(network.open).toHaveLength(0);
    connection.wake();
    expect(connection.state.state).toBe('connecting');
    vi.advanceTimersByTime(PATIENCE.retryMax);
    expect(network.wires.length).toBeLessThanOrEqual(3);
    expect(network.open.length).toBeLessThanOrEqual(1);
  });

  test('doubts a wire that looks alive: 3 s', () => {
    const { network, heard, connection } = live();
    connection.wake();
    expect(network.wire.said).toEqual([{ type: 'ping' }]);
    vi.advanceTimersByTime(PATIENCE.pong);
    expect(heard.slice(0, 2)).toEqual(['lost', 'waiting']);
  });

  test('does nothing after the end', () => {
    const { network, connection } = live();
    connection.end();
    connection.wake();
    vi.advanceTimersByTime(60_000);
    expect(network.wires).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

test('a server that is about to stop is left at a moment of our own, once', () => {
  const { network, heard } = live();
  network.wire.say({ type: 'goaway', withinMs: 8000 });
  expect(network.wires).toHaveLength(1);
  vi.advanceTimersByTime(8000);
  expect(network.wires).toHaveLength(2);
  expect(network.open).toHaveLength(1);
  expect(heard).toEqual(['lost', 'connecting']);
});

test('a server that stopped before that moment is not left a second time', () => {
  const { network, connection } = live();
  network.wire.say({ type: 'goaway', withinMs: 8000 });
  network.wire.breakWith(CLOSE.drain.code);
  connection.wake();
  connection.established();
  vi.advanceTimersByTime(8000);
  expect(network.wires).toHaveLength(2);
});

test('tries count on when a server lets us in and drops us again', () => {
  const { network, connection } = live();
  for (let i = 1; i <= 4; i++) {
    network.wire.breakWith(CLOSE.tooSlow.code);
    expect(connection.state).toMatchObject({ state: 'waiting', tries: i });
    connection.wake();
    connection.established();
  }
  vi.advanceTimersByTime(PATIENCE.steady);
  network.wire.breakWith(1006);
  expect(connection.state).toMatchObject({ state: 'waiting', tries: 1 });
});
