// What gets into the log: messages by number and epoch; and profiles.

import { decodeServerSealed } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { envelope, roomId, sealedProfile } from '../../testing/signer.ts';
import { type Fixtures, ROOM, identity, types } from './fixture.ts';

export function sending({ opened }: Fixtures): void {
  test('SEND-1: only the next n is logged; a repeat changes nothing, a gap is refused', async () => {
    const f = await opened();
    const { session } = await f.join('ann');
    expect(await f.append(session, 2)).toEqual({ outcome: 'refused', code: 'gap' });
    expect(await f.append(session, 1)).toEqual({ outcome: 'appended', seq: 2 });
    f.heard();
    expect(await f.append(session, 1, envelope(99))).toEqual({ outcome: 'repeated' });
    expect(await f.append(session, 3)).toEqual({ outcome: 'refused', code: 'gap' });
    expect(f.heard()).toEqual([]);
    expect(await f.append(session, 2)).toEqual({ outcome: 'appended', seq: 3 });
    const again = await f.join('ann');
    expect(again).toMatchObject({ lastN: 2, seq: 3 });
    expect(again.missed[1]?.frame.subarray(5)).toEqual(envelope(1));
  });

  test('SEND-1: every member counts their own numbers', async () => {
    const f = await opened();
    const [ann, bob] = [await f.join('ann'), await f.join('bob')];
    expect(await f.append(ann.session, 1)).toEqual({ outcome: 'appended', seq: 2 });
    expect(await f.append(bob.session, 1)).toEqual({ outcome: 'appended', seq: 3 });
    expect(await f.append(ann.session, 2)).toEqual({ outcome: 'appended', seq: 4 });
    expect((await f.join('bob')).lastN).toBe(1);
  });

  test('SEND-3: another epoch is refused and spends no n; a repeat stays a repeat', async () => {
    const f = await opened();
    const { session } = await f.join('ann');
    expect(await f.append(session, 1, envelope(1, { epoch: 1 }))).toEqual({
      outcome: 'refused',
      code: 'epoch',
    });
    expect(await f.append(session, 1)).toEqual({ outcome: 'appended', seq: 2 });
    expect(await f.append(session, 1, envelope(1, { epoch: 1 }))).toEqual({ outcome: 'repeated' });
  });

  test("SEND-3: a session that left, lost its connection or never joined can't send", async () => {
    const f = await opened();
    const [ann, bob] = [await f.join('ann'), await f.join('bob')];
    await f.store.leave(ROOM, ann.session);
    await f.store.detach(ROOM, bob.session);
    f.heard();
    expect(await f.append(ann.session, 1)).toEqual({ outcome: 'replaced' });
    expect(await f.append(bob.session, 1)).toEqual({ outcome: 'replaced' });
    const stranger = { slot: new Uint8Array(8), generation: 1 };
    expect(await f.append(stranger, 1)).toEqual({ outcome: 'replaced' });
    const future = { ...bob.session, generation: bob.session.generation + 1 };
    expect(await f.append(future, 1)).toEqual({ outcome: 'replaced' });
    expect(await f.store.append(roomId('Nobody'), ann.session, 1, envelope(1))).toEqual({
      outcome: 'gone',
    });
    expect(f.heard()).toEqual([]);
  });

  test("PROFILE-1: a profile is announced and stored for newcomers; one of a stale epoch isn't", async () => {
    const f = await opened();
    const ann = await f.join('ann');
    f.heard();
    await f.store.publishProfile(ROOM, ann.session, sealedProfile(1, 3));
    expect(f.heard()).toEqual([]);
    await f.store.publishProfile(ROOM, ann.session, sealedProfile(1));
    await f.store.publishProfile(ROOM, ann.session, sealedProfile(2));
    const heard = f.heard();
    expect(types(heard)).toEqual(['profile', 'profile']);
    const [profile, ...others] = (await f.join('bob')).profiles;
    expect(others).toEqual([]);
    expect(profile && decodeServerSealed(profile)).toEqual({
      type: 'profile',
      slot: ann.session.slot,
      idPk: identity('ann'),
      sealed: sealedProfile(2),
    });
    await f.store.leave(ROOM, ann.session);
    expect((await f.join('cem')).profiles).toEqual([]);
    expect((await f.join('ann')).profiles).toHaveLength(1);
  });
}
