import { parseRoomId } from '@mayfly/protocol';
import { expect, test, vi } from 'vitest';
import type { RoomView } from '../model/room-view.ts';
import { changeLink, isUnderWay, linkChangeOf } from './link-change.ts';

const id = parseRoomId('k3F9ab') ?? expect.unreachable();
type Changed = Awaited<ReturnType<RoomView['changeLink']>>;

function room() {
  const link = { room: { id, secret: '' }, url: 'old', isNew: false, keyIsKept: true };
  let settle: ((changed: Changed) => void) | undefined;
  const asked = () =>
    new Promise<Changed>((resolve) => {
      settle = resolve;
    });
  const view = { link, changeLink: vi.fn<RoomView['changeLink']>(asked) };
  const answer = async (changed: Changed) => {
    settle?.(changed);
    await view.changeLink.mock.results.at(-1)?.value;
  };
  const change = linkChangeOf(view);
  const options = () => view.changeLink.mock.lastCall?.[0];
  return { view, answer, options, change, underWay: () => isUnderWay(change.value, view.link.url) };
}

test('one at a time, with its progress, until the room has the new link', async () => {
  const { view, answer, options, change, underWay } = room();
  expect(underWay()).toBe(false);
  changeLink(view, { fresh: true, isAfterRemoval: true });
  changeLink(view);
  expect(view.changeLink).toHaveBeenCalledOnce();
  expect([options()?.fresh, underWay()]).toEqual([true, true]);
  options()?.onProgress?.(34, 120);
  expect(change.value).toEqual({ from: 'old', done: 34, all: 120, isAfterRemoval: true });
  change.value = change.value && { ...change.value, isAfterRemoval: false };
  options()?.onProgress?.(120, 120);
  expect(change.value).toEqual({ from: 'old', done: 120, all: 120, isAfterRemoval: false });
  await answer({ ok: true });
  expect(underWay()).toBe(true);
  view.link = { ...view.link, url: 'new' };
  expect(underWay()).toBe(false);
  changeLink(view);
  expect([options()?.fresh, change.value?.from, underWay()]).toEqual([false, 'new', true]);
});

test.each([
  ['rate', 'not_now'],
  ['stale', 'not_now'],
  ['unavailable', 'lost'],
  ['not_supported', 'refused'],
  ['not_allowed', 'refused'],
] as const)('refused with %s: said, and it can be tried again', async (reason, failed) => {
  const { view, answer, change, underWay } = room();
  changeLink(view);
  await answer({ ok: false, reason });
  await vi.waitFor(() => expect(change.value?.failed).toBe(failed));
  expect(underWay()).toBe(false);
  changeLink(view);
  expect(view.changeLink).toHaveBeenCalledTimes(2);
});
