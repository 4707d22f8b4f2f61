import type { LookAnswer } from '@mayfly/client';
import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Lobby, type LobbySight } from './lobby.ts';

const ROOM = { outcome: 'room', count: 3, history: 'all', full: false, closed: false } as const;

let page = Object.assign(new EventTarget(), { visibilityState: 'visible' });

beforeEach(() => {
  vi.useFakeTimers();
  page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  vi.stubGlobal('document', page);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function open(...answers: readonly LookAnswer[]) {
  const left = [...answers];
  const look = vi.fn<(until: AbortSignal) => Promise<LookAnswer>>(
    async () => left.shift() ?? { outcome: 'unknown' },
  );
  const denied = vi.fn<() => void>();
  const sight = signal<LobbySight | undefined>(undefined);
  const show = (shown: LobbySight | undefined) => void (sight.value = shown);
  const lobby = new Lobby({ look, show, denied });
  await vi.advanceTimersByTimeAsync(0);
  return { lobby, sight, look, denied };
}

test('LOOK-2: the invitation shows what the server says, and counts down', async () => {
  const { sight, look } = await open({ ...ROOM, expiresInMs: 90_000 });
  expect(sight.value).toMatchObject({ count: 3, expiresInMs: 90_000 });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sight.value?.expiresInMs).toBe(30_000);
  expect(look).toHaveBeenCalledTimes(1);
});

test('LOOK-4: when the time is up it looks again, because someone may have written', async () => {
  const { sight, look } = await open({ ...ROOM, expiresInMs: 15_000 }, { ...ROOM, expiresInMs: 60_000 });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(look).toHaveBeenCalledTimes(2);
  expect(sight.value?.expiresInMs).toBe(60_000);
});

test('LOOK-3: a dead link says so before a name is typed', async () => {
  const { denied } = await open({ outcome: 'denied' });
  expect(denied).toHaveBeenCalledTimes(1);
});

test('LOOK-4: an unknown answer shows nothing and is not asked for again', async () => {
  const { sight, look, denied } = await open({ outcome: 'unknown' });
  await vi.advanceTimersByTimeAsync(600_000);
  expect(sight.value).toBeUndefined();
  expect(look).toHaveBeenCalledTimes(1);
  expect(denied).not.toHaveBeenCalled();
});

test('a page that comes back into view after half a minute looks again', async () => {
  const { look } = await open({ ...ROOM, expiresInMs: 600_000 }, { ...ROOM, expiresInMs: 600_000 });
  page.dispatchEvent(new Event('visibilitychange'));
  expect(look).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(40_000);
  page.dispatchEvent(new Event('visibilitychange'));
  expect(look).toHaveBeenCalledTimes(2);
});

test('disposed, it stops its request, its timer and its listeners', async () => {
  const { lobby, look, denied } = await open();
  lobby[Symbol.dispose]();
  expect(look.mock.calls[0]?.[0].aborted).toBe(true);
  page.dispatchEvent(new Event('visibilitychange'));
  expect(vi.getTimerCount()).toBe(0);
  expect(look).toHaveBeenCalledTimes(1);
  expect(denied).not.toHaveBeenCalled();
});

test('an answer that arrives after disposal changes nothing', async () => {
  const givers: ((answer: LookAnswer) => void)[] = [];
  const late = new Promise<LookAnswer>((resolve) => givers.push(resolve));
  const denied = vi.fn<() => void>();
  const lobby = new Lobby({ look: () => late, show: () => expect.unreachable(), denied });
  lobby[Symbol.dispose]();
  for (const give of givers) give({ outcome: 'denied' });
  await vi.advanceTimersByTimeAsync(0);
  expect(denied).not.toHaveBeenCalled();
});
