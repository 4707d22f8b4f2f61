// A crowd: a room with too many members to announce them by name.

import {
  COUNT_EVERY_MS,
  GRACE_MS,
  LISTED_MAX,
  decodeServerSealed,
  toHex,
  spellMember,
} from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { sealedProfile } from '../../testing/signer.ts';
import { AWAY_AFTER_MS } from '../member-rules.ts';
import type { MemberSession } from '../room-store.ts';
import { type Fixtures, LIFE_MS, ROOM, names, namesNobody, slotsOf, types } from './fixture.ts';

export function aCrowd({ crowded }: Fixtures): void {
  const SMALL_AGAIN = 150;

  test('PRESENCE-6: up to 200 members are announced by name, more as a count', async () => {
    const { f } = await crowded(LISTED_MAX - 1);
    const ann = await f.join('ann');
    expect(f.presences()).toMatchObject([{ joined: [{ slot: ann.session.slot }], count: LISTED_MAX }]);
    await f.join('bob');
    await f.settle();
    const told = f.presences();
    expect(told.map(namesNobody)).toEqual([true]);
    expect(told).toMatchObject([{ version: ann.presence.version + 1, count: LISTED_MAX + 1 }]);
  });

  test('PRESENCE-6: at most one count a second, each one version higher; the last within two', async () => {
    const { f } = await crowded(LISTED_MAX + 10);
    const { version } = (await f.join('ann', { as: 'key' })).presence;
    await f.settle();
    const before = f.presences().at(-1)?.version ?? version;
    const sessions: MemberSession[] = [];
    const seconds = 5;
    for (let i = 0; i < seconds * 4; i++) {
      sessions.push(...(await f.crowd(3)));
      await f.leave(sessions.splice(0, 1));
      await f.pass(COUNT_EVERY_MS / 4);
    }
    await f.settle();
    const told = f.presences();
    expect(told.every(namesNobody)).toBe(true);
    expect(told.map((presence) => presence.version)).toEqual(told.map((_, i) => before + 1 + i));
    expect(told.length).toBeGreaterThanOrEqual(seconds / 2);
    expect(told.length).toBeLessThanOrEqual(seconds + 2);
    expect(told.at(-1)?.count).toBe(LISTED_MAX + 11 + seconds * 4 * 2);
  });

  test('PRESENCE-6: after many changes at once, the final count is announced, then nothing', async () => {
    const { f, sessions } = await crowded(LISTED_MAX + 20);
    await f.crowd(30);
    await f.leave(sessions.slice(0, 40));
    await f.settle();
    const told = f.presences();
    expect(told.length).toBeLessThanOrEqual(3);
    expect(told.at(-1)?.count).toBe(LISTED_MAX + 10);
    await f.pass(10 * COUNT_EVERY_MS);
    expect(f.presences()).toEqual([]);
  });

  test('PRESENCE-6: a newcomer to a crowd gets the exact count, then later ones', async () => {
    const { f } = await crowded(LISTED_MAX + 1);
    await f.crowd(5);
    const { presence, listed } = await f.join('ann');
    expect(presence).toMatchObject({ snapshot: true, count: LISTED_MAX + 7 });
    const spelled = presence.joined.map(spellMember);
    expect(listed ?? spelled).toEqual(spelled);
    await f.settle();
    const told = f.presences();
    const later = told.filter(({ version }) => version > presence.version);
    expect(told.at(-1)?.count).toBe(LISTED_MAX + 7);
    expect(later.map(({ version }) => version)).toEqual(later.map((_, i) => presence.version + 1 + i));
  });

  test('PRESENCE-2, PRESENCE-6: members of a crowd go away and leave without being named', async () => {
    const { f, sessions } = await crowded(LISTED_MAX + 2);
    const [first] = sessions;
    if (first === undefined) throw new Error('nobody');
    await f.store.detach(ROOM, first);
    await f.pass(GRACE_MS - 1);
    expect((await f.join('ann')).presence.away.map(toHex)).toEqual([toHex(first.slot)]);
    await f.pass(1);
    await f.settle();
    const told = f.presences();
    expect(told.every(namesNobody)).toBe(true);
    expect(told.at(-1)?.count).toBe(LISTED_MAX + 2);
  });

  test('PRESENCE-5, PRESENCE-6: in a crowd a profile is stored and returned for its author, not announced', async () => {
    const { f, sessions } = await crowded(LISTED_MAX + 1);
    const [first] = sessions;
    if (first === undefined) throw new Error('nobody');
    const frame = await f.store.publishProfile(ROOM, first, sealedProfile(1));
    expect(frame && decodeServerSealed(frame)).toMatchObject({
      slot: first.slot,
      sealed: sealedProfile(1),
    });
    expect(await f.store.publishProfile(ROOM, first, sealedProfile(2, 3))).toBeUndefined();
    expect(f.heard()).toEqual([]);
    expect((await f.join('ann')).profiles).toEqual([frame]);
  });

  test('PRESENCE-6: a crowd that has shrunk gets all names and profiles, and changes by name from then on', async () => {
    const { f, sessions } = await crowded(LISTED_MAX + 1);
    const [author, quiet, ...others] = sessions.toReversed();
    if (author === undefined || quiet === undefined) throw new Error('nobody');
    const profile = await f.store.publishProfile(ROOM, author, sealedProfile(1));
    await f.store.detach(ROOM, quiet);
    await f.pass(AWAY_AFTER_MS);
    await f.leave(others.slice(0, LISTED_MAX - SMALL_AGAIN));
    await f.settle();
    const counts = f.heard();
    expect(counts.every((notice) => notice.type === 'presence' && namesNobody(notice.presence))).toBe(true);

    await f.leave(others.slice(LISTED_MAX - SMALL_AGAIN, LISTED_MAX - SMALL_AGAIN + 1));
    await f.settle();
    const [last, ...profiles] = f.heard().slice(-2);
    const snapshot = last?.type === 'presence' ? last.presence : undefined;
    expect(snapshot).toMatchObject({ snapshot: true, count: SMALL_AGAIN, left: [] });
    expect(names(snapshot?.away ?? [])).toEqual([toHex(quiet.slot)]);
    const there = [author, quiet, ...others.slice(LISTED_MAX - SMALL_AGAIN + 1)];
    expect(slotsOf(snapshot)?.toSorted()).toEqual(there.map(({ slot }) => toHex(slot)).toSorted());
    expect(profiles).toEqual([{ type: 'profile', frame: profile }]);

    const ann = await f.join('ann');
    expect(await f.store.publishProfile(ROOM, ann.session, sealedProfile(2))).toBeUndefined();
    const [joined, , told] = f.heard();
    expect(joined).toMatchObject({
      presence: { joined: [{ slot: ann.session.slot }], version: (snapshot?.version ?? 0) + 1 },
    });
    expect(told?.type).toBe('profile');
  });

  test('PRESENCE-6: a crowd that shrinks and grows again before the next count stays a crowd', async () => {
    const { f, sessions } = await crowded(LISTED_MAX + 1);
    await f.leave(sessions.slice(0, 1));
    await f.leave(sessions.slice(1, 100));
    await f.crowd(100);
    await f.settle();
    const told = f.presences();
    expect(told.at(-1)).toMatchObject({ count: LISTED_MAX + 1, snapshot: false, joined: [] });
  });

  test('LIFE-2, PRESENCE-6: in a crowd, a restarted life is announced at most once a second, with the time left then', async () => {
    const { f, sessions } = await crowded(LISTED_MAX + 1);
    const lives = () => f.heard().flatMap((notice) => (notice.type === 'life' ? [notice.expiresInMs] : []));
    for (const session of sessions.slice(0, 20)) {
      await f.store.renew(ROOM, session);
      await f.pass(COUNT_EVERY_MS / 10);
    }
    await f.crowd(20);
    await f.settle();
    const told = lives();
    expect(told.length).toBeGreaterThanOrEqual(2);
    expect(told.length).toBeLessThanOrEqual(4);
    expect(told.every((left) => left > LIFE_MS - 2 * COUNT_EVERY_MS && left <= LIFE_MS)).toBe(true);
    await f.pass(LIFE_MS - 2 * COUNT_EVERY_MS - 1);
    expect(lives()).toEqual([]);
    await f.pass(1);
    expect(types(f.heard())).toEqual(['ended']);
  });

  test('LIFE-2, PRESENCE-6: a delayed announcement of life says what is left by then', async () => {
    const { f, sessions } = await crowded(LISTED_MAX + 1);
    const [first] = sessions;
    if (first === undefined) throw new Error('nobody');
    const step = COUNT_EVERY_MS / 10;
    await f.store.renew(ROOM, first);
    await f.pass(step);
    await f.store.renew(ROOM, first);
    f.heard();
    let told = 0;
    for (let waited = 0; waited < 2 * COUNT_EVERY_MS; waited += step) {
      await f.pass(step);
      for (const notice of f.heard()) if (notice.type === 'life') told = waited + step + notice.expiresInMs;
    }
    expect(Math.abs(told - LIFE_MS)).toBeLessThanOrEqual(step);
  });
}
