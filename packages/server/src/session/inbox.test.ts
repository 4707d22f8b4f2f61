import { expect, test } from 'vitest';
import type { Frame } from '../delivery/frame.ts';
import { settled } from '../testing/clock.ts';
import { INBOX_MAX, Inbox } from './inbox.ts';

/** An inbox whose frames are handled when the test says so. */
function setUp() {
  const handled: Frame[] = [];
  const errors: unknown[] = [];
  const pending: { readonly done: () => void; readonly failed: (error: Error) => void }[] = [];
  const inbox = new Inbox({
    handle: (frame) => {
      handled.push(frame);
      return new Promise<void>((done, failed) => void pending.push({ done, failed }));
    },
    onError: (error) => {
      errors.push(error);
      inbox.clear();
    },
  });
  const next = async () => {
    pending.shift()?.done();
    await settled();
  };
  const fail = async () => {
    pending.shift()?.failed(new Error('broken'));
    await settled();
  };
  return { inbox, handled, errors, next, fail };
}

test('FRAME-5: the first frame is handled at once, each other one after the one before it', async () => {
  const { inbox, handled, next } = setUp();
  for (const frame of ['a', 'b', 'c']) expect(inbox.push(frame)).toBe(true);
  expect(handled).toEqual(['a']);
  await next();
  expect(handled).toEqual(['a', 'b']);
  await next();
  await next();
  expect(inbox.push('d')).toBe(true);
  expect(handled).toEqual(['a', 'b', 'c', 'd']);
});

test.each([
  ['number', 1, INBOX_MAX.frames],
  ['bytes', INBOX_MAX.bytes / 8, 8],
])('FRAME-5: what waits is bounded by %s, and handled frames make room', async (_what, bytes, most) => {
  const { inbox, next } = setUp();
  const frame = new Uint8Array(bytes);
  inbox.push(frame);
  for (let i = 0; i < most; i++) expect(inbox.push(frame)).toBe(true);
  await next();
  expect(inbox.push(frame)).toBe(true);
  expect(inbox.push(frame)).toBe(false);
});

test('FRAME-5: frames that are handled at once never wait, however many come in one go', () => {
  const handled: Frame[] = [];
  const inbox = new Inbox({
    handle: (frame) => {
      handled.push(frame);
      if (frame === 'a') for (const more of ['b', 'c']) inbox.push(more);
      return undefined;
    },
    onError: (error) => {
      throw error;
    },
  });
  expect(inbox.push('a')).toBe(true);
  for (let i = 0; i <= INBOX_MAX.frames; i++) expect(inbox.push('d')).toBe(true);
  expect(handled.slice(0, 4)).toEqual(['a', 'b', 'c', 'd']);
  expect(handled).toHaveLength(INBOX_MAX.frames + 4);
});

test('cleared frames are never handled', async () => {
  const { inbox, handled, next } = setUp();
  for (const frame of ['a', 'b']) inbox.push(frame);
  inbox.clear();
  await next();
  expect(handled).toEqual(['a']);
});

test('a failure is reported once, and a later frame is handled', async () => {
  const { inbox, handled, errors, fail } = setUp();
  for (const frame of ['a', 'b']) inbox.push(frame);
  await fail();
  expect([handled, errors]).toEqual([['a'], [new Error('broken')]]);
  inbox.push('c');
  expect(handled).toEqual(['a', 'c']);
});
