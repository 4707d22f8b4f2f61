import { expect, test } from 'vitest';
import { startRedis, startReplicaOf } from '../../testing/redis-server.ts';
import { parseRedisUrl } from './address.ts';
import { checkRedis } from './start-check.ts';

function check(url: string, allowPersistent = false) {
  const address = parseRedisUrl(url);
  if (address === undefined) throw new Error(`not an address: ${url}`);
  return checkRedis(address, allowPersistent);
}

test('a Redis that keeps nothing: nothing to say', async () => {
  await using redis = await startRedis();
  expect(await check(redis.url)).toEqual({ ok: true, persistent: [], warnings: [] });
});

test('one that does: refused, with all there is to correct; or allowed, with all of it as warnings', async () => {
  await using redis = await startRedis({ save: ['60', '1'], appendonly: 'yes' });
  const [save, append] = [
    `${redis.address} has save "60 1", which writes all rooms to a disk every now and then: CONFIG SET save ""`,
    `${redis.address} has appendonly "yes", which writes every message to a disk: CONFIG SET appendonly no`,
  ];
  const refused = await check(redis.url);
  expect(refused.ok ? '' : refused.complaint.split('\n').slice(1)).toEqual([`  ${save}`, `  ${append}`]);
  expect(refused.ok ? '' : refused.complaint).toContain('ALLOW_PERSISTENT_REDIS=1');
  expect(await check(redis.url, true)).toEqual({
    ok: true,
    persistent: ['save', 'appendonly'],
    warnings: [save, append],
  });
});

test('one that does not let CONFIG be asked: refused, unless allowed', async () => {
  await using redis = await startRedis({ 'rename-command': ['CONFIG', ''] });
  expect(await check(redis.url)).toMatchObject({
    ok: false,
    complaint: expect.stringContaining(`${redis.address} does not tell its save`),
  });
  expect(await check(redis.url, true)).toMatchObject({
    ok: true,
    persistent: ['save', 'slowlog-log-slower-than'],
  });
});

test('a replica that does not answer is a warning, and no refusal', async () => {
  await using primary = await startRedis();
  await using replica = await startReplicaOf(primary);
  replica.pause();
  expect(await check(primary.url)).toEqual({
    ok: true,
    persistent: [],
    warnings: [expect.stringMatching(`^nobody knows how this one is set: ${replica.address} \\(.+\\)$`)],
  });
}, 15_000);

test('no Redis at all is refused, allowed or not', async () => {
  const redis = await startRedis();
  await redis[Symbol.asyncDispose]();
  for (const allowed of [false, true]) {
    expect(await check(redis.url, allowed)).toEqual({
      ok: false,
      complaint: `No Redis answers: ${redis.address} (ECONNREFUSED).`,
    });
  }
});
