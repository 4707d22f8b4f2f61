// What followers of a room receive, and in which order.

import { expect, test } from 'vitest';
import { roomId } from '../../testing/signer.ts';
import type { StoreNotice } from '../room-store.ts';
import { type Fixtures, ROOM, types } from './fixture.ts';

export function following({ opened }: Fixtures): void {
  test('WELCOME-3: all followers receive the same events, in order, each once', async () => {
    const f = await opened();
    const other: StoreNotice[] = [];
    f.store.follow(ROOM, (notice) => other.push(notice));
    const { session } = await f.join('ann');
    await f.say(session, 1, 2, 3);
    const heard = f.heard();
    expect(types(heard)).toEqual(['presence', 'life', 'event', 'event', 'event']);
    expect(other).toEqual(heard);
    const events = heard.flatMap((notice) => (notice.type === 'event' ? [notice.event] : []));
    expect(events.map((event) => event.seq)).toEqual([2, 3, 4]);
    expect((await f.join('bob')).missed.slice(1)).toEqual(events);
  });

  test('a follower that stopped gets nothing more, and none gets notices of another room', async () => {
    const f = await opened();
    const [gone, elsewhere]: StoreNotice[][] = [[], []];
    f.store.follow(ROOM, (notice) => gone?.push(notice))[Symbol.dispose]();
    f.store.follow(roomId('Room22'), (notice) => elsewhere?.push(notice));
    await f.join('ann');
    expect(gone).toEqual([]);
    expect(elsewhere).toEqual([]);
    expect(f.heard()).not.toEqual([]);
  });

  test("a follower that stops during a notification doesn't get that notice", async () => {
    const f = await opened();
    const heard: StoreNotice[] = [];
    const stop: Disposable[] = [];
    f.store.follow(ROOM, () => stop[0]?.[Symbol.dispose]());
    stop.push(f.store.follow(ROOM, (notice) => heard.push(notice)));
    await f.join('ann');
    expect(heard).toEqual([]);
  });

  test("a follower that causes a notice while receiving one doesn't disturb the order", async () => {
    const f = await opened();
    const { session } = await f.join('ann');
    const early: number[] = [];
    const late: number[] = [];
    const asked: Promise<unknown>[] = [];
    f.store.follow(ROOM, (notice) => {
      if (notice.type !== 'event') return;
      early.push(notice.event.seq);
      if (notice.event.seq === 2) asked.push(f.append(session, 2));
    });
    f.store.follow(ROOM, (notice) => {
      if (notice.type === 'event') late.push(notice.event.seq);
    });
    await f.append(session, 1);
    await Promise.all(asked);
    expect(early).toEqual([2, 3]);
    expect(late).toEqual([2, 3]);
  });
}
