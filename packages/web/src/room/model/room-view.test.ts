import type { Member, Message, Person, RoomFacts, RoomNotice, RoomUpdate } from '@mayfly/client';
import { type RoomId, parseRoomId } from '@mayfly/protocol';
import { computed } from '@preact/signals';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ChatRoom, MESSAGES_MAX, RoomView } from './room-view.ts';

const MINUTE = 60_000;
const START = new Date(2026, 4, 10, 12, 0, 0).getTime();

const person = (name: string, idPk = name): Person => ({ idPk, name, tag: 'k3F9', colour: 1, emoji: [] });
const juno = person('Juno');
const sam = person('Sam');
const member = (who: Person, more: Partial<Member> = {}): Member => ({
  ...who,
  you: who === sam,
  owner: false,
  powers: 0,
  away: false,
  introduced: true,
  ...more,
});

function message(seq: number, more: Partial<Message> = {}): Message {
  return {
    key: `m${seq}`,
    seq,
    from: juno,
    own: false,
    text: `text ${seq}`,
    at: Date.now(),
    clockOff: false,
    late: false,
    missingBefore: 0,
    conflicting: false,
    reactions: [],
    pinned: false,
    ...more,
  };
}

const heard = (messages: Message[], history = false): RoomUpdate => ({ type: 'messages', messages, history });

const id: RoomId = parseRoomId('k3F9ab') ?? expect.unreachable();
const facts = (more: Partial<RoomFacts> = {}): RoomUpdate => ({
  type: 'facts',
  facts: {
    id,
    lifeMs: 30 * MINUTE,
    history: 'all',
    limits: { members: 100, historyMessages: 1000, historyBytes: 1_000_000 },
    safetyCode: [],
    owner: false,
    canEnd: false,
    canRemove: false,
    canSetDoor: false,
    canAmend: false,
    canChangeLink: false,
    powers: 0,
    owned: true,
    closed: false,
    slow: 0,
    ...more,
  },
});

function enter({ isNew = false } = {}) {
  const room = {
    subscribe: vi.fn<ChatRoom['subscribe']>(),
    send: vi.fn<ChatRoom['send']>(() => ({ ok: true, key: 'sent' })),
    typing: vi.fn<ChatRoom['typing']>(),
    edit: vi.fn<ChatRoom['edit']>(() => ({ ok: true })),
    react: vi.fn<ChatRoom['react']>(() => ({ ok: true })),
    pin: vi.fn<ChatRoom['pin']>(() => ({ ok: true })),
    unpin: vi.fn<ChatRoom['unpin']>(() => ({ ok: true })),
    unsend: vi.fn<ChatRoom['unsend']>(() => ({ ok: true })),
    poll: vi.fn<ChatRoom['poll']>(() => ({ ok: true, key: 'poll' })),
    vote: vi.fn<ChatRoom['vote']>(() => ({ ok: true })),
    closePoll: vi.fn<ChatRoom['closePoll']>(() => ({ ok: true })),
    canErase: true,
    retry: vi.fn<ChatRoom['retry']>(),
    discard: vi.fn<ChatRoom['discard']>(),
    rename: vi.fn<ChatRoom['rename']>(() => ({ ok: true })),
    keepAlive: vi.fn<ChatRoom['keepAlive']>(),
    wake: vi.fn<ChatRoom['wake']>(),
    changeLink: vi.fn<ChatRoom['changeLink']>(async () => ({ ok: true })),
    noteSaved: vi.fn<ChatRoom['noteSaved']>(() => ({ ok: true })),
    leave: vi.fn<ChatRoom['leave']>(),
    close: vi.fn<ChatRoom['close']>(),
  };
  const url = 'https://chat.example/chat/k3F9ab#key';
  const link = { id, secret: 'A'.repeat(32) };
  const view = new RoomView(room, { room: link, url, isNew, keyIsKept: true });
  views.push(view);
  const live = () => view.update({ type: 'connection', connection: { state: 'live' } });
  return { room, view, live };
}

const itemsOf = ({ timeline }: RoomView) => timeline.blocks.value.flatMap(({ items }) => items.value);

const views: RoomView[] = [];

describe('a new link', () => {
  test('one line where it changed, ours or the owner’s, and without a time in a history', () => {
    const { view } = enter();
    view.update(heard([message(2), message(4)]));
    view.update({ type: 'relinked', seq: 3, own: false });
    view.update({ type: 'relinked', seq: 5, own: true, at: START });
    const shown = itemsOf(view).map((item) =>
      item.type === 'notice' ? [item.notice.type, 'own' in item.notice && item.notice.own] : item.type,
    );
    expect(shown).toEqual(['turn', ['relinked', false], 'turn', ['relinked', true]]);
  });

  test('whatever shows the link shows the new one', () => {
    const { view } = enter();
    const shown = computed(() => view.link.url);
    expect(shown.value).toContain('#key');
    view.link = { ...view.link, url: 'https://chat.example/chat/k3F9ab#next' };
    expect(shown.value).toContain('#next');
  });
});

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});

afterEach(() => {
  for (const view of views.splice(0)) view[Symbol.dispose]();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('muting and quiet mode', () => {
  test('a muted person is not heard: no unread messages, no alerts, no typing; by key, not by name', () => {
    const { view } = enter();
    const other = person('Juno', 'other');
    view.unread.setFocused(false);
    view.mute(juno, true);
    view.update(heard([message(2), message(3, { from: other })]));
    expect(view.unread.count.value).toBe(1);
    expect(view.arrived.value.map(({ seq }) => seq)).toEqual([3]);
    view.update({ type: 'typing', people: [juno, other] });
    expect(view.typing.value).toEqual([other]);
    view.mute(juno, false);
    view.update(heard([message(4), message(5, { own: true })]));
    expect(view.unread.count.value).toBe(2);
    expect(view.arrived.value.map(({ seq }) => seq)).toEqual([4]);
  });

  test('history and messages that are known alert no one', () => {
    const { view } = enter();
    view.update(heard([message(2)], true));
    expect(view.arrived.value).toEqual([]);
    view.update(heard([message(3)]));
    view.update(heard([message(3, { text: 'edited' })]));
    expect(view.arrived.value).toEqual([]);
  });

  test('in quiet mode no one sees us typing', () => {
    const { view, room } = enter();
    view.isQuiet.value = true;
    view.type('h');
    expect(room.typing).toHaveBeenCalledExactlyOnceWith(false);
  });
});

describe('typing', () => {
  test('TYPING-2: each change of the draft is passed on; an emptied draft means that we stopped', () => {
    const { room, view } = enter();
    view.type('h');
    view.type('');
    expect(view.draft.text.value).toBe('');
    expect(room.typing.mock.calls).toEqual([[true], [false]]);
  });

  test('TYPING-2: the newest list of people replaces the one before', () => {
    const { view } = enter();
    const ann = { idPk: 'a', name: 'Ann', tag: 'aaaa', colour: 1, emoji: [] };
    view.update({ type: 'typing', people: [ann] });
    expect(view.typing.value).toEqual([ann]);
    view.update({ type: 'typing', people: [] });
    expect(view.typing.value).toEqual([]);
  });
});

describe('the countdown', () => {
  test('runs by itself, and every `life` restarts it', () => {
    const { view } = enter();
    expect(view.life.leftMs.value).toBeUndefined();
    view.update({ type: 'life', expiresInMs: 30 * MINUTE });
    vi.advanceTimersByTime(20_000);
    expect(view.life.leftMs.value).toBe(30 * MINUTE - 20_000);
    view.update({ type: 'life', expiresInMs: 30 * MINUTE });
    expect(view.life.leftMs.value).toBe(30 * MINUTE);
  });

  test('is announced at five minutes and at one, and cleared when the room lives on', () => {
    const { view } = enter();
    view.update({ type: 'life', expiresInMs: 6 * MINUTE });
    vi.advanceTimersByTime(MINUTE - 1000);
    expect(view.life.spokenMs.value).toBeUndefined();
    vi.advanceTimersByTime(1000);
    expect(view.life.spokenMs.value).toBe(5 * MINUTE);
    vi.advanceTimersByTime(4 * MINUTE);
    expect(view.life.spokenMs.value).toBe(MINUTE);
    view.update({ type: 'life', expiresInMs: 30 * MINUTE });
    expect(view.life.spokenMs.value).toBeUndefined();
  });

  test('announces nothing when the server says that the room has less time', () => {
    const { view } = enter();
    view.update({ type: 'life', expiresInMs: 30 * MINUTE });
    vi.advanceTimersByTime(1000);
    view.update({ type: 'life', expiresInMs: 4 * MINUTE });
    vi.advanceTimersByTime(1000);
    expect(view.life.spokenMs.value).toBeUndefined();
  });

  test('stops at zero', () => {
    const { view } = enter();
    view.update({ type: 'life', expiresInMs: 5000 });
    vi.advanceTimersByTime(9000);
    expect(view.life.leftMs.value).toBe(0);
  });

  test('the room can be kept alive once a minute, while connected', () => {
    const { view, room, live } = enter();
    expect(view.life.canKeepAlive.value).toBe(false);
    live();
    expect(view.life.canKeepAlive.value).toBe(true);
    view.life.keepAlive();
    expect(room.keepAlive).toHaveBeenCalledOnce();
    expect(view.life.canKeepAlive.value).toBe(false);
    vi.advanceTimersByTime(MINUTE);
    expect(view.life.canKeepAlive.value).toBe(true);
  });
});

describe('the banner', () => {
  test('stays away if the connection is back within a second', () => {
    const { view, live } = enter();
    expect(view.connection.banner.value).toBeUndefined();
    vi.advanceTimersByTime(900);
    live();
    vi.advanceTimersByTime(5000);
    expect(view.connection.banner.value).toBeUndefined();
  });

  test('distinguishes the first connecting from reconnecting, over any number of tries', () => {
    const { view, live } = enter();
    vi.advanceTimersByTime(1000);
    expect(view.connection.banner.value).toBe('connecting');
    live();
    view.update(facts());
    expect(view.connection.banner.value).toBeUndefined();
    view.update({ type: 'connection', connection: { state: 'waiting', tries: 1, retryInMs: 600 } });
    vi.advanceTimersByTime(600);
    view.update({ type: 'connection', connection: { state: 'connecting' } });
    vi.advanceTimersByTime(600);
    expect(view.connection.banner.value).toBe('reconnecting');
  });

  test('a server that puts us off: why, and how long still', () => {
    const { view } = enter();
    view.update({
      type: 'connection',
      connection: { state: 'waiting', tries: 1, retryInMs: 9_000, putOff: 'busy' },
    });
    vi.advanceTimersByTime(1000);
    expect(view.connection.banner.value).toBe('busy');
    expect(view.connection.retryInMs.value).toBe(8_000);
    vi.advanceTimersByTime(8_000);
    view.update({ type: 'connection', connection: { state: 'connecting' } });
    expect(view.connection.banner.value).toBe('connecting');
  });

  test('offline comes before reconnecting, and only while not connected', () => {
    const { view, live, room } = enter();
    live();
    view.wake({ visible: true, online: false });
    expect(view.connection.banner.value).toBeUndefined();
    view.update({ type: 'connection', connection: { state: 'waiting', tries: 1, retryInMs: 600 } });
    expect(view.connection.banner.value).toBe('offline');
    view.tryNow();
    expect(room.wake).toHaveBeenCalledTimes(2);
  });
});

describe('unread', () => {
  test('counts what others write while the newest is out of sight', () => {
    const { view } = enter();
    view.update(heard([message(2)]));
    expect(view.unread.count.value).toBe(0);
    view.unread.atEnd.value = false;
    view.update(heard([message(3), message(4, { own: true, from: sam }), message(5)]));
    expect(view.unread.count.value).toBe(2);
    view.unread.atEnd.value = true;
    expect(view.unread.count.value).toBe(0);
  });

  test('never counts history, nor a message that comes again', () => {
    const { view } = enter();
    view.update(heard([message(3)]));
    view.unread.atEnd.value = false;
    view.update(heard([message(2)], true));
    view.update(heard([message(3, { conflicting: true })]));
    expect(view.unread.count.value).toBe(0);
  });

  test('goes into the title only while the page is not watched', () => {
    const { view } = enter();
    view.wake({ visible: false, online: true });
    view.update(heard([message(2), message(3)]));
    expect(view.unread.unseen.value).toBe(2);
    view.wake({ visible: true, online: true });
    expect(view.unread.unseen.value).toBe(0);
  });

  test('counts also while the window is in sight but not in front; that alone wakes nothing', () => {
    const { view, room } = enter();
    view.unread.setFocused(false);
    view.update(heard([message(2)]));
    expect(view.unread.unseen.value).toBe(1);
    view.wake({ visible: false, online: true });
    view.unread.setFocused(true);
    expect(view.unread.unseen.value).toBe(1);
    expect(room.wake).not.toHaveBeenCalled();
    view.wake({ visible: true, online: true });
    expect(view.unread.unseen.value).toBe(0);
  });

  test('the divider stays where reading stopped, until one writes', () => {
    const { view } = enter();
    const dividers = () => itemsOf(view).filter((item) => item.type === 'new').length;
    view.update(heard([message(2)]));
    view.wake({ visible: false, online: true });
    view.update(heard([message(3), message(4)]));
    view.wake({ visible: true, online: true });
    expect(dividers()).toBe(1);
    expect(itemsOf(view).map((item) => item.type)).toEqual(['turn', 'new', 'turn']);
    view.draft.text.value = 'hello';
    view.send();
    expect(dividers()).toBe(0);
  });

  test('a machine that slept wakes the room, without a word from the browser', () => {
    const { view, room } = enter();
    vi.advanceTimersByTime(60_000);
    expect(room.wake).not.toHaveBeenCalled();
    vi.setSystemTime(Date.now() + 60_000);
    vi.advanceTimersByTime(1000);
    expect(room.wake).toHaveBeenCalledOnce();
    view.wake({ visible: false, online: true });
    vi.setSystemTime(Date.now() + 60_000);
    vi.advanceTimersByTime(1000);
    expect(room.wake).toHaveBeenCalledOnce();
  });

  test('a hidden page does not wake the room: the browser may be asleep soon', () => {
    const { view, room } = enter();
    view.wake({ visible: false, online: true });
    expect(room.wake).not.toHaveBeenCalled();
    view.wake({ visible: true, online: true });
    expect(room.wake).toHaveBeenCalledOnce();
  });
});

describe('a reaction', () => {
  test('that is our own is taken back by a second press', () => {
    const { view, room } = enter();
    view.update(heard([message(2)]));
    view.react('m2', '👍');
    expect(room.react).toHaveBeenLastCalledWith('m2', '👍');
    view.update(heard([message(2, { reactions: [{ emoji: '👍', people: [sam], own: true }] })]));
    view.react('m2', '👍');
    expect(room.react).toHaveBeenLastCalledWith('m2', '');
    view.react('m2', '🙏');
    expect(room.react).toHaveBeenLastCalledWith('m2', '🙏');
  });
});

describe('the draft', () => {
  test('is sent without empty lines around it, and then empty', () => {
    const { view, room } = enter();
    view.draft.text.value = '\n  \n  code stays\n\n  indented \n\n';
    view.unread.atEnd.value = false;
    view.send();
    expect(room.send).toHaveBeenCalledExactlyOnceWith('  code stays\n\n  indented', {});
    expect(view.draft.text.value).toBe('');
    expect(view.unread.atEnd.value).toBe(true);
  });

  test('answers a message until that is cancelled; a target that is gone is left out', () => {
    const { view, room } = enter();
    view.update(heard([message(2)]));
    view.draft.reply('m2');
    view.draft.text.value = 'an answer';
    view.send();
    expect(room.send).toHaveBeenLastCalledWith('an answer', { replyTo: 'm2' });
    expect(view.draft.about.value).toBeUndefined();
    view.draft.reply('m2');
    view.draft.cancel();
    view.draft.text.value = 'no answer';
    view.send();
    expect(room.send).toHaveBeenLastCalledWith('no answer', {});
    view.draft.reply('gone');
    view.draft.text.value = 'to whom';
    view.send();
    expect(room.send).toHaveBeenLastCalledWith('to whom', {});
  });

  test('gives way to an edit of our last message, and comes back after it', () => {
    const { view, room } = enter();
    view.update(
      heard([message(2, { from: sam, own: true }), message(3), message(4, { own: true, text: undefined })]),
    );
    view.draft.reply('m3');
    view.draft.text.value = 'half';
    expect(view.editLast()).toBe(true);
    expect(view.draft.text.value).toBe('text 2');
    view.draft.text.value = 'text two';
    view.send();
    expect(room.edit).toHaveBeenCalledExactlyOnceWith('m2', 'text two');
    expect(view.draft.text.value).toBe('half');
    expect(view.draft.about.value).toEqual({ what: 'reply', key: 'm3' });
    view.beginEdit('m2');
    view.draft.cancel();
    expect(view.draft.text.value).toBe('half');
    view.beginEdit('m3');
    expect(view.draft.about.value?.what).toBe('reply');
  });

  test('the same wording again is no edit', () => {
    const { view, room } = enter();
    view.update(heard([message(2, { own: true })]));
    view.beginEdit('m2');
    view.send();
    expect(room.edit).not.toHaveBeenCalled();
    expect(view.draft.about.value).toBeUndefined();
  });

  test.each(['hello', '{"text":"typed like this"}', '{"'])('%s is kept as it is', (text) => {
    const { view } = enter();
    view.draft.text.value = text;
    const again = enter().view;
    again.draft.restore(view.draft.kept.value);
    expect(again.draft.text.value).toBe(text);
  });

  test('is kept with the message that it edits, and with what was written before', () => {
    const { view } = enter();
    view.draft.reply('m3');
    view.draft.text.value = 'half';
    view.draft.edit('m2', 'text 2');
    const again = enter().view;
    again.draft.restore(view.draft.kept.value);
    expect(again.draft.text.value).toBe('text 2');
    expect(again.draft.about.value).toMatchObject({ what: 'edit', key: 'm2' });
    again.draft.cancel();
    expect(again.draft.text.value).toBe('half');
    expect(again.draft.about.value).toEqual({ what: 'reply', key: 'm3' });
  });

  test('stays when the room does not take it', () => {
    const { view, room } = enter();
    room.send.mockReturnValue({ ok: false, reason: 'ended' });
    view.draft.text.value = 'hello';
    view.send();
    expect(view.draft.text.value).toBe('hello');
  });

  test('with a timer is sent with it, and stays if the server can’t erase it', () => {
    const { view, room } = enter();
    view.ttlMs.value = 60_000;
    view.draft.text.value = 'soon gone';
    view.send();
    expect(room.send).toHaveBeenLastCalledWith('soon gone', { ttlMs: 60_000 });
    room.send.mockReturnValueOnce({ ok: false, reason: 'not_supported' });
    view.draft.text.value = 'here to stay';
    expect(view.send()).toBe(undefined);
    expect([view.draft.text.value, view.timerIsRefused.value]).toEqual(['here to stay', true]);
  });

  test('cleared, the room says nothing about where it begins', () => {
    const { view } = enter();
    for (const news of [facts(), here(2), heard([message(9)], true)]) view.update(news);
    view.timeline.clear();
    expect(view.opening.value).toBe(undefined);
    view.update(heard([message(10)]));
    expect(view.opening.value).toBe(undefined);
  });

  test('is not sent if nothing in it is visible or it is too long, counted in bytes', () => {
    const { view, room } = enter();
    for (const text of ['', ' \n ', 'x'.repeat(16_001), 'é'.repeat(8001)]) {
      view.draft.text.value = text;
      expect(view.draft.canSend.value).toBe(false);
      view.send();
    }
    expect(room.send).not.toHaveBeenCalled();
    view.draft.text.value = 'é'.repeat(8000);
    expect(view.draft.roomLeft.value).toBe(0);
    expect(view.draft.canSend.value).toBe(true);
  });

  test.each([
    ['é', 8100, -100],
    ['é', 7900, 100],
    ['語', 5334, -1],
    ['x', 15_999, 1],
  ])('%s, %i times: the remaining length is given in such characters', (letter, times, left) => {
    const { view } = enter();
    view.draft.text.value = letter.repeat(times);
    expect(view.draft.roomLeft.value).toBe(left);
  });

  test('survives a lost connection', () => {
    const { view, live } = enter();
    view.draft.text.value = 'half a sent';
    view.update({ type: 'connection', connection: { state: 'waiting', tries: 1, retryInMs: 600 } });
    live();
    expect(view.draft.text.value).toBe('half a sent');
  });
});

const here = (count: number): RoomUpdate => ({ type: 'members', members: [member(sam)], count, whole: true });

describe('the opening above the oldest message', () => {
  test.each<[string, RoomUpdate[], string | undefined]>([
    ['nothing before the room is known', [here(1)], undefined],
    ['the owner is alone', [facts({ owner: true }), here(1)], 'created'],
    ['somebody else is the only one', [facts(), here(1)], 'alone_here'],
    ['others are here, nobody wrote', [facts(), here(2)], 'start'],
    ['the first message of the log', [facts(), here(2), heard([message(2)], true)], 'start'],
    ['alone, but something was said', [facts(), here(1), heard([message(2)], true)], 'start'],
    ['the first messages are gone', [facts(), here(2), heard([message(9)], true)], 'cut_off'],
    ['no history here', [facts({ history: 'none' }), here(2), heard([message(9)])], 'joined_late'],
    ['no history, but the owner', [facts({ history: 'none', owner: true }), here(2)], 'start'],
  ])('%s', (_, news, opening) => {
    const { view } = enter();
    for (const one of news) view.update(one);
    expect(view.opening.value).toBe(opening);
  });
});

describe('the timeline', () => {
  test('a join stands between the messages it came between', () => {
    const { view } = enter();
    view.update(heard([message(2)]));
    view.update({ type: 'joined', person: sam, at: Date.now() });
    view.update(heard([message(3)]));
    expect(itemsOf(view).map((item) => item.type)).toEqual(['turn', 'notice', 'turn']);
  });

  test.each<['new_log' | 'too_old' | 'ahead', string[]]>([
    ['new_log', ['m7', 'reset', 'later']],
    ['ahead', ['m7', 'reset', 'later']],
    ['too_old', ['later', 'm7', 'reset']],
  ])('after a reset because of %s, numbers are read as that log counts', (reason, order) => {
    const { view } = enter();
    view.update(heard([message(7)]));
    view.update({ type: 'reset', reason });
    view.update(heard([message(3, { key: 'later', from: person('Layla') })]));
    const seen = itemsOf(view).map((item) => {
      if (item.type === 'turn') return item.key.replace('turn-', '');
      return item.type === 'notice' ? item.notice.type : item.type;
    });
    expect(seen).toEqual(order);
  });

  test('EVENT-2: an unsent message has its line where it was, and begins no day', () => {
    const { view } = enter();
    view.update(
      heard([message(2, { at: START - 86_400_000 }), message(4, { at: START - 86_400_000 })], true),
    );
    view.update({ type: 'unsent', unsent: [{ key: 'erased', seq: 3 }] });
    expect(itemsOf(view).map(({ type }) => type)).toEqual(['day', 'turn', 'unsent', 'turn']);
  });

  test('a message of our own that left the history stands where the page learned of it', () => {
    const { view } = enter();
    view.update(heard([message(9)], true));
    view.update({ type: 'trimmed', messages: [{ key: 'm1', text: 'long ago', at: START }] });
    view.update(heard([message(10)]));
    const items = itemsOf(view).map((item) => (item.type === 'notice' ? item.notice : item.type));
    expect(items).toEqual(['turn', expect.objectContaining({ type: 'trimmed', text: 'long ago' }), 'turn']);
  });

  test('only what changed is another object', () => {
    const { view } = enter();
    view.update(heard([message(2), message(3, { from: sam, own: true })]));
    const [first] = itemsOf(view);
    view.update(heard([message(4)]));
    expect(itemsOf(view)[0]).toBe(first);
  });
});

test('BOUND-5: a server that announces thousands fills neither the page nor its memory', () => {
  const { view } = enter();
  view.update(facts());
  view.update({ type: 'trimmed', messages: [{ key: 'm', text: 'mine', at: Date.now() }] });
  for (let i = 0; i < 12_000; i++) {
    view.update({ type: 'joined', person: person(`P${i}`), at: Date.now() });
    if (i % 10 === 0)
      view.update({ type: 'renamed', person: person(`P${i}`), before: 'Eve', at: Date.now() });
  }
  const notices = itemsOf(view).flatMap((item) => (item.type === 'notice' ? [item.notice] : []));
  expect(notices).toHaveLength(200);
  expect(notices[0]).toMatchObject({ type: 'trimmed', text: 'mine' });
  expect(notices.at(-2)).toMatchObject({ type: 'renamed', person: { name: 'P11990' } });
  expect(new Set(notices.map(({ key }) => key)).size).toBe(200);
  expect(view.summary().names).toBe(10_000);
});

test('a page that is open for days holds 5,000 messages, says that it dropped older ones, and forgets the names on them', () => {
  const { view } = enter();
  view.update(facts());
  view.update({ type: 'members', members: [member(sam)], count: 1, whole: true });
  const other = person('Juno', 'another');
  view.update(heard([message(2, { from: other })]));
  expect(view.people.isTagged(juno)).toBe(false);
  view.update(heard([message(3, { from: juno })]));
  expect(view.people.isTagged(juno)).toBe(true);
  for (let seq = 4; seq < 12_000; seq += 100)
    view.update(
      heard(Array.from({ length: 100 }, (_, i) => message(seq + i, { from: person(`P${seq + i}`) }))),
    );
  expect(view.timeline.size.value).toBe(MESSAGES_MAX);
  expect(view.opening.value).toBe('dropped');
  view.update(heard([message(20_000, { from: juno })]));
  expect(view.people.isTagged(juno)).toBe(false);
});

test('a line names people by their current names', () => {
  const { view } = enter();
  view.update({ type: 'joined', person: { ...juno, name: '' }, at: Date.now() });
  const nameless = member({ ...juno, name: '' }, { introduced: false });
  view.update({ type: 'members', members: [nameless], count: 1, whole: true });
  expect(view.people.known(juno)).toMatchObject({ introduced: false });
  view.update({ type: 'members', members: [member(juno)], count: 1, whole: true });
  expect(view.people.known({ ...juno, name: '' })).toMatchObject({
    person: { name: 'Juno' },
    introduced: true,
  });
  view.update({ type: 'members', members: [], count: 0, whole: true });
  expect(view.people.known({ ...juno, name: '' })).toMatchObject({ person: { name: 'Juno' } });
});

test('a name has a tag while someone else has the same name, in the list or on a message', () => {
  const { view } = enter();
  const other = person('Juno', 'another');
  const tagged = () => view.people.isTagged(juno);
  view.update({ type: 'members', members: [member(juno), member(other)], count: 2, whole: true });
  expect(tagged()).toBe(true);
  view.update({ type: 'members', members: [member(juno)], count: 1, whole: true });
  expect(tagged()).toBe(false);
  view.update(heard([message(2, { from: other })]));
  expect(tagged()).toBe(true);
});

test('a lost connection shows a departure two minutes later', () => {
  const { view } = enter();
  const kinds = () => itemsOf(view).map((item) => item.type);
  view.update({ type: 'left', person: juno, at: Date.now(), awaySince: Date.now() - 15_000 });
  vi.advanceTimersByTime(MINUTE);
  expect(kinds()).toEqual([]);
  vi.advanceTimersByTime(MINUTE);
  expect(kinds()).toEqual(['notice']);
});

test('the summary counts the people and messages of this page', () => {
  const { view } = enter();
  view.update(facts());
  view.update({ type: 'members', members: [member(sam)], count: 1, whole: true });
  view.update(heard([message(2), message(3)], true));
  vi.advanceTimersByTime(MINUTE);
  view.update({ type: 'left', person: person('Layla'), at: Date.now() });
  expect(view.summary()).toEqual({
    id: 'k3F9ab',
    messages: 2,
    names: 3,
    openedAt: START,
    endedAt: START + MINUTE,
    lifeMs: 30 * MINUTE,
    wasIn: true,
  });
});

const notice = (seq: number, more: Partial<RoomNotice> = {}): RoomNotice => ({
  key: `n${seq}`,
  seq,
  from: juno,
  own: false,
  at: Date.now(),
  what: 'pinned',
  target: 'm2',
  missingBefore: 0,
  conflicting: false,
  ...more,
});
const notices = (...list: RoomNotice[]): RoomUpdate => ({ type: 'notices', notices: list, history: false });

describe('what is done to messages', () => {
  test('a notice is a line at its place in the log, and changes with its marks', () => {
    const { view } = enter();
    view.update(heard([message(2), message(5)]));
    view.update(notices(notice(3)));
    expect(itemsOf(view).map(({ type }) => type)).toEqual(['turn', 'talk', 'turn']);
    view.update(notices(notice(3, { conflicting: true })));
    expect(itemsOf(view)[1]).toMatchObject({ type: 'talk', notice: { conflicting: true } });
    view.update({ type: 'gone', keys: ['n3'] });
    expect(itemsOf(view).map(({ type }) => type)).not.toContain('talk');
  });

  test('a gap that only an effect reveals is shown', () => {
    const { view } = enter();
    view.update(heard([message(2)]));
    view.update(notices(notice(4, { what: 'effect', missingBefore: 3 })));
    expect(itemsOf(view).find(({ type }) => type === 'missing')).toMatchObject({ count: 3, person: juno });
  });

  test('what is not in the log yet is pending; what was refused is told apart', () => {
    const { view } = enter();
    const effect = { key: 'e', at: 0, what: 'edit', target: 'm2', body: 'x' } as const;
    view.update({ type: 'pending', effects: [{ ...effect, state: 'sending' }] });
    expect([view.pending.value.length, view.failedEffects.value.length]).toEqual([1, 0]);
    view.update({ type: 'pending', effects: [{ ...effect, state: 'failed' }] });
    expect(view.failedEffects.value).toHaveLength(1);
  });

  test('an unsent text comes back before what is written, if it is to be written again', () => {
    const { room, view } = enter();
    view.update(heard([message(2, { own: true, text: 'boots' })]));
    view.type('sandals');
    view.unsend('m2', true);
    expect(view.draft.text.value).toBe('boots\nsandals');
    room.unsend.mockReturnValueOnce({ ok: false, reason: 'not_yours' });
    view.unsend('m2', true);
    expect(view.draft.text.value).toBe('boots\nsandals');
  });
});
