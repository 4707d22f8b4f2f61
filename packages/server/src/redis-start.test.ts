import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { encodeCreateRoom } from '@mayfly/protocol';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Environment } from './config.ts';
import { createEvents } from './guard/events.ts';
import { run } from './run.ts';
import { TestClock } from './testing/clock.ts';
import { type Question, ask, makePage, openDoor } from './testing/door.ts';
import { startRedis, startReplicaOf } from './testing/redis-server.ts';
import { Signer } from './testing/signer.ts';

let page: string;
beforeAll(() => {
  page = makePage();
});
afterAll(() => rmSync(page, { recursive: true }));

async function start(environment: Environment) {
  const said: string[] = [];
  const complaints: string[] = [];
  const running = await run({
    environment: { HOST: '127.0.0.1', PORT: '0', ...environment },
    envFile: undefined,
    addresses: [],
    pageDirectory: page,
    clock: new TestClock(),
    random: (length) => randomBytes(length),
    say: (line) => void said.push(line),
    complain: (line) => void complaints.push(line),
  });
  return { said, complaints, running };
}

const WISH: Question = {
  method: 'POST',
  path: '/api/rooms',
  headers: { 'content-type': 'application/json' },
  body: encodeCreateRoom({ ownerPk: new Signer('owner').pk, life: 60, history: 'all' }),
};

test('with REDIS_URL, rooms are in Redis, and the greeting says so', async () => {
  await using redis = await startRedis();
  const { said, complaints, running } = await start({ REDIS_URL: redis.url });
  expect(complaints).toEqual([]);
  expect(said.join('\n')).toContain('in the memory of Redis');
  if (running === undefined) throw new Error('it does not run');
  expect((await ask(running, WISH)).status).toBe(201);
  expect(JSON.stringify(await redis.ask('KEYS', '*'))).toMatch(/"r\{\d+\}:/);
  await running.server[Symbol.asyncDispose]();
});

test('a Redis with a disk keeps it from starting, and each line says what to change', async () => {
  await using redis = await startRedis({ save: ['60', '1'] });
  const { said, complaints, running } = await start({ REDIS_URL: redis.url });
  expect(running).toBeUndefined();
  expect(said).toEqual([]);
  expect(complaints).toEqual([
    expect.stringMatching(
      /^mayfly: Rooms must live in .*ALLOW_PERSISTENT_REDIS=1:\n {2}.*CONFIG SET save ""$/,
    ),
  ]);
});

test('allowed all the same, the log warns and /healthz names the settings, and no server', async () => {
  await using redis = await startRedis({ save: ['60', '1'], appendonly: 'yes' });
  await using door = await openDoor({ REDIS_URL: redis.url, ALLOW_PERSISTENT_REDIS: '1' });
  expect(door.log).toEqual([
    expect.stringContaining(`mayfly: warning: Redis ${redis.address} has save "60 1"`),
    expect.stringContaining(`mayfly: warning: Redis ${redis.address} has appendonly "yes"`),
  ]);
  const { status, body } = await ask(door, { path: '/healthz' });
  expect([status, body.toString()]).toEqual([200, '{"ok":true,"persistentRedis":["save","appendonly"]}']);
});

test('a Redis that keeps nothing is not mentioned', async () => {
  await using redis = await startRedis();
  await using door = await openDoor({ REDIS_URL: redis.url });
  expect(door.log).toEqual([]);
  expect((await ask(door, { path: '/healthz' })).body.toString()).toBe('{"ok":true}');
});

test('no Redis, a replica, and one without functions are told apart in a sentence', async () => {
  const gone = await startRedis();
  await gone[Symbol.asyncDispose]();
  const nobody = await start({ REDIS_URL: gone.url });
  expect(nobody.complaints).toEqual([`mayfly: No Redis answers: ${gone.address} (ECONNREFUSED).`]);

  await using primary = await startRedis();
  await using replica = await startReplicaOf(primary);
  await using old = await startRedis({ 'rename-command': ['FUNCTION', ''] });
  for (const { url } of [replica, old]) {
    const { complaints, running } = await start({ REDIS_URL: url });
    expect(running).toBeUndefined();
    expect(complaints).toEqual([expect.stringMatching(/^mayfly: Redis answers, but cannot hold rooms\./)]);
  }
}, 20_000);

test('a room cannot be made while Redis is lost: told when to try again, and nothing is logged', async () => {
  await using redis = await startRedis();
  await using door = await openDoor({ REDIS_URL: redis.url });
  await redis.kill();
  const { status, body } = await ask(door, WISH);
  expect([status, JSON.parse(body.toString())]).toEqual([503, { error: 'unavailable', retryAfterMs: 2000 }]);
  expect(door.log).toEqual([]);
});

test.each(['killed', 'paused'] as const)(
  'a node whose Redis is %s stays in its balancer: healthy, ready, and it serves the page without a wait',
  async (fate) => {
    await using redis = await startRedis();
    await using door = await openDoor({ REDIS_URL: redis.url });
    if (fate === 'killed') await redis.kill();
    else redis.pause();
    // The door's clock stands still, so whatever waited for Redis would never answer.
    for (const [path, body] of [
      ['/healthz', '{"ok":true}'],
      ['/readyz', '{"ready":true}'],
    ] as const) {
      const answer = await ask(door, { path });
      expect([answer.status, answer.body.toString()]).toEqual([200, body]);
    }
    expect((await ask(door, { path: '/' })).status).toBe(200);
    expect(door.log).toEqual([]);
    redis.resume();
  },
);

test('the permissions that docs/scaling.md names are enough', async () => {
  const told = readFileSync(new URL('../../../docs/scaling.md', import.meta.url), 'utf8');
  const rules =
    /With ACLs a name needs (?:\s*`[^`]+`,?)+/
      .exec(told.replaceAll('\n', ' '))?.[0]
      .match(/[~&+][^\s`,]*/g) ?? [];
  expect(rules).toContain('~*');
  await using redis = await startRedis();
  await redis.ask('ACL', 'SETUSER', 'mayfly', 'on', '>secret', ...rules);
  const url = `redis://mayfly:secret@${redis.address}`;
  await using door = await openDoor({ REDIS_URL: url });
  expect((await ask(door, WISH)).status).toBe(201);
  expect(door.log).toEqual([]);
});

test('what Redis says of a command that held a key does not reach the log', async () => {
  await using redis = await startRedis();
  const lines: string[] = [];
  const { events } = createEvents('info', (line) => void lines.push(line));
  using client = asDisposable(new Redis(redis.port, '127.0.0.1'));
  await client.call('SET', 'r{1}:canary', 'canary');
  for (const words of [
    ['NOSUCH', 'r{1}:canary'],
    ['HGET', 'r{1}:canary', 'canary'],
    ['FCALL', 'canary', '1', 'r{1}:canary'],
    ['EVAL', "error('canary ' .. KEYS[1])", '1', 'r{1}:canary'],
  ]) {
    const error: unknown = await client.call(...asCommand(words)).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(Error);
    events.trouble('store', error);
  }
  expect(lines).toHaveLength(4);
  expect(lines.join('\n')).toMatch(/^(mayfly: trouble in store: \w+Error at .*\n?){4}$/);
  expect(lines.join('\n')).not.toContain('canary');
});

function asCommand([name = '', ...words]: readonly string[]): [string, ...string[]] {
  return [name, ...words];
}

function asDisposable(client: Redis): Redis & Disposable {
  return Object.assign(client, { [Symbol.dispose]: () => client.disconnect() });
}
