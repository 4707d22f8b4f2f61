// How a room ends for a page, and what it forgets then.

import { CLOSE } from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadIdentity, newIdentity } from './people/identity.ts';
import { openRoom } from './live-room.ts';
import type { RoomEnd } from './room-updates.ts';
import { Author, ID } from './testing/author.ts';
import { enter, open } from './testing/open-room.ts';
import { seededRandom } from './testing/random.ts';
import { LIFE_MS, LINK, type ServerDouble } from './testing/server-double.ts';
import { StorageDouble } from './testing/storage.ts';
import { NetworkDouble } from './testing/wire-double.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => void vi.useRealTimers());

const sayExpired = ({ wire }: ServerDouble) => wire.say({ type: 'ended', reason: 'expired' });

describe('the end', () => {
  type Ending = readonly [string, (server: ServerDouble) => void, RoomEnd['why'], 'forgotten' | 'kept'];
  const endings: readonly Ending[] = [
    ['expired, with life left by our clock', sayExpired, 'server', 'forgotten'],
    [
      'ended by its owner',
      (server) => server.wire.say({ type: 'ended', reason: 'owner' }),
      'owner',
      'forgotten',
    ],
    ['ended without a word', (server) => server.wire.breakWith(CLOSE.ended.code), 'server', 'forgotten'],
    ['here in another tab', (server) => server.wire.breakWith(CLOSE.replaced.code), 'replaced', 'forgotten'],
    ['closed without a reason', (server) => server.wire.breakWith(CLOSE.left.code), 'hung_up', 'kept'],
    ['kicked', (server) => server.wire.breakWith(CLOSE.kicked.code), 'kicked', 'forgotten'],
    [
      'a frame of ours does not fit',
      (server) => server.wire.breakWith(CLOSE.badFrame.code),
      'incompatible',
      'kept',
    ],
    [
      'CLOSE-2: for good, by a code of a newer server',
      (server) => server.wire.breakWith(4500),
      'incompatible',
      'kept',
    ],
  ];
  for (const [name, end, why, identity] of endings) {
    test(`${name}: ${why}, the identity is ${identity}; nothing runs on`, async () => {
      const { server, connection, network, storage, room, updates } = await enter();
      room.send('unsent');
      end(server);
      expect(connection()).toBe(why);
      expect(loadIdentity(storage, ID) === undefined).toBe(identity === 'forgotten');
      const before = updates.length;
      vi.advanceTimersByTime(600_000);
      room.wake();
      expect(room.send('late')).toEqual({ ok: false, reason: 'ended' });
      expect(room.rename('late')).toEqual({ ok: false });
      room.leave();
      expect(updates).toHaveLength(before);
      expect(network.wires).toHaveLength(1);
      expect(vi.getTimerCount()).toBe(0);
    });
  }

  test('expired: only if our own clock agrees, give or take the time the last frame took to arrive', async () => {
    for (const [leftMs, why] of [
      [0, 'expired'],
      [10_000, 'expired'],
      [10_001, 'server'],
    ] as const) {
      const { server, connection } = await enter();
      server.wire.say({ type: 'life', expiresInMs: leftMs });
      sayExpired(server);
      expect(connection()).toBe(why);
    }
    const newcomer = await open();
    newcomer.server.challenge();
    sayExpired(newcomer.server);
    expect(newcomer.connection()).toBe('server');
    const short = await open();
    short.server.letIn({ lifeMs: 6_000, expiresInMs: 3_001 });
    sayExpired(short.server);
    expect(short.connection()).toBe('server');
  });

  test('denied: for a newcomer; for a member the room has vanished', async () => {
    const newcomer = await open();
    newcomer.server.challenge();
    newcomer.server.wire.say({ type: 'denied' });
    expect(newcomer.connection()).toBe('denied');
    const member = await enter();
    member.reconnect();
    member.server.challenge();
    member.server.wire.say({ type: 'denied' });
    expect(member.connection()).toBe('vanished');
    expect(loadIdentity(member.storage, ID)).toBeUndefined();
  });

  test('denied after the life we knew of: expired, not vanished; a message in between extends it', async () => {
    const late = await enter();
    vi.setSystemTime(Date.now() + LIFE_MS);
    late.server.wire.breakWith(1006);
    late.room.wake();
    late.server.challenge();
    late.server.wire.say({ type: 'denied' });
    expect(late.connection()).toBe('expired');

    const { server, connection, room } = await enter();
    vi.setSystemTime(Date.now() + LIFE_MS - 2000);
    server.append(new Author('Ann').write('a').envelope);
    vi.setSystemTime(Date.now() + LIFE_MS - 2000);
    server.wire.breakWith(1006);
    room.wake();
    server.challenge();
    server.wire.say({ type: 'denied' });
    expect(connection()).toBe('vanished');
  });

  test('denied after a refresh: not found, and the identity is forgotten', async () => {
    const before = await enter();
    before.room.close();
    const after = await open({ storage: before.storage });
    after.server.challenge();
    after.server.wire.breakWith(CLOSE.denied.code);
    expect(after.connection()).toBe('denied');
    expect(loadIdentity(before.storage, ID)).toBeUndefined();
  });

  test('full: the identity and the owner code stay', async () => {
    const identity = { ...newIdentity(seededRandom('owner'), 'Owner'), ownerCode: '7'.repeat(32) };
    const { server, storage, connection } = await open({ identity });
    server.challenge();
    server.wire.say({ type: 'full' });
    expect(connection()).toBe('full');
    expect(loadIdentity(storage, ID)?.ownerCode).toBe('7'.repeat(32));
  });

  test('leave: says goodbye, forgets the identity, overwrites the keys', async () => {
    const identity = newIdentity(seededRandom('me'), 'Me');
    const { room, server, storage, connection, network } = await enter({ identity });
    room.leave();
    expect(server.wire.said.at(-1)).toEqual({ type: 'leave' });
    expect(network.open).toHaveLength(0);
    expect(connection()).toBe('left');
    expect(storage.entries.size).toBe(0);
    expect([...identity.seed, ...identity.xSecret].every((byte) => byte === 0)).toBe(true);
  });

  test('close: no goodbye, and no update', async () => {
    const { room, server, updates, storage } = await enter();
    const before = updates.length;
    room.close();
    expect(server.wire.said.some(({ type }) => type === 'leave')).toBe(false);
    expect(updates).toHaveLength(before);
    expect([...storage.entries.keys()]).toEqual([`mayfly:${LINK.id}:identity`, `mayfly:${LINK.id}:log`]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('closed before it began: no connection is opened', async () => {
    const network = new NetworkDouble();
    const room = openRoom({ link: LINK, storage: new StorageDouble(), transport: network.transport });
    room.close();
    await Promise.resolve();
    expect(network.wires).toHaveLength(0);
  });
});
