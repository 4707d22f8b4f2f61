// Who is here, away or gone, announced by name.

import { GRACE_MS, toHex } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { sealedProfile } from '../../testing/signer.ts';
import { AWAY_AFTER_MS } from '../member-rules.ts';
import { type Fixtures, ROOM, identity, names, slotsOf, types } from './fixture.ts';

export function presence({ opened }: Fixtures): void {
  test('PRESENCE-5: a member who rejoins is announced with their profile, for those who came meanwhile', async () => {
    const f = await opened();
    const ann = await f.join('ann');
    await f.store.publishProfile(ROOM, ann.session, sealedProfile(1));
    await f.store.leave(ROOM, ann.session);
    await f.join('bob');
    await f.settle();
    const profile = f.heard().find(({ type }) => type === 'profile');
    await f.join('ann', { as: 'member' });
    await f.settle();
    const [joined, known, ...more] = f.heard();
    expect(joined).toMatchObject({ presence: { joined: [{ slot: ann.session.slot }] } });
    expect(known).toEqual(profile);
    expect(profile).toBeDefined();
    expect(more).toEqual([]);
  });

  test('PRESENCE-1: joins and departures are announced with consecutive versions', async () => {
    const f = await opened();
    const ann = await f.join('ann');
    const bob = await f.join('bob');
    await f.store.leave(ROOM, ann.session);
    const told = f.presences();
    expect(told.map((presence) => presence.snapshot)).toEqual([false, false, false]);
    expect(told.map((presence) => presence.count)).toEqual([1, 2, 1]);
    expect(told[1]?.joined).toEqual([{ slot: bob.session.slot, idPk: identity('bob') }]);
    expect(names(told[2]?.left ?? [])).toEqual([toHex(ann.session.slot)]);
    const version = told[0]?.version ?? 0;
    expect(told.map((presence) => presence.version)).toEqual([version, version + 1, version + 2]);
    expect(ann.presence.version).toBe(version);
    expect((await f.join('bob')).presence).toMatchObject({ version: version + 2, count: 1 });
  });

  test('PRESENCE-2: without a connection: quiet, then away, then left', async () => {
    const f = await opened();
    const ann = await f.join('ann');
    f.heard();
    await f.store.detach(ROOM, ann.session);
    await f.pass(AWAY_AFTER_MS - 1);
    expect(f.heard()).toEqual([]);
    await f.pass(1);
    const [away] = f.presences();
    expect(away).toMatchObject({ joined: [], away: [ann.session.slot], left: [], count: 1 });
    await f.pass(GRACE_MS - AWAY_AFTER_MS - 1);
    expect(f.heard()).toEqual([]);
    await f.pass(1);
    const [left] = f.presences();
    expect(left).toMatchObject({ joined: [], away: [], left: [ann.session.slot], count: 0 });
    await f.pass(GRACE_MS);
    expect(f.heard()).toEqual([]);
  });

  test('PRESENCE-2: returning before being announced as away announces nothing', async () => {
    const f = await opened();
    const ann = await f.join('ann');
    await f.store.detach(ROOM, ann.session);
    await f.pass(AWAY_AFTER_MS - 1);
    f.heard();
    const back = await f.join('ann', { as: 'member' });
    await f.pass(GRACE_MS);
    expect(f.heard()).toEqual([]);
    expect(back.presence.count).toBe(1);
  });

  test('PRESENCE-2: a member who was announced as away returns in the same slot', async () => {
    const f = await opened();
    const ann = await f.join('ann');
    await f.store.detach(ROOM, ann.session);
    await f.pass(AWAY_AFTER_MS);
    f.heard();
    const bob = await f.join('bob');
    expect(names(bob.presence.away)).toEqual([toHex(ann.session.slot)]);
    expect(slotsOf(bob.presence)).toContain(toHex(ann.session.slot));
    f.heard();
    await f.join('ann', { as: 'member' });
    const [back] = f.presences();
    expect(back).toMatchObject({ joined: [{ slot: ann.session.slot }], away: [], left: [], count: 2 });
    await f.pass(GRACE_MS);
    expect(f.heard()).toEqual([]);
  });

  test('PRESENCE-2: a member who left joins again as the same member', async () => {
    const f = await opened();
    const ann = await f.join('ann');
    await f.say(ann.session, 1);
    await f.store.detach(ROOM, ann.session);
    await f.pass(GRACE_MS);
    f.heard();
    const back = await f.join('ann', { as: 'member' });
    expect(back).toMatchObject({ lastN: 1, session: { slot: ann.session.slot } });
    expect(types(f.heard())).toEqual(['presence']);
  });

  test('PRESENCE-3: leave is a departure at once; the room lives on, empty', async () => {
    const f = await opened();
    const ann = await f.join('ann');
    f.heard();
    await f.store.leave(ROOM, ann.session);
    await f.store.leave(ROOM, ann.session);
    await f.store.detach(ROOM, ann.session);
    expect(f.presences()).toMatchObject([{ left: [ann.session.slot], count: 0 }]);
    await f.pass(GRACE_MS);
    expect(f.heard()).toEqual([]);
    expect(await f.outcome('bob')).toBe('joined');
  });
}
