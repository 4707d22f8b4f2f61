import { expect, test } from 'vitest';
import { TestClock } from '../testing/clock.ts';
import { roomId } from '../testing/signer.ts';
import { limitsAt } from './limits.ts';
import { PassphraseGuard } from './passphrase-guard.ts';

const [ROOM, OTHER] = [roomId('Room11'), roomId('Room22')];
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function open() {
  const clock = new TestClock();
  const guard = new PassphraseGuard(limitsAt('default').passphrases, () => clock.now());
  /** How many of these may try; each is wrong. */
  const wrong = (count: number, address: object, room = ROOM) =>
    Array.from({ length: count }, () => {
      const { mayTry, wrong: isWrong } = guard.budgetFor(address);
      if (mayTry(room) !== undefined) return 0;
      isWrong(room);
      return 1;
    }).filter((one) => one === 1).length;
  return { clock, guard, wrong };
}

test('LIMIT-12: an address is wrong five times in a minute; the sixth try is put off, right or wrong', () => {
  const { clock, guard, wrong } = open();
  const [ann, bob] = [{}, {}];
  expect(wrong(9, ann)).toBe(5);
  expect(guard.budgetFor(ann).mayTry(ROOM)).toEqual({ code: 'rate', retryAfterMs: 12_000 });
  expect(guard.budgetFor(bob).mayTry(ROOM)).toBeUndefined();
  expect(guard.budgetFor(ann).mayTry(OTHER)).toBeUndefined();
  clock.pass(12_000);
  expect(wrong(9, ann)).toBe(1);
});

test('LIMIT-12: and twenty times in an hour', () => {
  const { clock, wrong } = open();
  const ann = {};
  const perMinute = Array.from({ length: 10 }, () => {
    clock.pass(MINUTE);
    return wrong(9, ann);
  });
  expect(perMinute.slice(0, 4)).toEqual([5, 5, 5, 5]);
  expect(perMinute.slice(4).every((count) => count <= 1)).toBe(true);
});

test('LIMIT-12: many addresses are wrong thirty times in a minute, and three hundred times in an hour', () => {
  const { clock, wrong } = open();
  const crowd = (count: number) => Array.from({ length: count }, () => wrong(1, {})).filter(Boolean).length;
  expect(crowd(100)).toBe(30);
  let all = 30;
  for (let minute = 0; minute < 20; minute++) {
    clock.pass(MINUTE);
    all += crowd(100);
  }
  expect(all).toBe(300 + 20 * 5);
  clock.pass(MINUTE);
  expect(crowd(100)).toBe(5);
});

test('LIMIT-12: what no longer matters is forgotten', () => {
  const { clock, guard, wrong } = open();
  wrong(5, {});
  wrong(5, {}, OTHER);
  guard.forget();
  expect(guard.size).toBe(2);
  clock.pass(HOUR);
  guard.forget();
  expect(guard.size).toBe(0);
});
