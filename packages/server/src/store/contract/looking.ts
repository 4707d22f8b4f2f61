// What an outsider may learn about a room, and that looking leaves no trace.

import { expect, test } from 'vitest';
import { Signer, roomId } from '../../testing/signer.ts';
import { type Fixtures, LIFE_MS, ROOM, VERIFIED_WITH } from './fixture.ts';

export function looking({ opened }: Fixtures): void {
  test('LOOK-2: a look says how many are there, how long, what newcomers see, and whether it is full', async () => {
    const f = await opened({ history: 'none' }, { maxMembers: 2 });
    const { charter, blob } = (await f.join('ann')).terms;
    await f.pass(1_000);
    const sight = { type: 'room', count: 1, history: 'none', full: false, closed: false };
    expect(await f.store.look(ROOM, VERIFIED_WITH)).toEqual({
      ...sight,
      expiresInMs: LIFE_MS - 1_000,
      charter,
      blob,
    });
    await f.join('bob');
    expect(await f.store.look(ROOM, VERIFIED_WITH)).toMatchObject({ count: 2, full: true });
  });

  test("LOOK-2: a look leaves no record, takes no seat, restarts no life and isn't announced", async () => {
    const f = await opened();
    await f.join('ann');
    f.heard();
    await f.pass(LIFE_MS - 1);
    expect(await f.store.look(ROOM, VERIFIED_WITH)).toMatchObject({ count: 1, expiresInMs: 1 });
    expect(f.heard()).toEqual([]);
    await f.pass(1);
    expect(await f.store.look(ROOM, VERIFIED_WITH)).toBeUndefined();
  });

  test('LOOK-2: without a room, or with a proof checked against other keys, a look shows nothing', async () => {
    const f = await opened();
    const accessPk = new Signer('old access').pk;
    expect(await f.store.look(ROOM, { ...VERIFIED_WITH, accessPk })).toBeUndefined();
    expect(await f.store.look(ROOM, { ...VERIFIED_WITH, epoch: 1 })).toBeUndefined();
    expect(await f.store.look(roomId('Nobody'), VERIFIED_WITH)).toBeUndefined();
  });
}
