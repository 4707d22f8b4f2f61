// The order of what a room receives, with pauses and without.

import { expect, test } from 'vitest';
import type { OpenedMessage } from './crypto/envelope.ts';
import type { SignatureChecker } from './crypto/web-signatures.ts';
import { Intake, WAITING_MAX } from './intake.ts';
import type { Sliced } from './log/sliced.ts';

type Check = Parameters<SignatureChecker['check']>;

/** An intake whose tasks and checks the test runs by hand. */
function make({ checking = false } = {}) {
  const tasks: (() => void)[] = [];
  const checks: Check[] = [];
  const done: string[] = [];
  const intake = new Intake({
    checks: () => (checking ? { check: (...check) => void checks.push(check) } : undefined),
    nextTask: (run) => void tasks.push(run),
  });
  const put = (name: string, ...yields: readonly (readonly OpenedMessage[])[]) =>
    intake.put(function* (): Sliced<void> {
      for (const wanted of yields) {
        const signed = yield wanted;
        done.push(`${name}${signed === undefined ? '' : ` ${signed.size} signed`}`);
      }
      done.push(name);
    });
  return { intake, tasks, checks, done, put };
}

const message: OpenedMessage = {
  sess: new Uint8Array(4),
  count: 1,
  prev: new Uint8Array(32),
  statement: { logTag: new Uint8Array(4), seq: 0, events: 0, seen: new Uint8Array(8) },
  at: 0,
  ctype: 1,
  name: '',
  body: '',
  ttl: 0,
  epoch: 0,
  pk: new Uint8Array(32),
  flags: 0,
  mid: new Uint8Array(32),
  signature: new Uint8Array(64),
  delH: new Uint8Array(16),
};

test('what needs no pause is done at once', () => {
  const { intake, done, put } = make();
  put('a', [message]);
  expect(done).toEqual(['a', 'a']);
  expect(intake.isIdle).toBe(true);
});

test('what pauses goes on in the next task, and what comes after it waits', () => {
  const { intake, tasks, done, put } = make();
  put('a', []);
  put('b');
  expect([done, intake.isIdle]).toEqual([[], false]);
  tasks.shift()?.();
  expect([done, intake.isIdle]).toEqual([['a', 'a', 'b'], true]);
});

test('the verdicts on signatures come back to the work that asked', () => {
  const { checks, done, put } = make({ checking: true });
  put('a', [message]);
  put('b');
  const [wanted, tell] = checks[0] ?? expect.unreachable();
  expect(wanted).toEqual([message]);
  tell(new Set([message]));
  expect(done).toEqual(['a 1 signed', 'a', 'b']);
});

test('who can’t wait gets everything at once; a pause that ends later changes nothing', () => {
  const { intake, tasks, checks, done, put } = make({ checking: true });
  put('a', [message], []);
  put('b', []);
  intake.finish();
  expect(done).toEqual(['a', 'a', 'a', 'b', 'b']);
  put('c', [message]);
  checks[0]?.[1](new Set([message]));
  for (const run of tasks) run();
  expect(done).toHaveLength(5);
  checks[1]?.[1](new Set());
  expect(done.slice(5)).toEqual(['c 0 signed', 'c']);
});

test('past 64 that wait, nothing pauses', () => {
  const { done, put } = make({ checking: true });
  put('first', [message]);
  for (let i = 0; i < WAITING_MAX; i++) put(`${i}`);
  expect(done).toEqual([]);
  put('last');
  expect(done).toHaveLength(2 + WAITING_MAX + 1);
  expect(done.at(-1)).toBe('last');
});

test('cleared, nothing comes', () => {
  const { intake, tasks, done, put } = make();
  put('a', []);
  put('b');
  intake.clear();
  for (const run of tasks) run();
  expect([done, intake.isIdle]).toEqual([[], true]);
});

test('work that is finished from inside of itself goes on undisturbed', () => {
  const { intake, done, put } = make();
  intake.put(function* (): Sliced<void> {
    intake.finish();
    put('b');
    done.push('a');
    yield [message];
  });
  expect(done).toEqual(['a', 'b']);
});
