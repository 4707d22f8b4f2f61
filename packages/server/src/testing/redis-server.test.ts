import { expect, test } from 'vitest';
import {
  startRedis,
  startRedisCluster,
  startReplicaOf,
  startSentinel,
  startTlsRedis,
  until,
} from './redis-server.ts';

test('a primary alone keeps nothing on disk, pauses, and comes back empty on the same port', async () => {
  await using redis = await startRedis();
  expect(await redis.ask('CONFIG', 'GET', 'save')).toEqual(['save', '']);
  expect(await redis.ask('SET', 'k', 'ä')).toBe('OK');
  expect(await redis.ask('GET', 'k')).toBe('ä');
  expect(await redis.ask('GET', 'none')).toBeUndefined();
  await expect(redis.ask('INCR', 'k')).rejects.toThrow('not an integer');

  await using other = await startRedis();
  redis.pause();
  let isAnswered = false;
  const answer = redis.ask('GET', 'k').finally(() => {
    isAnswered = true;
  });
  for (let round = 0; round < 20; round += 1) await other.ask('PING');
  expect(isAnswered).toBe(false);
  redis.resume();
  expect(await answer).toBe('ä');

  await redis.restart();
  expect(await redis.ask('DBSIZE')).toBe(0);
});

test('settings of a test come on top', async () => {
  await using redis = await startRedis({ save: ['60', '1'], 'rename-command': ['FLUSHALL', ''] });
  expect(await redis.ask('CONFIG', 'GET', 'save')).toEqual(['save', '60 1']);
  await expect(redis.ask('FLUSHALL')).rejects.toThrow('unknown command');
});

test('an unknown setting is reported in the words of Redis', async () => {
  await expect(startRedis({ 'no-such-setting': '1' })).rejects.toThrow('no-such-setting');
});

test('a replica holds what its primary holds', async () => {
  await using primary = await startRedis();
  await primary.ask('SET', 'k', 'v');
  await using replica = await startReplicaOf(primary);
  expect(await replica.ask('GET', 'k')).toBe('v');
});

test('a primary speaks TLS beside plain text', async () => {
  const { redis, tlsPort } = await startTlsRedis();
  await using primary = redis;
  expect(await primary.ask('CONFIG', 'GET', 'tls-port')).toEqual(['tls-port', String(tlsPort)]);
});

test('a Sentinel makes the replica primary when the primary is gone', async () => {
  await using group = await startSentinel();
  await group.primary.kill();
  await until(async () => (await group.replica.info('replication')).get('role') === 'master');
});

test('three primaries share the slots', async () => {
  await using cluster = await startRedisCluster(3);
  const [first] = cluster.primaries;
  await expect(first?.ask('SET', 'foo', 'v')).rejects.toThrow(/^MOVED 12182 127\.0\.0\.1:/);
});

test('with replicas, the copy of a killed primary takes over', async () => {
  await using cluster = await startRedisCluster(3, { withReplicas: true });
  const [primary] = cluster.primaries;
  const [replica] = cluster.replicas;
  await primary?.kill();
  await until(async () => (await replica?.info('replication'))?.get('role') === 'master');
});
