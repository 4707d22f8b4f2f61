// Signals that are announced and stored nowhere.

import { EPHEMERAL_MEMBERS_MAX, decodeServerSealed, toHex } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { sealedSignal } from '../../testing/signer.ts';
import { type Fixture, type Fixtures, ROOM } from './fixture.ts';

/** Sender and sealed bytes of each signal since the last call. */
function signals(f: Fixture): readonly (readonly [string, string])[] {
  return f.heard().flatMap((notice) => {
    if (notice.type !== 'ephemeral') return [];
    const decoded = decodeServerSealed(notice.frame);
    return [[toHex(notice.from), decoded?.type === 'ephemeral' ? toHex(decoded.sealed) : '']];
  });
}

export function ephemeral({ opened, crowded }: Fixtures): void {
  test('EPHEMERAL-1: a signal is announced with its sender, and nothing else changes', async () => {
    const f = await opened();
    const ann = await f.join('ann');
    const bob = await f.join('bob');
    f.heard();
    await f.store.relay(ROOM, ann.session, sealedSignal(1));
    await f.store.relay(ROOM, bob.session, sealedSignal(2));
    expect(signals(f)).toEqual([
      [toHex(ann.session.slot), toHex(sealedSignal(1))],
      [toHex(bob.session.slot), toHex(sealedSignal(2))],
    ]);
    const cara = await f.join('cara');
    expect(cara).toMatchObject({ seq: 1, profiles: [] });
    expect(cara.missed).toHaveLength(1);
    f.heard();
    await f.settle();
    expect(f.heard()).toEqual([]);
  });

  test('EPHEMERAL-1: one of another epoch, or of a session that was replaced or left, is dropped', async () => {
    const f = await opened();
    const old = await f.join('ann');
    const ann = await f.join('ann', { as: 'member' });
    await f.store.relay(ROOM, ann.session, sealedSignal(1, 1));
    await f.store.relay(ROOM, old.session, sealedSignal(2));
    await f.store.leave(ROOM, ann.session);
    await f.store.relay(ROOM, ann.session, sealedSignal(3));
    expect(signals(f)).toEqual([]);
  });

  test('EPHEMERAL-1: dropped in a room of more than 50', async () => {
    const { f, sessions } = await crowded(EPHEMERAL_MEMBERS_MAX);
    const [ann, bob] = sessions;
    if (ann === undefined || bob === undefined) throw new Error('no crowd');
    await f.store.relay(ROOM, ann, sealedSignal(1));
    expect(signals(f)).toHaveLength(1);
    const [one] = await f.crowd(1);
    await f.store.relay(ROOM, ann, sealedSignal(1));
    expect(signals(f)).toEqual([]);
    if (one !== undefined) await f.leave([one]);
    await f.store.relay(ROOM, bob, sealedSignal(2));
    expect(signals(f)).toHaveLength(1);
  });

  test('LIFE-1: a signal does not restart the life of a room, and none revives it', async () => {
    const f = await opened({ lifeMs: 10_000 });
    const ann = await f.join('ann');
    await f.pass(9_000);
    await f.store.relay(ROOM, ann.session, sealedSignal(1));
    expect(signals(f)).toHaveLength(1);
    await f.pass(1_000);
    await f.store.relay(ROOM, ann.session, sealedSignal(1));
    expect(signals(f)).toEqual([]);
    expect(await f.store.keys(ROOM)).toBeUndefined();
  });

  test('WELCOME-4: the store names what its nodes take', async () => {
    const f = await opened();
    expect(f.store.features).toContain('ephemeral');
  });
}
