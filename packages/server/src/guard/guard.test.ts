import { describe, expect, test, vi } from 'vitest';
import { TestClock } from '../testing/clock.ts';
import { SeededRandom } from '../testing/random.ts';
import { roomId } from '../testing/signer.ts';
import { Guard, type LoadReport } from './guard.ts';
import { type RateLevel, limitsAt } from './limits.ts';
import type { Vitals } from './pressure.ts';
import type { Slowed } from './connection-budget.ts';

const MINUTE = 60_000;
const ROOM = roomId('Room11');

function open(level: RateLevel = 'default') {
  const clock = new TestClock();
  const vitals = { memoryShare: 0, loopP99Ms: 0 };
  const read = vi.fn<() => Vitals>(() => vitals);
  const [shed, onTrouble] = [vi.fn<() => void>(), vi.fn<(error: unknown) => void>()];
  const limits = limitsAt(level);
  const random = new SeededRandom(3).bytes;
  const reports: string[] = [];
  const report: LoadReport = {
    overloaded: (trouble) => void reports.push(trouble),
    relieved: (lastedMs) => void reports.push(`relieved after ${lastedMs}`),
  };
  const guard = new Guard({ limits, clock, random, vitals: read, report, shed, onTrouble });
  return { clock, vitals, read, shed, onTrouble, reports, guard };
}

/** How many of these tries pass, and the first refusal. */
function tries(count: number, one: (i: number) => Slowed | undefined) {
  const refused = Array.from({ length: count }, (_, i) => one(i)).filter((slowed) => slowed !== undefined);
  return { through: count - refused.length, refused: refused[0] };
}

describe('LIMIT-7: an address', () => {
  test('connects ten times a second, forty times at once', () => {
    const { clock, guard } = open();
    const connect = () => guard.connect('203.0.113.1');
    expect(tries(60, connect)).toEqual({ through: 40, refused: { code: 'rate', retryAfterMs: 100 } });
    expect(guard.connect('203.0.113.2')).toBeUndefined();
    clock.pass(1_000);
    expect(tries(60, connect).through).toBe(10);
  });

  test('has at most 1,000 open sockets', () => {
    const { guard } = open();
    const budgets = Array.from({ length: 1_000 }, () => guard.budgetFor('203.0.113.1'));
    expect(guard.connect('203.0.113.1')).toEqual({ code: 'rate', retryAfterMs: 10_000 });
    expect(guard.connect('203.0.113.2')).toBeUndefined();
    budgets[0]?.[Symbol.dispose]();
    expect(guard.connect('203.0.113.1')).toBeUndefined();
  });

  test('has at most 1,200 open TCP connections', () => {
    const { guard } = open();
    const arrivals = Array.from({ length: 1_200 }, () => guard.arrive('203.0.113.1'));
    expect(arrivals).not.toContain(undefined);
    expect(guard.arrive('203.0.113.1')).toBeUndefined();
    expect(guard.arrive('203.0.113.2')).toBeDefined();
    arrivals[0]?.[Symbol.dispose]();
    expect(guard.arrive('203.0.113.1')).toBeDefined();
  });

  test('creates six rooms a minute, ten at once; charters count separately', () => {
    const { clock, guard } = open();
    expect(tries(30, () => guard.create('::1'))).toEqual({
      through: 10,
      refused: { code: 'rate', retryAfterMs: 10_000 },
    });
    expect(tries(30, () => guard.charter('::1')).through).toBe(10);
    clock.pass(MINUTE);
    expect(tries(30, () => guard.create('::1')).through).toBe(6);
  });

  test.each(['create', 'charter'] as const)('a whole IPv6 /48 may do five times as many (%s)', (what) => {
    const { clock, guard } = open();
    let next = 0;
    const each = () => guard[what](`2001:db8:1:${(next++).toString(16)}::1`);
    expect(tries(256, each)).toEqual({ through: 50, refused: { code: 'rate', retryAfterMs: 2_000 } });
    expect(guard[what]('2001:db8:2::1')).toBeUndefined();
    expect(guard[what]('203.0.113.1')).toBeUndefined();
    clock.pass(MINUTE);
    expect(tries(256, each).through).toBe(30);
  });

  test('an address over its own rate takes nothing from its /48', () => {
    const { guard } = open();
    tries(500, () => guard.create('2001:db8:1:1::1'));
    expect(tries(500, () => guard.create('2001:db8:1:2::1')).through).toBe(10);
  });

  test('a refusal by the /48 takes nothing from the address', () => {
    const { clock, guard } = open();
    const [first, ...others] = ['1', '2', '3', '4', '5', '6'].map((i) => `2001:db8:1:${i}::1`);
    for (const address of others) tries(10, () => guard.create(address));
    expect(tries(100, () => guard.create(first ?? '')).through).toBe(0);
    clock.pass(20_000);
    expect(tries(100, () => guard.create(first ?? '')).through).toBe(10);
  });

  test.each([
    ['sockets', 1_000, (guard: Guard) => guard.budgetFor('203.0.113.1')],
    ['TCP connections', 1_200, (guard: Guard) => guard.arrive('203.0.113.1')],
  ])('is not forgotten while its %s are open, even if they stay silent', (_what, most, take) => {
    const { clock, guard } = open();
    const mayOneMore = () =>
      guard.connect('203.0.113.1') === undefined && guard.arrive('203.0.113.1') !== undefined;
    const taken = Array.from({ length: most }, () => take(guard));
    for (let hour = 0; hour < 3; hour++) {
      clock.pass(60 * MINUTE);
      expect(mayOneMore()).toBe(false);
    }
    for (const one of taken) one?.[Symbol.dispose]();
    expect(mayOneMore()).toBe(true);
  });
});

describe('LIMIT-8: failed joins', () => {
  test('ten bar the address for a minute, on open connections too', () => {
    const { clock, guard } = open();
    const budget = guard.budgetFor('203.0.113.1');
    for (let i = 0; i < 9; i++) budget.joinFailed(i % 2 === 0 ? 'key' : 'owner');
    expect(budget.mayJoin('key')).toBeUndefined();
    budget.joinFailed('key');
    const barred = { code: 'rate', retryAfterMs: 60_000 };
    expect(budget.mayJoin('key')).toEqual(barred);
    expect(budget.mayJoin('member')).toEqual(barred);
    expect(guard.connect('203.0.113.1')).toEqual(barred);
    expect(guard.connect('203.0.113.2')).toBeUndefined();
    clock.pass(59_000);
    expect(guard.connect('203.0.113.1')).toEqual({ code: 'rate', retryAfterMs: 1_000 });
    clock.pass(1_000);
    expect(guard.connect('203.0.113.1')).toBeUndefined();
    expect(budget.mayJoin('key')).toBeUndefined();
  });

  test('ten slow ones bar no one', () => {
    const { clock, guard } = open();
    const budget = guard.budgetFor('203.0.113.1');
    for (let i = 0; i < 40; i++) {
      budget.joinFailed('key');
      clock.pass(6_000);
    }
    expect(guard.connect('203.0.113.1')).toBeUndefined();
  });

  test('members that return to a room that is gone don’t count: after a restart a whole office does', () => {
    const { guard } = open();
    const budget = guard.budgetFor('203.0.113.1');
    for (let i = 0; i < 500; i++) budget.joinFailed('member');
    expect(guard.connect('203.0.113.1')).toBeUndefined();
  });
});

describe('LIMIT-9: the process', () => {
  test('accepts 1,500 handshakes a second; an address over its own rate takes none of them', () => {
    const { clock, guard } = open();
    tries(5_000, () => guard.connect('198.51.100.1'));
    const connect = (i: number) => guard.connect(`203.0.${i >> 8}.${i & 0xff}`);
    expect(tries(3_000, connect)).toEqual({ through: 1_460, refused: { code: 'busy', retryAfterMs: 5_000 } });
    clock.pass(1_000);
    expect(tries(3_000, connect).through).toBe(1_500);
  });
});

describe('LIMIT-6: a room', () => {
  test('accepts 100 messages a second from all members together, and is forgotten when it is quiet', () => {
    const { clock, guard } = open();
    const members = Array.from({ length: 20 }, () => guard.budgetFor('203.0.113.1'));
    const send = (i: number) => members[i % 20]?.send(ROOM, 300);
    expect(tries(200, send)).toEqual({ through: 100, refused: { code: 'busy', retryAfterMs: 10 } });
    expect(members[0]?.send(roomId('Room22'), 300)).toBeUndefined();
    expect(guard.busyRooms).toBe(2);
    clock.pass(2_000);
    expect(guard.busyRooms).toBe(0);
    expect(tries(60, send).through).toBe(60);
  });

  test('a message refused as busy costs the member nothing', () => {
    const { clock, guard } = open();
    const [ann, ...others] = Array.from({ length: 9 }, () => guard.budgetFor('203.0.113.1'));
    tries(100, (i) => others[i % 8]?.send(ROOM, 300));
    expect(tries(50, () => ann?.send(ROOM, 300)).through).toBe(0);
    clock.pass(1_000);
    expect(tries(50, () => ann?.send(ROOM, 300)).through).toBe(15);
  });
});

test('LIMIT-5: two signals a second, after a burst of four', () => {
  const { clock, guard } = open();
  const budget = guard.budgetFor('203.0.113.1');
  expect([1, 2, 3, 4, 5].map(() => budget.ephemeral())).toEqual([true, true, true, true, false]);
  clock.pass(1_000);
  expect([1, 2, 3].map(() => budget.ephemeral())).toEqual([true, true, false]);
});

test('LIMIT-5: large messages count by bytes', () => {
  const { clock, guard } = open();
  const ann = guard.budgetFor('203.0.113.1');
  expect(tries(10, () => ann.send(ROOM, 16_384))).toEqual({
    through: 4,
    refused: { code: 'rate', retryAfterMs: 500 },
  });
  clock.pass(2_000);
  expect(tries(10, () => ann.send(ROOM, 16_384)).through).toBe(4);
});

test('LIMIT-10: vitals are read once a second, and memory is released while it is short', () => {
  const { clock, guard, vitals, shed } = open();
  vitals.memoryShare = 0.9;
  clock.pass(999);
  expect([guard.trouble, shed.mock.calls.length]).toEqual([undefined, 0]);
  clock.pass(3_001);
  expect([guard.trouble, shed.mock.calls.length]).toEqual(['shedding', 4]);
  vitals.memoryShare = 0.5;
  clock.pass(1_000);
  expect([guard.trouble, shed.mock.calls.length]).toEqual([undefined, 4]);
  guard[Symbol.dispose]();
  expect(clock.pending).toBe(0);
});

test('LIMIT-10: reports when load shedding starts, gets stricter and ends', () => {
  const { clock, guard, vitals, reports } = open();
  const at = (memoryShare: number, seconds: number) => {
    vitals.memoryShare = memoryShare;
    clock.pass(seconds * 1_000);
  };
  at(0.75, 3);
  at(0.85, 3);
  at(0.75, 3);
  expect(reports).toEqual(['rooms', 'newcomers']);
  expect(guard.incident).toEqual({ trouble: 'rooms', seconds: 8 });
  at(0.5, 4);
  at(0.7, 1);
  at(0.5, 5);
  expect(reports).toEqual(['rooms', 'newcomers', 'relieved after 13000']);
  expect(guard.incident).toBeUndefined();
});

test('LIMIT-10: after a failed reading the last one stays in effect', () => {
  const { clock, guard, vitals, read, onTrouble } = open();
  vitals.memoryShare = 0.9;
  clock.pass(1_000);
  const failure = new Error('EMFILE: too many open files');
  read.mockImplementationOnce(() => {
    throw failure;
  });
  clock.pass(1_000);
  expect(onTrouble.mock.calls).toEqual([[failure]]);
  expect(guard.trouble).toBe('shedding');
  vitals.memoryShare = 0.5;
  clock.pass(1_000);
  expect(guard.trouble).toBeUndefined();
});

function passed(level: RateLevel) {
  const { clock, guard, vitals } = open(level);
  vitals.loopP99Ms = 10_000;
  clock.pass(2_000);
  const connects = tries(2_000, () => guard.connect('203.0.113.1')).through;
  const ann = guard.budgetFor('203.0.113.1');
  const messages = tries(2_000, () => ann.send(ROOM, 100)).through;
  const frames = Array.from({ length: 2_000 }, () => ann.frame(100)).filter(Boolean).length;
  clock.pass(1_000);
  const more = tries(2_000, () => guard.connect('203.0.113.1')).through;
  return { connects, more, messages, frames, trouble: guard.trouble };
}

test.each([
  ['off', { connects: 2_000, more: 2_000, messages: 2_000, frames: 2_000, trouble: undefined }],
  ['default', { connects: 40, more: 10, messages: 15, frames: 150, trouble: 'slow' }],
  ['strict', { connects: 20, more: 5, messages: 8, frames: 75, trouble: 'slow' }],
] as const)('RATE_LIMITS=%s', (level, expected) => {
  expect(passed(level)).toEqual(expected);
});
