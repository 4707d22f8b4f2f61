import { expect, test } from 'vitest';
import { startRedis, startReplicaOf } from '../../../testing/redis-server.ts';
import { parseRedisUrl } from '../address.ts';
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

test.each(['CONFIG', 'INFO'])(
  'one without a bound of memory is a warning, and no refusal (by %s)',
  async (by) => {
    const settings = by === 'INFO' ? { 'rename-command': ['CONFIG', ''] } : {};
    await using redis = await startRedis({ maxmemory: '0', ...settings });
    const found = await check(redis.url, true);
    expect(found).toMatchObject({ ok: true });
    expect(found.ok ? found.warnings.at(-1) : '').toBe(
      `${redis.address} has maxmemory 0: when memory runs out, the system ends Redis, and with it all rooms. ` +
        'CONFIG SET maxmemory to three quarters of what the machine has, or half with replicas',
    );
  },
);

test.each([
  ['', 'Redis asks for a password, and REDIS_URL has none', 'NOAUTH'],
  [':wrong@', 'Redis refuses the name or password in REDIS_URL', 'WRONGPASS'],
  ['nobody:right@', 'Redis refuses the name or password in REDIS_URL', 'WRONGPASS'],
  ['weak:weak@', 'Redis does not permit this name what docs/scaling.md asks for', 'NOPERM'],
])('a Redis that is there and refuses %s is not one that does not answer', async (login, told, word) => {
  await using redis = await startRedis();
  await redis.ask('ACL', 'SETUSER', 'weak', 'on', '>weak', '+ping');
  await redis.ask('CONFIG', 'SET', 'requirepass', 'right');
  expect(await check(`redis://${login}${redis.address}`, true)).toEqual({
    ok: false,
    complaint: `${told}: ${redis.address} (${word}).`,
  });
});

test('one that forbids CONFIG: refused, unless allowed', async () => {
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
});

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
