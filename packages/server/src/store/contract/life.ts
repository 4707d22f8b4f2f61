// How long a room lives, and what its end leaves.

import { expect, test } from 'vitest';
import { envelope, sealedProfile } from '../../testing/signer.ts';
import type { MemberSession } from '../room-store.ts';
import { CHARTER, type Fixture, type Fixtures, LIFE_MS, ROOM, SPEC, types } from './fixture.ts';

export function life({ opened }: Fixtures): void {
  test("LIFE-4: the end is every follower's last notice, and nothing is left", async () => {
    const f = await opened();
    const ann = await f.join('ann');
    await f.store.detach(ROOM, ann.session);
    f.heard();
    await f.pass(LIFE_MS - 1);
    expect(await f.store.keys(ROOM)).toBeDefined();
    f.heard();
    await f.pass(1);
    expect(f.heard()).toEqual([{ type: 'ended', reason: 'expired' }]);
    expect(await f.store.size()).toBe(0);
    expect(await f.store.keys(ROOM)).toBeUndefined();
    expect(await f.outcome('ann', { as: 'member' })).toBe('denied');
  });

  test('LIFE-4: an operator ends a room for everyone, with all that it had, and only once', async () => {
    const f = await opened();
    const ann = await f.join('ann');
    f.heard();
    expect(await f.store.end(ROOM)).toBe(true);
    expect(f.heard()).toEqual([{ type: 'ended', reason: 'server' }]);
    expect(await f.store.end(ROOM)).toBe(false);
    expect(await f.append(ann.session, 1)).toEqual({ outcome: 'gone' });
    expect([await f.outcome('ann', { as: 'member' }), await f.store.size()]).toEqual(['denied', 0]);
  });

  const operations: readonly [string, (f: Fixture, session: MemberSession) => Promise<unknown>, unknown][] = [
    ['join', (f) => f.outcome('bob'), 'denied'],
    ['resume', (f) => f.outcome('ann', { as: 'member' }), 'denied'],
    ['append', (f, session) => f.append(session, 1), { outcome: 'gone' }],
    ['profile', (f, session) => f.store.publishProfile(ROOM, session, sealedProfile(1)), undefined],
    ['renew', (f, session) => f.store.renew(ROOM, session), undefined],
    ['leave', (f, session) => f.store.leave(ROOM, session), undefined],
    ['detach', (f, session) => f.store.detach(ROOM, session), undefined],
    ['keys', (f) => f.store.keys(ROOM), undefined],
    ['create', (f) => f.store.create(ROOM, SPEC), 'created'],
  ];
  test.each(operations)('LIFE-4: a late sweep lets no %s revive a room', async (_name, act, answer) => {
    const f = await opened();
    const ann = await f.join('ann');
    f.heard();
    await f.jump(LIFE_MS);
    expect(await act(f, ann.session)).toEqual(answer);
    expect(f.heard()).toEqual([{ type: 'ended', reason: 'expired' }]);
    await f.pass(1);
    expect(await f.append(ann.session, 1)).toEqual({ outcome: 'gone' });
    expect(f.heard()).toEqual([]);
  });

  test('LIFE-4: a reused id is another room, and old followers get nothing of it', async () => {
    const f = await opened();
    const ann = await f.join('ann');
    await f.say(ann.session, 1);
    await f.pass(LIFE_MS);
    f.heard();
    await f.store.create(ROOM, SPEC);
    await f.store.open(ROOM, CHARTER);
    expect(await f.outcome('ann', { as: 'member' })).toBe('denied');
    const again = await f.join('ann', { position: { logId: ann.logId, seq: 2 } });
    expect(again).toMatchObject({ mode: 'reset', reason: 'new_log', seq: 1, lastN: 0 });
    expect(f.heard()).toEqual([]);
  });

  test('LIFE-1, LIFE-2: first joins and keep restart life and announce it; messages restart it without', async () => {
    const f = await opened();
    await f.pass(LIFE_MS - 1);
    const ann = await f.join('ann');
    expect(types(f.heard())).toEqual(['presence', 'life']);
    await f.pass(LIFE_MS - 1);
    await f.store.renew(ROOM, ann.session);
    expect(f.heard()).toEqual([{ type: 'life', expiresInMs: LIFE_MS }]);
    await f.pass(LIFE_MS - 1);
    await f.append(ann.session, 1);
    expect(types(f.heard())).toEqual(['event']);
    await f.pass(LIFE_MS - 1);
    expect(await f.append(ann.session, 2)).toMatchObject({ outcome: 'appended' });
    await f.pass(LIFE_MS);
    expect(types(f.heard())).toEqual(['event', 'ended']);
  });

  test('LIFE-1: resumes, profiles, departures and refused or repeated messages do not', async () => {
    const f = await opened();
    const { session } = await f.join('ann');
    const bob = await f.join('bob');
    await f.say(session, 1);
    await f.pass(LIFE_MS / 2);
    await f.store.publishProfile(ROOM, session, sealedProfile(1));
    await f.append(session, 1);
    await f.append(session, 7);
    await f.append(session, 2, envelope(2, { epoch: 4 }));
    await f.store.leave(ROOM, bob.session);
    await f.store.detach(ROOM, session);
    f.heard();
    const again = await f.join('ann', { as: 'member' });
    const back = await f.join('bob', { as: 'member' });
    expect(types(f.heard())).toEqual(['presence']);
    expect([again.expiresInMs, back.expiresInMs]).toEqual([LIFE_MS / 2, LIFE_MS / 2]);
    await f.pass(LIFE_MS / 2);
    expect(types(f.heard())).toEqual(['ended']);
  });
}
