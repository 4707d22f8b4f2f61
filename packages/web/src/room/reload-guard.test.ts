import type { RoomListener, RoomUpdate, TabStorage } from '@mayfly/client';
import { parseRoomId } from '@mayfly/protocol';
import { signal } from '@preact/signals';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DraftKeeper, WRITE_EVERY_MS, guardReload } from './reload-guard.ts';
import { type ChatRoom, RoomView } from './model/room-view.ts';

const id = parseRoomId('k3F9ab') ?? expect.unreachable();
const DRAFT = `mayfly:${id}:draft`;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function keep(outlives = true) {
  const draft = signal('');
  const written: string[] = [];
  const keeper = new DraftKeeper(draft, (text) => {
    written.push(text);
    return outlives;
  });
  return { draft, keeper, written };
}

describe('a draft is stored', () => {
  test('at once, then at most twice a second during fast typing, and its end at most that late', () => {
    const { draft, written } = keep();
    const text = 'x'.repeat(1000);
    for (let length = 1; length <= text.length; length++) {
      draft.value = text.slice(0, length);
      vi.advanceTimersByTime(10);
    }
    expect(written[0]).toBe('x');
    expect(written.length).toBeLessThanOrEqual((1000 * 10) / WRITE_EVERY_MS + 1);
    vi.advanceTimersByTime(WRITE_EVERY_MS);
    expect(written.at(-1)).toBe(text);
    vi.advanceTimersByTime(WRITE_EVERY_MS);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('at once when it was sent: it must not reappear in the composer', () => {
    const { draft, written } = keep();
    draft.value = 'h';
    draft.value = 'hello';
    draft.value = '';
    expect(written).toEqual(['h', '']);
  });

  test('when the page goes, and not after the room has ended', () => {
    const { draft, keeper, written } = keep();
    draft.value = 'h';
    draft.value = 'hello';
    keeper.flush();
    expect(written).toEqual(['h', 'hello']);
    draft.value = 'hello again';
    keeper[Symbol.dispose]();
    keeper.flush();
    draft.value = '';
    vi.advanceTimersByTime(WRITE_EVERY_MS * 2);
    expect(written).toEqual(['h', 'hello']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('what the storage does not take is not safe, until it is sent', () => {
    const { draft, keeper } = keep(false);
    expect(keeper.isSafe.value).toBe(true);
    draft.value = 'hello';
    expect(keeper.isSafe.value).toBe(false);
  });
});

class MemoryStorage implements TabStorage {
  readonly texts = new Map<string, string>();
  outlives = true;
  getItem = (name: string) => this.texts.get(name) ?? null;
  setItem = (name: string, text: string) => void this.texts.set(name, text);
  removeItem = (name: string) => void this.texts.delete(name);
  outlivesReload = () => this.outlives;
}

const refuse = () => ({ ok: false, reason: 'ended' }) as const;
const nothing = () => undefined;

function enter(storage = new MemoryStorage()) {
  const window = new EventTarget();
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  vi.stubGlobal('window', window);
  vi.stubGlobal('document', document);
  const listeners = new Set<RoomListener>();
  const subscribe: ChatRoom['subscribe'] = (listener) => {
    listeners.add(listener);
    return { [Symbol.dispose]: () => void listeners.delete(listener) };
  };
  const room: ChatRoom = {
    subscribe,
    send: refuse,
    typing: nothing,
    edit: refuse,
    react: refuse,
    pin: refuse,
    unpin: refuse,
    unsend: refuse,
    poll: refuse,
    vote: refuse,
    closePoll: refuse,
    canErase: true,
    rename: refuse,
    retry: nothing,
    discard: nothing,
    keepAlive: nothing,
    wake: nothing,
    noteSaved: refuse,
    changeLink: async () => refuse(),
    leave: nothing,
    close: nothing,
  };
  const view = new RoomView(room, { room: { id, secret: '' }, url: '', isNew: false, keyIsKept: true });
  const stop = guardReload(view, room, id, storage);
  const hear = (news: RoomUpdate) => {
    for (const listener of listeners) listener(news);
    view.update(news);
  };
  const asks = () => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }));
  const leave = () => {
    stop();
    view[Symbol.dispose]();
  };
  return { storage, window, document, view, hear, asks, leave, listeners };
}

afterEach(() => void vi.unstubAllGlobals());

describe('in a room', () => {
  const outgoing = { key: 'k', text: 'hi', at: 0, state: 'waiting' } as const;

  test('the draft comes back', () => {
    const { storage, view, leave } = enter();
    view.draft.text.value = 'half a sent';
    leave();
    const again = enter(storage);
    expect(again.view.draft.text.value).toBe('half a sent');
    again.leave();
  });

  test.each([
    ['pagehide', 'window'],
    ['visibilitychange', 'document'],
  ] as const)('%s: the newest draft is stored at once', (event, target) => {
    const { storage, view, leave, ...page } = enter();
    view.draft.text.value = 'h';
    view.draft.text.value = 'hello';
    expect(storage.texts.get(DRAFT)).toBe('h');
    page[target].dispatchEvent(new Event(event));
    expect(storage.texts.get(DRAFT)).toBe('hello');
    leave();
  });

  test('after the room ended nothing is stored: the SDK has deleted the draft', () => {
    const { storage, view, hear, window, leave, listeners } = enter();
    view.draft.text.value = 'h';
    view.draft.text.value = 'hello';
    storage.texts.clear();
    hear({ type: 'connection', connection: { state: 'ended', end: { why: 'left' } } });
    view.draft.text.value = 'typed while the room fades';
    window.dispatchEvent(new Event('pagehide'));
    leave();
    vi.advanceTimersByTime(WRITE_EVERY_MS * 2);
    expect(storage.texts.size).toBe(0);
    expect(listeners.size).toBe(0);
  });

  test('the browser asks before it drops what the storage did not take, and only then', () => {
    const { storage, view, hear, asks, leave } = enter();
    view.draft.text.value = 'hello';
    hear({ type: 'outbox', outgoing: [outgoing], safe: true });
    expect(asks()).toBe(false);
    hear({ type: 'outbox', outgoing: [outgoing], safe: false });
    expect(asks()).toBe(true);
    hear({ type: 'outbox', outgoing: [], safe: true });
    expect(asks()).toBe(false);
    storage.outlives = false;
    vi.advanceTimersByTime(WRITE_EVERY_MS);
    view.draft.text.value = 'hello again';
    expect(asks()).toBe(true);
    view.isLeft.value = true;
    expect(asks(), 'a room that was left').toBe(false);
    view.isLeft.value = false;
    expect(asks()).toBe(true);
    view.draft.text.value = '';
    expect(asks()).toBe(false);
    leave();
    expect(asks()).toBe(false);
  });
});
