// Files through a cluster whose nodes die and are replaced, and a room that is ended from a node where no one is.

import { type Room, createRoom } from '@mayfly/client';
import { RoomFiles } from '@mayfly/client/files';
import { FILE_PART_BYTES, filePartCount, sealedFileSize, toBase64url } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { StorageDouble } from '../../../packages/client/src/testing/storage.ts';
import { sayToAdmin } from '../../../packages/server/src/testing/admin.ts';
import { SeededRandom } from '../../../packages/server/src/testing/random.ts';
import { startRedis } from '../../../packages/server/src/testing/redis-server.ts';
import { MIB, counted, enter, hashOf, inRoom, sharedFile, sourceOf } from '../sharing.ts';
import { Balancer } from './balancer.ts';
import { Cluster, type ClusterNode } from './cluster.ts';

const DETAILS = { name: 'big.bin', mime: 'application/octet-stream' };
const EVERY_BYTES = 1.5 * MIB;

const originOf = ({ port }: ClusterNode) => `http://127.0.0.1:${port}`;

/** Puts the moment of the room's end into the list. */
function noteEnd(room: Room, ends: number[]): void {
  room.subscribe((update) => {
    if (update.type === 'connection' && update.connection.state === 'ended') ends.push(performance.now());
  });
}

/** From one member to another, in milliseconds. */
async function messageMs(from: Room, to: Room, text: string): Promise<number> {
  const since = performance.now();
  const heard = new Promise<void>((resolve) => {
    to.subscribe((update) => {
      if (update.type === 'messages' && update.messages.some((message) => message.text === text)) resolve();
    });
  });
  from.send(text);
  await heard;
  return performance.now() - since;
}

test('FILE-3, FILE-7, LIFE-4: nodes die in the middle of a part, and at most that one is sent again; an operator ends the room from any node', async () => {
  await using redis = await startRedis();
  await using cluster = await Cluster.over(redis, new SeededRandom(6));
  await using balancer = await Balancer.before(cluster);
  const { origin } = balancer;
  const made = await createRoom({ origin, lifeSeconds: 600, history: 'all', name: 'Ann' });
  if (!made.ok) throw new Error(made.reason);
  const { link } = made;
  const ann = enter(origin, link, new StorageDouble(), made.identity);
  await inRoom(ann.room);

  const { source, hash } = sourceOf(6 * MIB + 5);
  const sealed = sealedFileSize(source.size);
  const { fetch, puts } = counted();
  using files = new RoomFiles(ann.room.files, { origin, fetch });
  balancer.strike('up', EVERY_BYTES, ['kill', 'stop', 'kill']);
  expect(await files.send(source, DETAILS)).toMatchObject({ ok: true });
  expect(balancer.struck).toBe(3);
  expect(puts.size).toBe(filePartCount(sealed));
  const sent = [...puts.values()].reduce((sum, count) => sum + count, 0);
  expect(sent).toBeLessThanOrEqual(filePartCount(sealed) + 3);

  const bob = enter(origin, link);
  const file = await sharedFile(bob.shared);
  using bobs = new RoomFiles(bob.room.files, { origin });
  balancer.carried.down = 0;
  balancer.strike('down', EVERY_BYTES, ['kill', 'stop', 'kill']);
  const fetched = await bobs.fetch(file);
  expect(fetched.ok && (await hashOf(fetched.blob))).toBe(hash);
  expect(balancer.struck).toBe(6);
  expect(balancer.carried.down).toBeLessThanOrEqual(sealed + 3 * FILE_PART_BYTES);
  await balancer.returned();
  for (const { room } of [ann, bob]) room.close();

  const [here, there, elsewhere] = cluster.nodes;
  if (here === undefined || there === undefined || elsewhere === undefined) throw new Error('three nodes');
  const [carl, dan] = [enter(originOf(here), link), enter(originOf(there), link)];
  for (const { room } of [carl, dan]) await inRoom(room);
  const usual: number[] = [];
  for (let n = 0; n < 5; n++) usual.push(await messageMs(carl.room, dan.room, `message ${n}`));
  const ends: number[] = [];
  for (const { room } of [carl, dan]) noteEnd(room, ends);
  const asked = performance.now();
  expect(await sayToAdmin(elsewhere.adminSocket, `end ${link.id}\n`)).toEqual({ ended: true });
  await expect.poll(() => ends.length).toBe(2);
  const waitMs = Math.max(...ends) - asked;
  // A second, and more only where the machine is too busy for messages, too.
  expect(waitMs).toBeLessThanOrEqual(Math.max(1_000, 10 * Math.max(...usual)));
  for (const node of cluster.nodes) {
    const gone = await globalThis.fetch(
      `${originOf(node)}/api/rooms/${link.id}/files/${toBase64url(file.fid)}`,
    );
    expect(gone.status).toBe(404);
  }
  expect(await redis.ask('KEYS', `*${link.id}*`)).toEqual([expect.stringMatching(/^r/)]);
  expect(await cluster.casualties()).toEqual([]);
});
