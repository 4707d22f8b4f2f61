// Who may join a room, and what they receive first.

import { GRACE_MS, LISTED_MAX, toHex } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { Signer, makeCharter, roomId, sealedProfile } from '../../testing/signer.ts';
import { RECORDS_PER_MEMBER } from '../member-rules.ts';
import {
  CHARTER,
  type Fixtures,
  LIFE_MS,
  OWNER,
  ROOM,
  SPEC,
  VERIFIED_WITH,
  asking,
  identity,
  slotsOf,
} from './fixture.ts';

export function joining({ fixture, opened }: Fixtures): void {
  test('WELCOME-1: a newcomer gets the terms of the room, whole', async () => {
    const f = await opened({ history: 'none' });
    const joined = await f.join('ann');
    expect(joined).toMatchObject({
      seq: 1,
      mode: 'reset',
      reason: 'fresh',
      lastN: 0,
      expiresInMs: LIFE_MS,
    });
    expect(joined.terms).toEqual({
      epoch: 0,
      c: 1,
      charter: CHARTER.bytes,
      blob: CHARTER.blob,
      closed: false,
      slow: 0,
      history: 'none',
      lifeMs: LIFE_MS,
    });
    expect(joined.session.slot).toHaveLength(8);
    expect(joined.presence).toMatchObject({ snapshot: true, count: 1, away: [], left: [] });
    expect(joined.presence.joined).toEqual([{ slot: joined.session.slot, idPk: identity('ann') }]);
  });

  test('WELCOME-1: the time left is a whole number, rounded up', async () => {
    const f = await opened();
    await f.join('ann');
    await f.pass(10.6);
    const { expiresInMs } = await f.join('ann', { as: 'member' });
    expect(expiresInMs).toBe(LIFE_MS - 10);
  });

  test('JOIN-3: a proof checked against other keys is denied', async () => {
    const f = await opened();
    const accessPk = new Signer('old access').pk;
    expect(await f.outcome('ann', { verifiedWith: { accessPk, epoch: 0 } })).toBe('denied');
    expect(await f.outcome('ann', { verifiedWith: { ...VERIFIED_WITH, epoch: 1 } })).toBe('denied');
    expect(f.heard()).toEqual([]);
    expect(await f.outcome('ann')).toBe('joined');
  });

  test('JOIN-2: "member" needs an identity that the room knows', async () => {
    const f = await opened();
    expect(await f.outcome('ann', { as: 'member' })).toBe('denied');
    await f.join('ann');
    expect(await f.outcome('ann', { as: 'member' })).toBe('joined');
    expect(await f.outcome('bob', { as: 'member' })).toBe('denied');
    expect((await f.store.join(roomId('Nobody'), asking('ann'))).outcome).toBe('denied');
  });

  test('JOIN-4: where newcomers need a passphrase, members come back by their identity alone', async () => {
    const f = await fixture();
    const charter = makeCharter(ROOM, OWNER, { door: 2, linkPk: new Signer('link').pk });
    await f.store.create(ROOM, SPEC);
    await f.store.open(ROOM, charter);
    expect(await f.outcome('ann', { as: 'member' })).toBe('denied');
    const { terms, seq } = await f.join('ann');
    expect([terms.charter, seq]).toEqual([charter.bytes, 1]);
    expect(await f.outcome('ann', { as: 'member' })).toBe('joined');
  });

  test('JOIN-4: the newest session of an identity fences off the older', async () => {
    const f = await opened();
    const old = await f.join('ann');
    await f.say(old.session, 1);
    f.heard();
    const young = await f.join('ann');
    expect(young.session.slot).toEqual(old.session.slot);
    expect(young.session.generation).toBe(old.session.generation + 1);
    expect(young.lastN).toBe(1);
    expect(f.heard()).toEqual([{ type: 'replaced', session: young.session }]);

    expect(await f.append(old.session, 2)).toEqual({ outcome: 'replaced' });
    await f.store.publishProfile(ROOM, old.session, sealedProfile(1));
    await f.store.renew(ROOM, old.session);
    await f.store.leave(ROOM, old.session);
    await f.store.detach(ROOM, old.session);
    await f.pass(GRACE_MS);
    expect(f.heard()).toEqual([]);
    expect(await f.append(young.session, 2)).toEqual({ outcome: 'appended', seq: 3 });
  });

  test('JOIN-5: a full room refuses everyone without a seat, except the owner', async () => {
    const f = await opened({}, { maxMembers: 2 });
    const ann = await f.join('ann');
    const bob = await f.join('bob');
    expect(await f.outcome('cem')).toBe('full');
    expect(await f.outcome('cem', { as: 'member' })).toBe('denied');
    await f.store.detach(ROOM, bob.session);
    expect(await f.outcome('cem')).toBe('full');
    await f.store.leave(ROOM, ann.session);
    expect(await f.outcome('cem')).toBe('joined');
    expect(await f.outcome('dan')).toBe('full');
    expect(await f.outcome('bob', { as: 'member' })).toBe('joined');
    expect(await f.outcome('ann', { as: 'member' })).toBe('full');
    expect(await f.outcome('ann')).toBe('full');
    expect(await f.outcome('the owner', { as: 'owner' })).toBe('joined');
    expect(await f.outcome('the owner', { as: 'owner' })).toBe('joined');
    expect(await f.outcome('another tab of the owner', { as: 'owner' })).toBe('full');
    expect(await f.outcome('dan')).toBe('full');
    await f.store.leave(ROOM, (await f.join('bob')).session);
    await f.store.leave(ROOM, (await f.join('cem')).session);
    expect(await f.outcome('ann', { as: 'member' })).toBe('joined');
  });

  test('JOIN-5: a member who left needs a free seat to return', async () => {
    const f = await opened({}, { maxMembers: 2 });
    const everybody = ['ann', 'bob', 'cem', 'dan', 'eve', 'fay', 'gus', 'hal'];
    for (const name of everybody) await f.store.leave(ROOM, (await f.join(name)).session);
    const outcomes: string[] = [];
    for (const name of everybody) outcomes.push(await f.outcome(name, { as: 'member' }));
    expect(outcomes).toEqual(['joined', 'joined', ...everybody.slice(2).map(() => 'full')]);
    expect((await f.join('ann')).presence.count).toBe(2);
  });

  test('JOIN-5: a seat is kept for the grace, and no longer', async () => {
    const f = await opened({}, { maxMembers: 1 });
    await f.store.detach(ROOM, (await f.join('ann')).session);
    await f.pass(GRACE_MS - 1);
    expect(await f.outcome('bob')).toBe('full');
    await f.store.detach(ROOM, (await f.join('ann', { as: 'member' })).session);
    await f.pass(GRACE_MS);
    expect(await f.outcome('bob')).toBe('joined');
    expect(await f.outcome('ann', { as: 'member' })).toBe('full');
  });

  test('the longest gone are forgotten first when records run out', async () => {
    const f = await opened({}, { maxMembers: 2 });
    const bound = 2 * RECORDS_PER_MEMBER;
    const first = await f.join('p0');
    for (let i = 1; i < bound; i++) {
      const { session } = await f.join(`p${i}`);
      await f.store.leave(ROOM, session);
    }
    await f.store.leave(ROOM, first.session);
    await f.store.leave(ROOM, (await f.join('one more')).session);
    expect(await f.outcome('p1', { as: 'member' })).toBe('denied');
    expect(await f.outcome('p2', { as: 'member' })).toBe('joined');
    const back = await f.join('p0', { as: 'member' });
    expect(back.session.slot).toEqual(first.session.slot);
  });

  test('PRESENCE-1: a newcomer to a crowd gets the count and a bounded list that includes them', async () => {
    const f = await opened({}, { maxMembers: 1000 });
    const first = await f.join('ann');
    await f.store.publishProfile(ROOM, first.session, sealedProfile(1));
    await f.crowd(LISTED_MAX);
    const { presence, session, profiles } = await f.join('zoe');
    expect(presence.count).toBe(LISTED_MAX + 2);
    expect(presence.joined).toHaveLength(LISTED_MAX);
    expect(slotsOf(presence)).toContain(toHex(session.slot));
    expect(profiles).toHaveLength(1);
  });
}
