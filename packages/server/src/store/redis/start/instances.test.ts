import { describe, expect, test } from 'vitest';
import {
  type RedisSettings,
  startRedis,
  startRedisCluster,
  startReplicaOf,
  startSentinel,
} from '../../../testing/redis-server.ts';
import { type RedisAddress, parseRedisUrl } from '../address.ts';
import { survey } from './instances.ts';
import { findTraces } from './memory-only.ts';

function addressOf(url: string): RedisAddress {
  const address = parseRedisUrl(url);
  if (address === undefined) throw new Error(`not an address: ${url}`);
  return address;
}

async function sentencesOf(url: string): Promise<readonly string[]> {
  const { instances, hasReplicas } = await survey(addressOf(url));
  return findTraces(instances, hasReplicas).map(({ sentence }) => sentence);
}

const DEFAULTS = { 'repl-diskless-load': 'disabled', 'rdb-del-sync-files': 'no' };

describe('one server', () => {
  test('that keeps nothing is fine; replication settings only matter with replicas', async () => {
    await using redis = await startRedis(DEFAULTS);
    expect(await sentencesOf(redis.url)).toEqual([]);
  });

  test.each<[RedisSettings, string]>([
    [
      { save: ['3600', '1'] },
      'has save "3600 1", which writes all rooms to a disk every now and then: CONFIG SET save ""',
    ],
    [
      { appendonly: 'yes' },
      'has appendonly "yes", which writes every message to a disk: CONFIG SET appendonly no',
    ],
    ...['allkeys-lru', 'volatile-ttl', 'volatile-random'].map((policy): [RedisSettings, string] => [
      { 'maxmemory-policy': policy },
      `has maxmemory-policy "${policy}", which drops parts of rooms when memory is short, and tells nobody: CONFIG SET maxmemory-policy noeviction`,
    ]),
    ...['10000', '0'].map((limit): [RedisSettings, string] => [
      { 'slowlog-log-slower-than': limit },
      `has slowlog-log-slower-than "${limit}", which keeps slow commands, with who sent what, beyond the end of a room: CONFIG SET slowlog-log-slower-than -1`,
    ]),
  ])('with %j', async (settings, told) => {
    await using redis = await startRedis(settings);
    expect(await sentencesOf(redis.url)).toEqual([`${redis.address} ${told}`]);
  });

  test('with default settings, all findings at once, and the advice is right', async () => {
    await using redis = await startRedis({
      save: ['3600', '1', '300', '100'],
      appendonly: 'yes',
      'maxmemory-policy': 'allkeys-lfu',
      'slowlog-log-slower-than': '10000',
    });
    const sentences = await sentencesOf(redis.url);
    expect(sentences).toHaveLength(4);
    for (const sentence of sentences) {
      const [, setting = '', value = ''] = /CONFIG SET (\S+) (\S+)$/.exec(sentence) ?? [];
      await redis.ask('CONFIG', 'SET', setting, value.replaceAll('"', ''));
    }
    expect(await sentencesOf(redis.url)).toEqual([]);
  });
});

describe('with a replica', () => {
  test.each<[keyof typeof DEFAULTS, string]>([
    [
      'repl-diskless-load',
      'has repl-diskless-load "disabled", which writes all rooms to the disk of a replica when it copies its primary: CONFIG SET repl-diskless-load on-empty-db',
    ],
    [
      'rdb-del-sync-files',
      'has rdb-del-sync-files "no", which leaves on the disk what a replica was copied with: CONFIG SET rdb-del-sync-files yes',
    ],
  ])('%s is looked at, in the replica and in the primary', async (setting, told) => {
    await using primary = await startRedis();
    await using replica = await startReplicaOf(primary, { [setting]: DEFAULTS[setting] });
    for (const url of [primary.url, replica.url]) {
      expect(await sentencesOf(url)).toEqual([`${replica.address} ${told}`]);
    }
    await replica.ask('CONFIG', 'SET', setting, setting === 'rdb-del-sync-files' ? 'yes' : 'swapdb');
    await primary.ask('CONFIG', 'SET', setting, DEFAULTS[setting]);
    for (const url of [primary.url, replica.url]) {
      expect(await sentencesOf(url)).toEqual([`${primary.address} ${told}`]);
    }
  });

  test('the replica is judged like the primary', async () => {
    await using primary = await startRedis();
    await using replica = await startReplicaOf(primary, { save: ['60', '1'] });
    expect(await sentencesOf(primary.url)).toEqual([expect.stringContaining(`${replica.address} has save`)]);
  });

  test("one that doesn't answer is reported, and holds up nothing", async () => {
    await using primary = await startRedis();
    await using replica = await startReplicaOf(primary);
    replica.pause();
    const { instances, unseen } = await survey(addressOf(primary.url));
    expect(instances.map(({ address }) => address)).toEqual([primary.address]);
    expect(unseen).toEqual([expect.stringMatching(`^${replica.address} \\(`)]);
  });
});

test('Sentinels lead to the primary and its replicas, including a badly set one', async () => {
  await using group = await startSentinel();
  expect(await sentencesOf(group.url)).toEqual([]);
  await group.replica.ask('CONFIG', 'SET', 'appendonly', 'yes');
  expect(await sentencesOf(group.url)).toEqual([
    expect.stringContaining(`${group.replica.address} has appendonly`),
  ]);
  const unknown = await survey(addressOf(group.url.replace('mayfly', 'other')));
  expect(unknown).toMatchObject({ instances: [], unseen: [expect.stringContaining('no Sentinel')] });
});

test('one node of a cluster leads to all, replicas included', async () => {
  await using cluster = await startRedisCluster(3, { withReplicas: true });
  const [first] = cluster.primaries;
  const url = `redis+cluster://${first?.address}`;
  expect(await sentencesOf(url)).toEqual([]);
  const all = [...cluster.primaries, ...cluster.replicas];
  const { instances } = await survey(addressOf(url));
  expect(new Set(instances.map(({ address }) => address))).toEqual(
    new Set(all.map(({ address }) => address)),
  );
  await cluster.replicas[2]?.ask('CONFIG', 'SET', 'save', '60 1');
  expect(await sentencesOf(url)).toEqual([
    expect.stringContaining(`${cluster.replicas[2]?.address} has save`),
  ]);
});

describe('a Redis that forbids CONFIG', () => {
  const UNKNOWN = ['save ""', 'slowlog-log-slower-than -1'];

  test('because it is renamed: what INFO reports is judged, the rest is named', async () => {
    await using redis = await startRedis({ 'rename-command': ['CONFIG', ''], appendonly: 'yes' });
    expect(await sentencesOf(redis.url)).toEqual([
      `${redis.address} does not tell its save: ${UNKNOWN[0]}`,
      expect.stringContaining('has appendonly "yes"'),
      `${redis.address} does not tell its slowlog-log-slower-than: ${UNKNOWN[1]}`,
    ]);
  });

  test('because this user may not', async () => {
    await using redis = await startRedis();
    await redis.ask('ACL', 'SETUSER', 'mayfly', 'on', '>a:b/c', '+@all', '-config', '~*', '&*');
    const sentences = await sentencesOf(`redis://mayfly:${encodeURIComponent('a:b/c')}@${redis.address}`);
    expect(sentences).toHaveLength(2);
  });
});

test.each([
  ['a wrong password', { requirepass: 'right' }, ':wrong@', 'WRONGPASS'],
  ['no password', { requirepass: 'right' }, '', 'NOAUTH'],
])('%s is told in one word of Redis, which is no secret', async (_title, settings, credentials, word) => {
  await using redis = await startRedis(settings);
  const { instances, unseen } = await survey(addressOf(`redis://${credentials}${redis.address}`));
  expect(instances).toEqual([]);
  expect(unseen).toEqual([`${redis.address} (${word})`]);
});

test("no server there: the system's error is reported", async () => {
  const redis = await startRedis();
  await redis[Symbol.asyncDispose]();
  expect(await survey(addressOf(redis.url))).toMatchObject({
    instances: [],
    unseen: [`${redis.address} (ECONNREFUSED)`],
  });
});
