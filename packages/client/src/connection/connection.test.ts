import { CLOSE, type RefusedCode } from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import { Connection, PATIENCE, retryDelay } from './connection.ts';
import { seededRandom } from '../testing/random.ts';
import { NetworkDouble } from '../testing/wire-double.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function connect(seed = 'connection') {
  const network = new NetworkDouble();
  const events: string[] = [];
  const connection = new Connection(
    { transport: network.transport, clock: systemClock, random: seededRandom(seed) },
    {
      greeting: (frame) => void events.push(`greeted ${frame.type}`),
      live: (frame) => void events.push(frame.type),
      sealed: (frame) => void events.push(frame.type),
      changed: () => void events.push(connection.state.state),
      lost: () => void events.push('lost'),
      over: (code) => void events.push(`over ${code}`),
    },
  );
  connection.start();
  return { network, events, connection };
}

function live(seed?: string) {
  const started = connect(seed);
  started.connection.established();
  started.events.length = 0;
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
      const { network, events, connection } = live();
      network.wire.breakWith(code);
      vi.advanceTimersByTime(60_000);
      if (comeback === 'never') {
        expect(events).toEqual([`over ${code}`]);
        expect(connection.state.state).toBe('ended');
        expect(network.wires).toHaveLength(1);
      } else {
        expect(events.slice(0, 3)).toEqual(['lost', 'waiting', 'connecting']);
        expect(network.wires.length).toBeGreaterThan(1);
      }
    });
  }
});

describe('CLOSE-2: an unknown code from 4500 to 4999', () => {
  test.each([4500, 4999])('%d ends the connection for good', (code) => {
    const { network, events, connection } = live();
    network.wire.breakWith(code);
    vi.advanceTimersByTime(60_000);
    expect(events).toEqual([`over ${code}`]);
    expect(connection.state.state).toBe('ended');
    expect(network.wires).toHaveLength(1);
  });
});

function putOffBy(code: number, refused?: RefusedCode) {
  const { network, connection } = connect();
  if (refused !== undefined) network.wire.say({ type: 'refused', code: refused, retryAfterMs: 5_000 });
  network.wire.breakWith(code);
  const { state } = connection;
  if (state.state !== 'waiting') throw new Error(state.state);
  return { network, putOff: state.putOff, retryInMs: state.retryInMs };
}

describe('REFUSED-1: a server that asks for a pause', () => {
  test.each([
    [CLOSE.busy.code, 'busy', 'busy'],
    [CLOSE.busy.code, 'rate', 'too_fast'],
    [CLOSE.busy.code, 'unavailable', 'unavailable'],
    [CLOSE.busy.code, 'server_full', 'server_full'],
    [CLOSE.tooFast.code, 'rate', 'too_fast'],
  ] as const)(
    '%d after `refused %s`: %s, and not before the pause it asked for',
    (code, refused, expected) => {
      const { network, putOff, retryInMs } = putOffBy(code, refused);
      expect(putOff).toBe(expected);
      expect(retryInMs).toBeGreaterThan(5_000);
      expect(retryInMs).toBeLessThanOrEqual(5_000 + retryDelay(0, 1));
      vi.advanceTimersByTime(4_999);
      expect(network.wires).toHaveLength(1);
      vi.advanceTimersByTime(retryInMs - 4_999);
      expect(network.wires).toHaveLength(2);
      network.wire.breakWith(CLOSE.busy.code);
      vi.advanceTimersByTime(retryDelay(1, 1));
      expect(network.wires).toHaveLength(3);
    },
  );

  test('without a pause, or for another reason: the usual backoff', () => {
    expect(putOffBy(CLOSE.busy.code)).toMatchObject({ putOff: 'busy' });
    expect(putOffBy(CLOSE.busy.code).retryInMs).toBeLessThanOrEqual(retryDelay(0, 1));
    expect(putOffBy(1006, 'busy').putOff).toBeUndefined();
    expect(putOffBy(1006, 'busy').retryInMs).toBeLessThanOrEqual(retryDelay(0, 1));
  });

  test('a refused message has no effect on the wire', () => {
    const { network, connection } = live();
    network.wire.say({ type: 'refused', n: 1, code: 'rate', retryAfterMs: 60_000 });
    network.wire.breakWith(CLOSE.busy.code);
    expect(connection.state).toMatchObject({ state: 'waiting', putOff: 'busy' });
    vi.advanceTimersByTime(retryDelay(0, 1));
    expect(network.wires).toHaveLength(2);
  });
});

describe('a wire', () => {
  test('is one at a time, or two while we move, through every way of losing it', () => {
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
      expect(network.open.length).toBeLessThanOrEqual(connection.state.state === 'live' ? 2 : 1);
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

  test('that was replaced has no more events', () => {
    const { network, events, connection } = live();
    const old = network.wire;
    connection.restart();
    events.length = 0;
    old.open = true;
    old.say({ type: 'ended', reason: 'expired' });
    old.breakWith(CLOSE.ended.code);
    expect(events).toEqual([]);
  });

  test('is pinged after 25 s of silence, and dropped 3 s later', () => {
    const { network, events } = live();
    vi.advanceTimersByTime(PATIENCE.silence - 1);
    expect(network.wire.said).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(network.wire.said).toEqual([{ type: 'ping' }]);
    vi.advanceTimersByTime(PATIENCE.pong - 1);
    expect(events).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(events.slice(0, 2)).toEqual(['lost', 'waiting']);
  });

  test('stays if anything arrives', () => {
    const { network, events } = live();
    for (let i = 0; i < 5; i++) {
      vi.advanceTimersByTime(PATIENCE.silence + 1000);
      network.wire.say({ type: 'pong' });
    }
    expect(network.wire.said).toHaveLength(5);
    expect(events).toEqual([]);
  });

  test('is not dead while its uplink drains', () => {
    const { network, events } = live();
    network.wire.bufferedBytes = 200_000;
    vi.advanceTimersByTime(PATIENCE.silence);
    for (let i = 0; i < 10; i++) {
      network.wire.bufferedBytes -= 10_000;
      vi.advanceTimersByTime(PATIENCE.pong);
    }
    expect(events).toEqual([]);
    vi.advanceTimersByTime(PATIENCE.pong);
    expect(events[0]).toBe('lost');
  });

  test('stays open after unknown frames', () => {
    const { network, events, connection } = live();
    network.wire.sayText('{"type":"from the future"}');
    network.wire.sayText('not json');
    network.wire.give(Uint8Array.of(0xff, 1, 2));
    expect(events).toEqual([]);
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

  test('pings a wire that looks alive, and gives it 3 s', () => {
    const { network, events, connection } = live();
    connection.wake();
    expect(network.wire.said).toEqual([{ type: 'ping' }]);
    vi.advanceTimersByTime(PATIENCE.pong);
    expect(events.slice(0, 2)).toEqual(['lost', 'waiting']);
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

describe('a server that is about to stop', () => {
  const WINDOW = 8000;

  /** Live, after a goaway, with the next wire open. */
  function moving() {
    const all = live();
    const old = all.network.wire;
    old.say({ type: 'goaway', withinMs: WINDOW });
    vi.advanceTimersByTime(WINDOW);
    expect(all.network.open).toHaveLength(2);
    return { ...all, old, next: all.network.wire };
  }

  test('is left at a random moment within the window', () => {
    const moments = Array.from({ length: 40 }, (_, i) => {
      const { network } = live(`herd ${i}`);
      network.wire.say({ type: 'goaway', withinMs: WINDOW });
      for (let ms = 0; ms < WINDOW; ms += 100) {
        if (network.wires.length > 1) return ms;
        vi.advanceTimersByTime(100);
      }
      return WINDOW;
    });
    expect(Math.min(...moments)).toBeLessThan(WINDOW / 4);
    expect(Math.max(...moments)).toBeGreaterThan((WINDOW * 3) / 4);
    expect(new Set(moments).size).toBeGreaterThan(15);
  });

  test('stays in use until the next wire is in the room; the page notices nothing', () => {
    const { network, events, connection, old, next } = moving();
    next.say({ type: 'challenge', nonce: new Uint8Array(32) });
    old.say({ type: 'life', expiresInMs: 1 });
    connection.say({ type: 'keep' });
    connection.answer({ type: 'leave' });
    expect(events).toEqual(['greeted challenge', 'life']);
    expect(old.said.at(-1)).toEqual({ type: 'keep' });
    expect(next.said).toEqual([{ type: 'leave' }]);
    connection.established();
    expect(network.open).toEqual([next]);
    next.say({ type: 'life', expiresInMs: 1 });
    expect(events).toEqual(['greeted challenge', 'life', 'life']);
    vi.advanceTimersByTime(PATIENCE.silence);
    expect(next.said.at(-1)).toEqual({ type: 'ping' });
  });

  for (const code of [CLOSE.replaced.code, CLOSE.drain.code, 1006]) {
    test(`JOIN-4: closes the old wire with ${code} before the welcome: the next one continues`, () => {
      const { network, events, connection, old, next } = moving();
      old.breakWith(code);
      expect(events).toEqual(['lost', 'connecting']);
      expect(network.open).toEqual([next]);
      next.say({ type: 'challenge', nonce: new Uint8Array(32) });
      connection.established();
      expect(events.slice(2)).toEqual(['greeted challenge', 'live']);
      vi.advanceTimersByTime(20_000);
      expect(network.wires).toHaveLength(2);
    });
  }

  test('4009 without a next wire means another tab', () => {
    const { events, network } = live();
    network.wire.breakWith(CLOSE.replaced.code);
    expect(events).toEqual([`over ${CLOSE.replaced.code}`]);
  });

  for (const code of [CLOSE.ended.code, CLOSE.kicked.code]) {
    test(`closes with ${code} while we move: it is over, and nothing runs on`, () => {
      const { events, network, old } = moving();
      old.breakWith(code);
      expect(events).toEqual([`over ${code}`]);
      expect(network.open).toHaveLength(0);
      expect(vi.getTimerCount()).toBe(0);
    });
  }

  test('and has no other: the old wire stays, and it is tried again with growing pauses', () => {
    const { network, events, connection, old } = moving();
    for (let tries = 0; tries < 4; tries++) {
      network.wire.breakWith(1006);
      expect(network.open).toEqual([old]);
      vi.advanceTimersByTime(retryDelay(tries, 1));
      expect(network.open).toHaveLength(2);
    }
    expect(events).toEqual([]);
    expect(connection.state.state).toBe('live');
  });

  test('and gets no answer: given up in time, the old wire stays', () => {
    const { network, events, old, connection } = moving();
    vi.advanceTimersByTime(PATIENCE.connect - WINDOW);
    old.say({ type: 'pong' });
    vi.advanceTimersByTime(WINDOW);
    expect(network.wires[1]?.open).toBe(false);
    expect(old.open).toBe(true);
    expect(connection.state.state).toBe('live');
    expect(events).toEqual([]);
  });

  for (const type of ['denied', 'full'] as const) {
    test(`${type} elsewhere: not reported to the room, and not tried again`, () => {
      const { network, events, old, next } = moving();
      next.say({ type });
      expect(events).toEqual([]);
      for (let i = 0; i < 6; i++) {
        vi.advanceTimersByTime(PATIENCE.retryStep * 20);
        old.say({ type: 'pong' });
      }
      expect(network.wires).toHaveLength(2);
      expect(network.open).toEqual([old]);
    });
  }

  test('an untrustworthy greeting: the old wire stays', () => {
    const { network, connection, old } = moving();
    connection.reject();
    expect(network.open).toEqual([old]);
    // The one that listens for silence.
    expect(vi.getTimerCount()).toBe(1);
    expect(connection.state.state).toBe('live');
  });

  test('that stopped before our random moment is not left a second time', () => {
    const { network, connection } = live();
    network.wire.say({ type: 'goaway', withinMs: WINDOW });
    network.wire.breakWith(CLOSE.drain.code);
    connection.wake();
    connection.established();
    vi.advanceTimersByTime(WINDOW);
    expect(network.wires).toHaveLength(2);
  });
});

test('tries keep counting if a server lets us in and drops us again', () => {
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
