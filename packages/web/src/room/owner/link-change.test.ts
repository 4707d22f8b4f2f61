import { parseRoomId } from '@mayfly/protocol';
import { signal } from '@preact/signals';
import { expect, test, vi } from 'vitest';
import type { RoomView } from '../model/room-view.ts';
import type { NewPassphrase } from '../../ui/new-passphrase.ts';
import type { ShownLink } from '../model/link.ts';
import { changeLink, isUnderWay, linkChangeOf } from './link-change.ts';

const id = parseRoomId('k3F9ab') ?? expect.unreachable();
type Changed = Awaited<ReturnType<RoomView['changeLink']>>;

function room() {
  const link = signal<ShownLink>({ room: { id, secret: '' }, url: 'old', isNew: false, keyIsKept: true });
  let settle: ((changed: Changed) => void) | undefined;
  const asked = () =>
    new Promise<Changed>((resolve) => {
      settle = resolve;
    });
  const view = {
    get link() {
      return link.value;
    },
    set link(next: ShownLink) {
      link.value = next;
    },
    changeLink: vi.fn<RoomView['changeLink']>(asked),
  };
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
  expect(change.value).toMatchObject({ from: 'old', done: 34, all: 120, isAfterRemoval: true });
  change.value = change.value && { ...change.value, isAfterRemoval: false };
  options()?.onProgress?.(120, 120);
  expect(change.value).toMatchObject({ from: 'old', done: 120, all: 120, isAfterRemoval: false });
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
  ['no_passphrase', 'no_passphrase'],
  ['stopped', 'stopped'],
  ['not_allowed', 'refused'],
] as const)('refused with %s: said, and it can be tried again', async (reason, failed) => {
  const { view, answer, change, underWay } = room();
  changeLink(view);
  await answer({ ok: false, reason });
  await expect.poll(() => change.value?.failed).toBe(failed);
  expect(underWay()).toBe(false);
  changeLink(view);
  expect(view.changeLink).toHaveBeenCalledTimes(2);
});

const P = new Uint8Array(32).fill(7);

function passphrase(text: string): NewPassphrase {
  const keyFor = vi.fn<NewPassphrase['keyFor']>(async () => P);
  return {
    text,
    trouble: undefined,
    making: signal('Making the key… 40%'),
    keyFor,
    stop: vi.fn<() => void>(),
  };
}

test('the passphrase is shown with the link that it was made for, and with no other', async () => {
  const { view, answer, options, change } = room();
  const chosen = passphrase('five words of my own');
  changeLink(view, { passphrase: chosen });
  expect(change.value?.making?.value).toBe('Making the key… 40%');
  expect(await options()?.second?.('first')).toBe(P);
  expect(await options()?.second?.('second')).toBe(P);
  const relinked = (secret: string) => {
    view.link = {
      ...view.link,
      url: secret,
      room: { id, secret, door: 2, second: P },
      passphrase: undefined,
    };
  };
  await answer({ ok: true });
  relinked('another');
  expect(view.link.passphrase).toBeUndefined();
  relinked('second');
  expect(view.link.passphrase).toBe('five words of my own');
});

test('a change that was not confirmed: the passphrase is shown if the room has its link after all', async () => {
  const { view, answer, options, change } = room();
  changeLink(view, { passphrase: passphrase('still it') });
  await options()?.second?.('late');
  await answer({ ok: false, reason: 'unavailable' });
  await vi.waitFor(() => expect(change.value?.failed).toBe('lost'));
  expect(view.link.passphrase).toBeUndefined();
  view.link = { ...view.link, room: { id, secret: 'late' } };
  expect(view.link.passphrase).toBe('still it');
});

test('Stop ends the work on the key, and what follows', () => {
  const { view, options, change } = room();
  const chosen = passphrase('five words');
  changeLink(view, { passphrase: chosen });
  expect(options()?.signal?.aborted).toBe(false);
  change.value?.stop();
  expect(options()?.signal?.aborted).toBe(true);
  expect(chosen.stop).toHaveBeenCalledOnce();
});
