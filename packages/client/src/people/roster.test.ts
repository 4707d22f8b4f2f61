import { LISTED_MAX, type Presence, toBase64url } from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import { CLOCK_TOLERANCE_MS } from '../clock.ts';
import { KNOWN_KEYS_MAX, LIST_PAUSE_MS, NAME_PATIENCE_MS, Roster } from './roster.ts';
import type { RoomUpdate } from '../room-updates.ts';
import { Author, ID } from '../testing/author.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const me = new Author('Me');
const ann = new Author('Ann');
const bob = new Author('Bob');
const slots = new Map([me, ann, bob].map((author, i) => [author, new Uint8Array(8).fill(i + 1)]));
const slotOf = (author: Author) => slots.get(author) ?? new Uint8Array(8);
const xPk = new Uint8Array(32).fill(9);
const keyOf = (i: number) => new Uint8Array(32).fill(i & 255, 0, 16).fill(1 + (i >> 8), 16);

type Change = {
  joined?: readonly Author[];
  away?: readonly Author[];
  left?: readonly Author[];
  version?: number;
  count?: number;
};

function open() {
  const updates: RoomUpdate[] = [];
  const roster = new Roster({
    id: ID,
    idPk: me.key.pk,
    clock: systemClock,
    notify: (update) => void updates.push(update),
  });
  roster.nameSelf('Me');
  let version = 0;
  const say = (snapshot: boolean, change: Change) => {
    version += 1;
    const frame: Presence = {
      type: 'presence',
      version: change.version ?? version,
      snapshot,
      joined: (change.joined ?? []).map((author) => ({ slot: slotOf(author), idPk: author.key.pk })),
      away: (change.away ?? []).map(slotOf),
      left: (change.left ?? []).map(slotOf),
      count: change.count ?? 1,
    };
    roster.presence(frame);
  };
  const name = (author: Author, text: string, at = 1, key = xPk) =>
    roster.profile({ idPk: author.key.pk }, { xPk: key, at, name: text });
  /** Notices since the last look. */
  const notices = () =>
    updates
      .splice(0)
      .flatMap((update) =>
        update.type === 'joined' || update.type === 'left' ? [`${update.person.name} ${update.type}`] : [],
      );
  const list = () => {
    vi.advanceTimersByTime(LIST_PAUSE_MS);
    return updates.findLast((update) => update.type === 'members');
  };
  const names = () => list()?.members.map((member) => `${member.name}${member.away ? ' (away)' : ''}`);
  return { roster, say, name, notices, list, names, updates };
}

describe('PRESENCE-1: the members', () => {
  test('are unknown before the server names them', () => {
    const { say, list } = open();
    expect(list()).toBeUndefined();
    say(true, { joined: [me] });
    expect(list()).toMatchObject({ members: [{ name: 'Me' }], count: 1 });
  });

  test('a snapshot lists everyone, and no one joins or leaves by it', () => {
    const { say, notices, names } = open();
    say(true, { joined: [me, ann, bob], away: [bob] });
    vi.advanceTimersByTime(NAME_PATIENCE_MS);
    expect(names()).toEqual(['Me', '', ' (away)']);
    say(true, { joined: [me, ann] });
    expect(names()).toEqual(['Me', '']);
    expect(notices()).toEqual([]);
  });

  test("the list marks you, the owner and moderators; the count is the server's", () => {
    const { roster, say, list } = open();
    roster.setPowers([
      { idPk: ann.key.pk, mask: 128 },
      { idPk: me.key.pk, mask: 3 },
    ]);
    say(true, { joined: [me, ann], count: 2 });
    expect(list()?.count).toBe(2);
    expect(list()?.whole).toBe(true);
    expect(list()?.members.map(({ you, owner, powers, idPk }) => ({ you, owner, powers, idPk }))).toEqual([
      { you: true, owner: false, powers: 3, idPk: toBase64url(me.key.pk) },
      { you: false, owner: true, powers: 128, idPk: toBase64url(ann.key.pk) },
    ]);
  });

  test("an older change doesn't undo a newer one", () => {
    const { say, names } = open();
    say(true, { joined: [me, ann], version: 10 });
    say(false, { left: [ann], version: 10 });
    say(false, { left: [ann], version: 9 });
    expect(names()).toEqual(['Me', '']);
    say(true, { joined: [me], version: 3 });
    expect(names()).toEqual(['Me']);
  });
});

describe('PRESENCE-6: a room too large for a list', () => {
  test('is a number and some who were seen: no one is away, joins or leaves', () => {
    const { say, list, names, notices } = open();
    say(true, { joined: [me, ann], away: [ann], count: 2 });
    say(false, { joined: [bob], count: 3 });
    say(false, { count: 400 });
    vi.advanceTimersByTime(NAME_PATIENCE_MS);
    expect(names()).toEqual(['Me', '', '']);
    expect(list()).toMatchObject({ count: 400, whole: false });
    expect(list()?.members.some(({ away }) => away)).toBe(false);
    expect(notices()).toEqual([]);
  });

  test('is one from the start if the snapshot lists fewer than the count', () => {
    const { say, list } = open();
    say(true, { joined: [me, ann], count: 400 });
    expect(list()).toMatchObject({ count: 400, whole: false });
  });

  test('lists people who write, the latest first and ourselves before all', () => {
    const { roster, say, names } = open();
    say(true, { joined: [me, ann], count: 400 });
    roster.nameByMessage(bob.key.pk, 'Bob', 1);
    expect(names()).toEqual(['Me', '']);
    roster.wrote(bob.key.pk);
    roster.wrote(me.key.pk);
    expect(names()).toEqual(['Me', 'Bob', '']);
    roster.nameByMessage(ann.key.pk, 'Ann', 1);
    roster.wrote(ann.key.pk);
    expect(names()).toEqual(['Me', 'Ann', 'Bob']);
  });

  test('lists a bounded number of them, ourselves always among them', () => {
    const { roster, say, list } = open();
    say(true, { joined: [me, ann], count: 400 });
    for (let i = 0; i < LISTED_MAX + 5; i++) roster.wrote(keyOf(i));
    const { members = [] } = list() ?? {};
    expect(members).toHaveLength(LISTED_MAX);
    expect(members[0]?.you).toBe(true);
    expect(members.map(({ idPk }) => idPk)).not.toContain(toBase64url(ann.key.pk));
    expect(members[1]?.idPk).toBe(toBase64url(keyOf(LISTED_MAX + 4)));
  });

  test('is listed again after a snapshot, under known names, and announces changes again', () => {
    const { roster, say, list, name, names, notices } = open();
    say(true, { joined: [me, ann, bob], count: 3 });
    name(ann, 'Ann');
    say(false, { count: 400 });
    roster.wrote(bob.key.pk);
    say(true, { joined: [me, ann], away: [ann], count: 2 });
    expect(names()).toEqual(['Me', 'Ann (away)']);
    expect(list()?.whole).toBe(true);
    roster.wrote(bob.key.pk);
    expect(names()).toEqual(['Me', 'Ann (away)']);
    say(false, { left: [ann] });
    expect(notices()).toEqual(['Ann left']);
  });
});

describe('someone who joins', () => {
  test('is announced by name, once the profile arrives', () => {
    const { say, name, notices } = open();
    say(true, { joined: [me] });
    say(false, { joined: [ann] });
    expect(notices()).toEqual([]);
    name(ann, 'Ann');
    expect(notices()).toEqual(['Ann joined']);
    vi.advanceTimersByTime(NAME_PATIENCE_MS);
    expect(notices()).toEqual([]);
  });

  test('without a profile after 2 s, is announced without a name', () => {
    const { say, notices } = open();
    say(true, { joined: [me] });
    say(false, { joined: [ann] });
    vi.advanceTimersByTime(NAME_PATIENCE_MS - 1);
    expect(notices()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(notices()).toEqual([' joined']);
  });

  test('is not ourselves', () => {
    const { say, notices } = open();
    say(false, { joined: [me] });
    vi.advanceTimersByTime(NAME_PATIENCE_MS);
    say(false, { left: [me] });
    expect(notices()).toEqual([]);
  });

  test('was away: PRESENCE-2, no one left and no one joins', () => {
    const { say, name, notices, names } = open();
    say(true, { joined: [me, ann] });
    name(ann, 'Ann');
    say(false, { away: [ann] });
    expect(names()).toEqual(['Me', 'Ann (away)']);
    say(false, { joined: [ann] });
    expect(names()).toEqual(['Me', 'Ann']);
    expect(notices()).toEqual([]);
  });

  test('and leaves before being announced: neither is reported', () => {
    const { say, notices } = open();
    say(true, { joined: [me] });
    say(false, { joined: [ann] });
    say(false, { left: [ann] });
    vi.advanceTimersByTime(NAME_PATIENCE_MS);
    expect(notices()).toEqual([]);
  });

  test('leaves and returns under the name we know', () => {
    const { say, name, notices } = open();
    say(true, { joined: [me, ann] });
    name(ann, 'Ann');
    say(false, { left: [ann] });
    say(false, { joined: [ann] });
    expect(notices()).toEqual(['Ann left', 'Ann joined']);
  });
});

describe('a name', () => {
  test('PROFILE-3: is that of the newest profile', () => {
    const { say, name, names } = open();
    say(true, { joined: [me, ann] });
    name(ann, 'Ann', 10);
    name(ann, 'old', 5);
    expect(names()).toEqual(['Me', 'Ann']);
    name(ann, 'Ann B', 30);
    expect(names()).toEqual(['Me', 'Ann B']);
  });

  test('PROFILE-3: is that of a message only while there is no profile', () => {
    const { roster, say, name, names } = open();
    say(true, { joined: [me, ann] });
    roster.nameByMessage(ann.key.pk, 'by message', 50);
    roster.nameByMessage(ann.key.pk, 'by an older one', 40);
    expect(names()).toEqual(['Me', 'by message']);
    name(ann, 'by profile', 10);
    expect(names()).toEqual(['Me', 'by profile']);
    roster.nameByMessage(ann.key.pk, 'by message again', 60);
    expect(names()).toEqual(['Me', 'by profile']);
  });

  test('PROFILE-3: is not frozen by a clock that was ahead', () => {
    const { say, name, names } = open();
    say(true, { joined: [me, ann] });
    name(ann, 'from tomorrow', Date.now() + 24 * 3_600_000);
    name(ann, 'too soon to tell', Date.now() + CLOCK_TOLERANCE_MS - 1);
    expect(names()).toEqual(['Me', 'from tomorrow']);
    vi.advanceTimersByTime(CLOCK_TOLERANCE_MS + 1);
    name(ann, 'Ann', Date.now());
    expect(names()).toEqual(['Me', 'Ann']);
  });

  test('of our own is what we say, not what is echoed', () => {
    const { roster, say, name, names } = open();
    say(true, { joined: [me] });
    roster.nameSelf('New');
    roster.nameByMessage(me.key.pk, 'Old', Date.now() + 1e9);
    name(me, 'Old', Date.now() + 1e9);
    expect(names()).toEqual(['New']);
    roster.nameSelf('Newer');
    expect(names()).toEqual(['Newer']);
  });

  test('PROFILE-3: an exchange key never changes; a profile with another one is dropped', () => {
    const { say, name, names } = open();
    say(true, { joined: [me, ann] });
    name(ann, 'Ann', 1);
    name(ann, 'Mallory', 2, new Uint8Array(32).fill(8));
    expect(names()).toEqual(['Me', 'Ann']);
  });

  test('two hundred of them make one list update', () => {
    const { roster, say, list } = open();
    say(true, { joined: [me, ann, bob] });
    const before = list();
    for (let i = 0; i < 200; i++) roster.nameByMessage(bob.key.pk, `Bob ${i}`, i);
    expect(list()).not.toBe(before);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('PRESENCE-2: someone who left', () => {
  test('after a loss of the connection has been away since it was lost; after a goodbye has not', () => {
    const { say, name, updates } = open();
    say(true, { joined: [me, ann, bob], count: 3 });
    name(ann, 'Ann');
    const lostAt = Date.now();
    say(false, { away: [ann], count: 3 });
    vi.advanceTimersByTime(15_000);
    say(false, { left: [ann, bob] });
    expect(updates.filter((update) => update.type === 'left')).toEqual([
      {
        type: 'left',
        person: expect.objectContaining({ name: 'Ann' }),
        at: lostAt + 15_000,
        awaySince: lostAt,
      },
      { type: 'left', person: expect.objectContaining({ name: '' }), at: lostAt + 15_000 },
    ]);
  });

  test('after a loss, and returned in time, is not away', () => {
    const { say, updates } = open();
    say(true, { joined: [me, ann] });
    say(false, { away: [ann] });
    say(false, { joined: [ann] });
    say(false, { left: [ann] });
    expect(updates.find((update) => update.type === 'left')).not.toHaveProperty('awaySince');
  });
});

const renames = (updates: readonly RoomUpdate[]) =>
  updates.flatMap((update) =>
    update.type === 'renamed' ? [`${update.before} → ${update.person.name}`] : [],
  );

describe('PROFILE-3: another name', () => {
  test('is announced with the old one', () => {
    const { say, name, updates } = open();
    say(true, { joined: [me, ann] });
    name(ann, 'Ada', 1);
    expect(renames(updates)).toEqual([]);
    name(ann, 'Grace', 2);
    name(ann, 'Grace', 3);
    expect(renames(updates)).toEqual(['Ada → Grace']);
  });

  test('comes from a profile only: neither from a message nor from the first profile after one', () => {
    const { roster, say, name, updates } = open();
    say(true, { joined: [me, ann] });
    roster.nameByMessage(ann.key.pk, 'Ada', 1);
    roster.nameByMessage(ann.key.pk, 'Eve', 2);
    name(ann, 'Grace', 3);
    expect(renames(updates)).toEqual([]);
  });

  test('is not announced for people who are not here, nor for ourselves', () => {
    const { roster, say, name, updates } = open();
    say(true, { joined: [me] });
    name(ann, 'Ada', 1);
    name(ann, 'Grace', 2);
    roster.nameSelf('Someone else');
    expect(renames(updates)).toEqual([]);
  });
});

test('whether someone has introduced themselves: with an empty name, too', () => {
  const { say, name, list } = open();
  say(true, { joined: [me, ann, bob], count: 3 });
  name(ann, '');
  expect(list()?.members.map(({ introduced }) => introduced)).toEqual([true, true, false]);
});

describe('BOUND-5: remembered keys', () => {
  test('are those listed, and the most recently seen of the others', () => {
    const { roster, say, name, notices } = open();
    say(true, { joined: [me, ann, bob] });
    name(ann, 'Ann');
    name(bob, 'Bob');
    say(false, { left: [bob] });
    for (let i = 0; i < KNOWN_KEYS_MAX - 3; i++) roster.nameByMessage(keyOf(i), 'Somebody', 1);
    roster.nameByMessage(bob.key.pk, 'Bob', 1);
    for (let i = 0; i < KNOWN_KEYS_MAX - 3; i++)
      roster.nameByMessage(keyOf(KNOWN_KEYS_MAX + i), 'Somebody', 1);
    notices();
    say(false, { joined: [bob] });
    expect(notices()).toEqual(['Bob joined']);
    say(false, { left: [bob] });
    for (let i = 0; i < KNOWN_KEYS_MAX; i++) roster.nameByMessage(keyOf(i), 'Somebody', 1);
    notices();
    say(false, { joined: [bob] });
    vi.advanceTimersByTime(NAME_PATIENCE_MS);
    say(false, { left: [ann] });
    expect(notices()).toEqual([' joined', 'Ann left']);
  });
});

test('closed: no more updates, and no timer runs', () => {
  const { roster, say, notices } = open();
  say(true, { joined: [me] });
  say(false, { joined: [ann] });
  roster.close();
  vi.advanceTimersByTime(60_000);
  expect(notices()).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
