import type { RoomEnd, RoomListener, RoomUpdate } from '@mayfly/client';
import { parseRoomId } from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  UNDO_MS,
  currentRoom,
  enterRoom,
  finishLeaving,
  leaveRoom,
  leftRoom,
  panic,
  roomEnd,
  stepOut,
  undoLeaving,
} from './room-state.ts';
import { keepLink } from '../browser/kept-link.ts';
import { tabStorage } from '../browser/tab-storage.ts';
import type { ChatRoom } from './model/room-view.ts';

const id = parseRoomId('k3F9ab') ?? expect.unreachable();
const link = { id, secret: 'A'.repeat(32) };

/** As much of a browser as entering a room needs. */
function stubPage() {
  const icon = { href: '/logo.svg' };
  const page = Object.assign(new EventTarget(), {
    visibilityState: 'visible',
    title: '',
    body: { replaceChildren: vi.fn() },
    hasFocus: (): boolean => true,
    querySelector: () => icon,
  });
  const window = new EventTarget();
  const history = { state: undefined, replaceState: vi.fn() };
  const origin = 'https://chat.example';
  const location = Object.assign(new URL(`/chat/${link.id}`, origin), { replace: vi.fn() });
  vi.stubGlobal('document', page);
  vi.stubGlobal('window', window);
  vi.stubGlobal('history', history);
  vi.stubGlobal('location', location);
  vi.stubGlobal('navigator', { onLine: true });
  return { page, icon, window, history, location };
}

class ScriptedRoom implements ChatRoom {
  listener: RoomListener = () => expect.unreachable('no listener');
  woken = 0;
  left = 0;
  closed = 0;
  subscribe(listener: RoomListener): Disposable {
    this.listener = listener;
    return { [Symbol.dispose]: () => undefined };
  }
  end(end: RoomEnd): void {
    this.listener({ type: 'connection', connection: { state: 'ended', end } });
  }
  wake(): void {
    this.woken++;
  }
  leave(): void {
    this.left++;
    this.end({ why: 'left' });
  }
  close(): void {
    this.closed++;
  }
  send = () => ({ ok: true, key: 'k' }) as const;
  edit = () => ({ ok: true }) as const;
  react = () => ({ ok: true }) as const;
  pin = () => ({ ok: true }) as const;
  unpin = () => ({ ok: true }) as const;
  unsend = () => ({ ok: true }) as const;
  poll = () => ({ ok: true, key: 'p' }) as const;
  vote = () => ({ ok: true }) as const;
  closePoll = () => ({ ok: true }) as const;
  canErase = true;
  rename = () => ({ ok: true });
  typing = () => undefined;
  retry = () => undefined;
  discard = () => undefined;
  keepAlive = () => undefined;
  changeLink = async () => ({ ok: true }) as const;
  noteSaved = () => ({ ok: true });
}

let browser = stubPage();

function enter(): ScriptedRoom {
  const room = new ScriptedRoom();
  enterRoom({ link, name: 'Sam' }, () => room);
  return room;
}

const written: RoomUpdate = {
  type: 'messages',
  history: false,
  messages: [
    {
      key: 'm2',
      seq: 2,
      from: { idPk: 'j', name: 'Juno', tag: 'aaaa', colour: 0, emoji: [] },
      own: false,
      text: 'hello',
      at: 0,
      clockOff: false,
      late: false,
      missingBefore: 0,
      conflicting: false,
      reactions: [],
      pinned: false,
    },
  ],
};

beforeEach(() => {
  vi.useFakeTimers();
  browser = stubPage();
});

afterEach(() => {
  leaveRoom();
  finishLeaving();
  // Nothing ticks on after a room.
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('going in', () => {
  test('shows the room at once, with the link to share', () => {
    enter();
    expect(currentRoom.value?.link.url).toMatch(/^https:\/\/chat\.example\/chat\/k3F9ab#1A{32}..$/);
    expect(roomEnd.value).toBeUndefined();
    expect(browser.page.title).toBe('Mayfly chat · k3F9ab');
  });

  test.each(['online', 'offline', 'pageshow'])('%s checks the connection at once', (event) => {
    const room = enter();
    browser.window.dispatchEvent(new Event(event));
    expect(room.woken).toBe(1);
  });

  test('what comes while no one looks is counted in the title, and marks the icon', () => {
    const room = enter();
    browser.page.visibilityState = 'hidden';
    browser.page.dispatchEvent(new Event('visibilitychange'));
    room.listener(written);
    expect(browser.page.title).toBe('(1) Mayfly chat · k3F9ab');
    expect(browser.icon.href).toBe('/logo-unread.svg');
    browser.page.visibilityState = 'visible';
    browser.page.dispatchEvent(new Event('visibilitychange'));
    expect(browser.page.title).toBe('Mayfly chat · k3F9ab');
    expect(browser.icon.href).toBe('/logo.svg');
  });

  test('a window behind another one is not looked at, although it is in sight', () => {
    const room = enter();
    browser.window.dispatchEvent(new Event('blur'));
    room.listener(written);
    expect(browser.page.title).toBe('(1) Mayfly chat · k3F9ab');
    browser.window.dispatchEvent(new Event('focus'));
    expect(browser.page.title).toBe('Mayfly chat · k3F9ab');
    expect(room.woken).toBe(0);
  });

  test('the icon is plain again outside the room', () => {
    const room = enter();
    browser.window.dispatchEvent(new Event('blur'));
    room.listener(written);
    leaveRoom();
    expect(browser.icon.href).toBe('/logo.svg');
  });

  test('a room that opens in a window behind another one counts from the start', () => {
    browser.page.hasFocus = () => false;
    enter().listener(written);
    expect(browser.page.title).toBe('(1) Mayfly chat · k3F9ab');
  });
});

describe('leaving', () => {
  test('hides the room and its address at once, and says goodbye only when it can no longer be undone', () => {
    const room = enter();
    leaveRoom();
    expect(currentRoom.value).toBeUndefined();
    expect(leftRoom.value?.id).toBe(id);
    expect(browser.history.replaceState).toHaveBeenCalledExactlyOnceWith(expect.anything(), '', '/');
    vi.advanceTimersByTime(UNDO_MS - 1);
    expect(room.left).toBe(0);
    vi.advanceTimersByTime(1);
    expect(room.left).toBe(1);
    expect(leftRoom.value).toBeUndefined();
    expect(roomEnd.value).toBeUndefined();
  });

  test('undone, nothing is lost: the draft, the messages, and what arrived meanwhile', () => {
    const room = enter();
    const view = currentRoom.value ?? expect.unreachable();
    view.draft.text.value = 'half a sent';
    leaveRoom();
    room.listener(written);
    expect(undoLeaving()).toEqual(link);
    expect(currentRoom.value).toBe(view);
    expect(leftRoom.value).toBeUndefined();
    expect(view.draft.text.value).toBe('half a sent');
    expect(view.timeline.blocks.value).not.toEqual([]);
    expect(room.woken).toBe(1);
    vi.advanceTimersByTime(UNDO_MS);
    browser.window.dispatchEvent(new Event('pagehide'));
    expect([room.left, room.closed]).toEqual([0, 0]);
  });

  test('is said when the page goes, or another room is opened', () => {
    const first = enter();
    leaveRoom();
    browser.window.dispatchEvent(new Event('pagehide'));
    expect(first.left).toBe(1);
    const second = enter();
    leaveRoom();
    enter();
    expect(second.left).toBe(1);
    expect(leftRoom.value).toBeUndefined();
  });

  test('too late, there is nothing to undo', () => {
    enter();
    leaveRoom();
    vi.advanceTimersByTime(UNDO_MS);
    expect(undoLeaving()).toBeUndefined();
    expect(currentRoom.value).toBeUndefined();
  });

  test('a room that ends meanwhile is over without a word', () => {
    const room = enter();
    leaveRoom();
    room.end({ why: 'expired' });
    expect(leftRoom.value).toBeUndefined();
    expect(roomEnd.value).toBeUndefined();
    vi.advanceTimersByTime(UNDO_MS);
    expect(room.left).toBe(0);
  });

  test('a room that was left counts as unwatched, and the title belongs to the next screen', () => {
    const room = enter();
    leaveRoom();
    browser.page.title = 'over';
    browser.window.dispatchEvent(new Event('online'));
    room.listener(written);
    expect(leftRoom.value?.unread.unseen.value).toBe(1);
    expect(browser.page.title).toBe('over');
    expect(room.woken).toBe(0);
  });

  test('an address that is no longer that of the room stays as it is', () => {
    enter();
    browser.location.pathname = '/chat/other1';
    leaveRoom();
    expect(browser.history.replaceState).not.toHaveBeenCalled();
  });
});

function pressEsc(times: number): void {
  for (let press = 0; press < times; press++) {
    const keys = { key: 'Escape', repeat: false, isComposing: false };
    browser.window.dispatchEvent(Object.assign(new Event('keydown'), keys));
  }
}

describe('panic', () => {
  test('empties the page and the tab, overwrites the keys, and sends no goodbye', () => {
    const room = enter();
    const view = currentRoom.value ?? expect.unreachable();
    tabStorage.setItem(`mayfly:${id}:identity`, 'keys and owner code');
    keepLink({ link, wasInAddress: false });
    view.draft.text.value = 'half a sent';
    view.draft.text.value = 'half a sentence, not yet stored';
    pressEsc(2);
    expect(currentRoom.value).toBe(view);
    pressEsc(1);
    expect(currentRoom.value).toBeUndefined();
    expect([room.closed, room.left]).toEqual([1, 0]);
    expect(browser.page.body.replaceChildren).toHaveBeenCalledExactlyOnceWith();
    expect(browser.page.title).toBe('');
    expect(browser.location.replace).toHaveBeenCalledExactlyOnceWith('about:blank');
    vi.advanceTimersByTime(UNDO_MS);
    browser.window.dispatchEvent(new Event('pagehide'));
    for (const what of ['identity', 'draft', 'link'])
      expect(tabStorage.getItem(`mayfly:${id}:${what}`), what).toBeNull();
    expect([leftRoom.value, roomEnd.value]).toEqual([undefined, undefined]);
  });

  test('asks nothing, although something is unsent and nothing of it is stored', () => {
    const room = enter();
    const outgoing = { key: 'k', text: 'hello', at: 0, state: 'sending' } as const;
    room.listener({ type: 'outbox', outgoing: [outgoing], safe: false });
    panic();
    const leaving = new Event('beforeunload', { cancelable: true });
    browser.window.dispatchEvent(leaving);
    expect(leaving.defaultPrevented).toBe(false);
  });

  test('outside a room the keys mean nothing', () => {
    enter();
    stepOut();
    pressEsc(3);
    expect(browser.location.replace).not.toHaveBeenCalled();
  });
});

describe('stepping out', () => {
  test('closes without a goodbye, and keeps the room in the tab', () => {
    const room = enter();
    stepOut();
    expect([room.left, room.closed]).toEqual([0, 1]);
    expect(currentRoom.value).toBeUndefined();
    expect(roomEnd.value).toBeUndefined();
    expect(browser.history.replaceState).not.toHaveBeenCalled();
  });

  test('the page no longer listens to the browser', () => {
    const room = enter();
    stepOut();
    browser.window.dispatchEvent(new Event('online'));
    browser.window.dispatchEvent(new Event('pagehide'));
    expect([room.woken, room.left]).toEqual([0, 0]);
  });
});

describe('coming out', () => {
  test.each<RoomEnd['why']>(['expired', 'owner', 'vanished'])('%s lets the room fade first', (why) => {
    const room = enter();
    room.listener(written);
    room.end({ why });
    expect(currentRoom.value?.vanishing.value).toBe(true);
    vi.advanceTimersByTime(1000);
    expect(currentRoom.value).toBeUndefined();
    expect(roomEnd.value).toMatchObject({ end: { why }, summary: { messages: 1, names: 1 } });
    expect(roomEnd.value).not.toHaveProperty('link');
  });

  test('a room that fades takes nothing from the next one', () => {
    enter().end({ why: 'expired' });
    enter();
    const next = currentRoom.value;
    vi.advanceTimersByTime(1000);
    expect(currentRoom.value).toBe(next);
    expect(roomEnd.value).toBeUndefined();
  });

  test('a hidden page skips the fade', () => {
    const room = enter();
    browser.page.visibilityState = 'hidden';
    room.end({ why: 'expired' });
    expect(currentRoom.value).toBeUndefined();
  });

  test.each<RoomEnd['why']>(['replaced', 'full', 'closed', 'hung_up', 'incompatible'])(
    '%s keeps the link: it can still be used',
    (why) => {
      enter().end({ why });
      expect(roomEnd.value).toMatchObject({ end: { why }, link });
      expect(browser.history.replaceState).not.toHaveBeenCalled();
    },
  );

  test.each<RoomEnd['why']>(['denied', 'kicked', 'false_room', 'server'])('%s keeps nothing of it', (why) => {
    enter().end({ why });
    expect(roomEnd.value).not.toHaveProperty('link');
    expect(browser.history.replaceState).toHaveBeenCalledOnce();
  });

  test('the next room begins with nothing of the one before', () => {
    const room = enter();
    room.listener(written);
    leaveRoom();
    enter();
    expect(currentRoom.value?.timeline.blocks.value).toEqual([]);
    expect(roomEnd.value).toBeUndefined();
  });
});
