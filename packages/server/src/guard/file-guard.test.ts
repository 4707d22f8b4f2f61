// What an address may send, fetch and store (rule LIMIT-11).

import { expect, test } from 'vitest';
import { SALT_MS, limitsAt } from './limits.ts';
import { FileGuard } from './file-guard.ts';
import { SeededRandom } from '../testing/random.ts';
import { roomId } from '../testing/signer.ts';

const MIB = 2 ** 20;
const [HERE, NEAR, SITE, FAR] = ['2001:db8:1:1::1', '2001:db8:1:1::2', '2001:db8:1:2::1', '2001:db8:2:1::1'];
const [ROOM, OTHER] = [roomId('Room11'), roomId('Room22')];
const MINUTE_MS = 60_000;

function setUp(level: 'default' | 'strict' | 'off' = 'default') {
  let now = 1_000;
  const guard = new FileGuard({
    limits: limitsAt(level).files,
    places: { openBytes: 50 * MIB, heldBytes: 64 * MIB, allBytes: 200 * MIB },
    random: new SeededRandom(3).bytes,
    now: () => now,
  });
  const begin = (address: string, direction: 'up' | 'down' = 'up') => {
    const transfer = guard.begin(address, direction);
    if ('retryAfterMs' in transfer) throw new Error('too many');
    return transfer;
  };
  const place = (address: string, fid: string, mib: number, room = ROOM) =>
    guard.place(address, room, fid, mib * MIB, MINUTE_MS);
  return { guard, begin, place, pass: (ms: number) => void (now += ms) };
}

const tooMuch = { code: 'rate', retryAfterMs: 60_000 };

test('eight requests at a time of one address, whose neighbors are the same', () => {
  const { guard, begin } = setUp();
  const open = Array.from({ length: 8 }, (_, i) => begin(i % 2 === 0 ? HERE : NEAR));
  expect(guard.begin(HERE, 'down')).toEqual({ code: 'rate', retryAfterMs: 1_000 });
  begin(FAR)[Symbol.dispose]();
  open[0]?.[Symbol.dispose]();
  expect('retryAfterMs' in guard.begin(NEAR, 'up')).toBe(false);
});

test('256 requests at a time of all addresses', () => {
  const { guard, begin } = setUp();
  for (let i = 0; i < 256; i++) begin(`10.0.${i >> 3}.1`);
  expect(guard.begin(FAR, 'up')).toEqual({ code: 'rate', retryAfterMs: 1_000 });
});

test('64 MiB a minute up and 256 MiB down, and what was not sent comes back', () => {
  const { begin, pass } = setUp();
  const up = begin(HERE, 'up');
  for (let i = 0; i < 64; i++) expect(up.charge(MIB)).toBeUndefined();
  expect(up.charge(MIB)).toEqual({ code: 'rate', retryAfterMs: 938 });
  pass(938);
  expect(up.charge(MIB)).toBeUndefined();
  const down = begin(HERE, 'down');
  expect(down.charge(256 * MIB)).toBeUndefined();
  expect(down.charge(1)).toBeDefined();
  down.refund(100 * MIB);
  expect(down.charge(100 * MIB)).toBeUndefined();
  expect(down.charge(1)).toBeDefined();
});

test('open files: twice the largest; whole ones only count toward what is stored', () => {
  const { guard, place } = setUp();
  expect(place(HERE, 'a', 25)).toBe('new');
  expect(place(HERE, 'a', 25)).toBe('known');
  expect(place(NEAR, 'b', 25)).toBe('new');
  expect(place(HERE, 'c', 1)).toEqual(tooMuch);
  guard.lasts(ROOM, 'a', 10 * MINUTE_MS, true);
  expect(place(HERE, 'c', 14)).toBe('new');
  expect(place(HERE, 'd', 1)).toEqual(tooMuch);
  guard.gone(ROOM, 'b');
  expect(place(HERE, 'd', 25)).toBe('new');
});

test('an eighth of everything for one address, and the same for all of its /48', () => {
  const { guard, place } = setUp();
  place(HERE, 'a', 40);
  expect(place(SITE, 'b', 25)).toEqual(tooMuch);
  expect(place(SITE, 'b', 24)).toBe('new');
  expect(place(FAR, 'c', 25)).toBe('new');
  guard.gone(ROOM, 'a');
  expect(place(SITE, 'd', 24, OTHER)).toBe('new');
});

test('MAX_FILES_MB: all addresses together, to the last byte, and again when something is gone', () => {
  const { guard, place, pass } = setUp();
  for (let i = 0; i < 4; i++) expect(place(`10.0.0.${i}`, `a${i}`, 50)).toBe('new');
  expect(place(FAR, 'b', 1)).toBe('short');
  guard.gone(ROOM, 'a0');
  expect(place(FAR, 'b', 50)).toBe('new');
  pass(MINUTE_MS);
  expect(place(HERE, 'c', 50)).toBe('new');
  expect(guard.heldBytes).toBe(50 * MIB);
});

test('a file stops counting when its time is over, and all of a room when that ends', () => {
  const { guard, place, pass } = setUp();
  place(HERE, 'a', 50);
  pass(MINUTE_MS - 1);
  expect(place(HERE, 'b', 50)).toEqual(tooMuch);
  guard.lasts(ROOM, 'a', 10, false);
  pass(10);
  expect(place(HERE, 'b', 30)).toBe('new');
  place(HERE, 'c', 20, OTHER);
  guard.roomEnded(ROOM);
  expect(place(HERE, 'd', 30)).toBe('new');
  expect(place(HERE, 'e', 1)).toEqual(tooMuch);
});

test('LIMIT-7: an address is remembered under new salts while it has something stored, and not longer', () => {
  const { guard, place, pass } = setUp();
  guard.place(HERE, ROOM, 'a', 50 * MIB, 5 * SALT_MS);
  for (let i = 0; i < 4; i++) {
    pass(SALT_MS);
    guard.rotate();
    expect(place(HERE, 'b', 1)).toEqual(tooMuch);
  }
  pass(SALT_MS);
  for (let i = 0; i < 2; i++) guard.rotate();
  expect(guard.keys).toEqual([]);
  expect(place(HERE, 'b', 50)).toBe('new');
});

test('RATE_LIMITS: strict halves, off refuses nothing', () => {
  const strict = setUp('strict');
  for (let i = 0; i < 4; i++) strict.begin(HERE);
  expect('retryAfterMs' in strict.guard.begin(HERE, 'up')).toBe(true);
  const off = setUp('off');
  for (let i = 0; i < 300; i++) expect(off.begin(HERE).charge(100 * MIB)).toBeUndefined();
  expect(off.place(HERE, 'a', 200)).toBe('new');
});
