import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import process from 'node:process';
import { encodeCreateRoom } from '@mayfly/protocol';
import { Redis } from 'ioredis';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Environment } from './config.ts';
import { createEvents } from './observe/events.ts';
import { run } from './run.ts';
import { BEAT_MS } from './store/redis/node-leases.ts';
import { TestClock } from './testing/clock.ts';
import { type TestServer, type TestRequest, ask, makePage, startTestServer } from './testing/test-server.ts';
import { startRedis, startReplicaOf, until } from './testing/redis-server.ts';
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
    envPath: join(page, '.env'),
    addresses: [],
    pageDirectory: page,
    clock: new TestClock(),
    random: (length) => randomBytes(length),
    say: (line) => void said.push(line),
    complain: (line) => void complaints.push(line),
  });
  return { said, complaints, running };
}

const WISH: TestRequest = {
  method: 'POST',
  path: '/api/rooms',
  headers: { 'content-type': 'application/json' },
  body: encodeCreateRoom({ ownerPk: new Signer('owner').pk, life: 60, history: 'all' }),
};

test('with REDIS_URL, rooms are in Redis, and the greeting says so', async () => {
  await using redis = await startRedis();
  const { said, complaints, running } = await start({ REDIS_URL: redis.url });
  expect(complaints).toEqual([]);
  expect(said.join('\n')).toContain('Rooms are in Redis');
  if (running === undefined) throw new Error('it does not run');
  expect((await ask(running, WISH)).status).toBe(201);
  expect(JSON.stringify(await redis.ask('KEYS', '*'))).toMatch(/"r\{\d+\}:/);
  await running.server[Symbol.asyncDispose]();
});

test('a Redis that persists to disk prevents the start, and each line says what to change', async () => {
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

test('if it is allowed, the log warns, and /healthz names the settings but no server', async () => {
  await using redis = await startRedis({ save: ['60', '1'], appendonly: 'yes' });
  await using testServer = await startTestServer({ REDIS_URL: redis.url, ALLOW_PERSISTENT_REDIS: '1' });
  expect(testServer.log).toEqual([
    expect.stringContaining(`mayfly: warning: Redis ${redis.address} has save "60 1"`),
    expect.stringContaining(`mayfly: warning: Redis ${redis.address} has appendonly "yes"`),
  ]);
  const { status, body } = await ask(testServer, { path: '/healthz' });
  expect([status, body.toString()]).toEqual([200, '{"ok":true,"persistentRedis":["save","appendonly"]}']);
});

test('a Redis that persists nothing is not mentioned', async () => {
  await using redis = await startRedis();
  await using testServer = await startTestServer({ REDIS_URL: redis.url });
  expect(testServer.log).toEqual([]);
  expect((await ask(testServer, { path: '/healthz' })).body.toString()).toBe('{"ok":true}');
});

test('no Redis, a replica, and one without functions each get their own sentence', async () => {
  const gone = await startRedis();
  await gone[Symbol.asyncDispose]();
  const absent = await start({ REDIS_URL: gone.url });
  expect(absent.complaints).toEqual([`mayfly: No Redis answers: ${gone.address} (ECONNREFUSED).`]);

  await using primary = await startRedis();
  await using replica = await startReplicaOf(primary);
  await using old = await startRedis({ 'rename-command': ['FUNCTION', ''] });
  for (const { url } of [replica, old]) {
    const { complaints, running } = await start({ REDIS_URL: url });
    expect(running).toBeUndefined();
    expect(complaints).toEqual([expect.stringMatching(/^mayfly: Redis answers, but can't hold rooms\./)]);
  }
});

test('a Redis that another data version uses prevents the start, in one sentence, and stays as it was', async () => {
  await using redis = await startRedis();
  const { url } = redis;
  await using first = await startTestServer({ REDIS_URL: url });
  expect((await ask(first, WISH)).status).toBe(201);
  await redis.ask('SET', '{n}v', 99);
  const nodes = await redis.ask('ZRANGE', 'n', 0, -1);
  const { complaints, running } = await start({ REDIS_URL: url });
  expect(running).toBeUndefined();
  expect(complaints).toEqual([
    expect.stringMatching(
      /^mayfly: Redis holds data of another version of Mayfly \(data version 99; this one is \d+\), and servers of that version are running\. Use another Redis/,
    ),
  ]);
  expect(await redis.ask('ZRANGE', 'n', 0, -1)).toEqual(nodes);
  expect(await redis.ask('GET', '{n}v')).toBe('99');
});

const LOST = 'mayfly: Redis does not answer: rooms wait';
const WELL = /^mayfly: Redis works again, after \d+ s$/;
const GONE = 'mayfly: rooms are gone from Redis: it was restarted or flushed, or unreachable for too long';

async function health(testServer: TestServer): Promise<readonly unknown[]> {
  const paths = ['/healthz', '/readyz'];
  const answers = await Promise.all(paths.map((path) => ask(testServer, { path })));
  return answers.map(({ status, body }) => ({ status, ...JSON.parse(body.toString()) }));
}

/** Lets seconds pass one by one, waiting for what the node asked of Redis in each. */
async function seconds(count: number, testServer: TestServer): Promise<void> {
  for (let second = 0; second < count; second++) {
    testServer.clock.pass(1_000);
    expect((await ask(testServer, WISH)).status).toBe(201);
  }
}

const roomsCanBeMade = (testServer: TestServer) =>
  until(async () => (await ask(testServer, WISH)).status === 201);

describe('one line in the log says', () => {
  test('that Redis is lost, that rooms went with it, and that it is back', async () => {
    await using redis = await startRedis();
    await using testServer = await startTestServer({ REDIS_URL: redis.url });
    await redis.kill();
    for (let tries = 0; tries < 3; tries++) {
      const { status, body } = await ask(testServer, WISH);
      expect([status, JSON.parse(body.toString())]).toEqual([
        503,
        { error: 'unavailable', retryAfterMs: 2000 },
      ]);
    }
    testServer.clock.pass(7_000);
    const told = { trouble: 'SILENT', seconds: 7 };
    expect(await health(testServer)).toEqual([
      { status: 200, ok: true, redis: told },
      { status: 200, ready: true, redis: told },
    ]);
    expect(testServer.log).toEqual([LOST]);
    await redis.restart();
    await roomsCanBeMade(testServer);
    await seconds(10, testServer);
    expect(testServer.log).toEqual([LOST, GONE, expect.stringMatching(WELL)]);
    expect(await health(testServer)).toEqual([
      { status: 200, ok: true },
      { status: 200, ready: true },
    ]);
  });

  test('that an idle node has lost Redis', async () => {
    await using redis = await startRedis();
    await using testServer = await startTestServer({ REDIS_URL: redis.url });
    await redis.kill();
    await until(async () => {
      testServer.clock.pass(BEAT_MS);
      return testServer.log.length > 0;
    });
    expect(testServer.log).toEqual([LOST]);
  });

  test('that Redis hangs', async () => {
    await using redis = await startRedis();
    await using testServer = await startTestServer({ REDIS_URL: redis.url });
    redis.pause();
    await until(async () => {
      testServer.clock.pass(BEAT_MS);
      return testServer.log.length > 0;
    });
    redis.resume();
    await roomsCanBeMade(testServer);
    await seconds(10, testServer);
    expect(testServer.log.filter((line) => line !== GONE)).toEqual([LOST, expect.stringMatching(WELL)]);
  });

  test('that the password in REDIS_URL is no longer valid', async () => {
    await using redis = await startRedis();
    await redis.ask('CONFIG', 'SET', 'requirepass', 'old');
    await using testServer = await startTestServer({ REDIS_URL: `redis://:old@${redis.address}` });
    expect((await ask(testServer, WISH)).status).toBe(201);
    await redis.ask('CONFIG', 'SET', 'requirepass', 'new');
    await redis.ask('CLIENT', 'KILL', 'TYPE', 'normal');
    const refused = 'mayfly: Redis refuses the name or password in REDIS_URL (WRONGPASS): rooms wait';
    await until(async () => {
      testServer.clock.pass(BEAT_MS);
      return testServer.log.includes(refused);
    });
    expect(testServer.log.filter((line) => line !== LOST)).toEqual([refused]);
    expect(await health(testServer)).toMatchObject([{ redis: { trouble: 'WRONGPASS' } }, {}]);
    expect((await ask(testServer, WISH)).status).toBe(503);
    await redis.kill();
    await until(async () => {
      testServer.clock.pass(1_000);
      return testServer.log.at(-1) === LOST;
    });
  });

  test('that a user has lost a permission', async () => {
    await using redis = await startRedis();
    await redis.ask('ACL', 'SETUSER', 'mayfly', 'on', '>secret', '~*', '&*', '+@all');
    await using testServer = await startTestServer({ REDIS_URL: `redis://mayfly:secret@${redis.address}` });
    await redis.ask('ACL', 'SETUSER', 'mayfly', '-@scripting');
    expect((await ask(testServer, WISH)).status).toBe(503);
    expect(testServer.log).toEqual([
      'mayfly: Redis does not permit this name what docs/scaling.md asks for (NOPERM): rooms wait',
    ]);
    await redis.ask('ACL', 'SETUSER', 'mayfly', '+@scripting');
    await roomsCanBeMade(testServer);
  });

  test('that Redis was flushed', async () => {
    await using redis = await startRedis();
    await using testServer = await startTestServer({ REDIS_URL: redis.url });
    await redis.ask('FLUSHALL');
    await seconds(10, testServer);
    expect(testServer.log).toEqual([GONE]);
  });

  test.each([
    [
      'READONLY',
      'mayfly: Redis accepts no writes (READONLY): rooms wait',
      ['REPLICAOF', '127.0.0.1', '1'],
      ['REPLICAOF', 'NO', 'ONE'],
    ],
    [
      'OOM',
      'mayfly: Redis has no memory left (OOM): no new rooms, people or messages',
      ['CONFIG', 'SET', 'maxmemory', '1'],
      ['CONFIG', 'SET', 'maxmemory', '0'],
    ],
  ] as const)('that it refuses: %s', async (trouble, line, breaks, mends) => {
    await using redis = await startRedis();
    await using testServer = await startTestServer({ REDIS_URL: redis.url });
    await redis.ask(...breaks);
    expect((await ask(testServer, WISH)).status).toBe(503);
    expect((await ask(testServer, WISH)).status).toBe(503);
    expect(await health(testServer)).toMatchObject([
      { redis: { trouble } },
      { status: 200, redis: { trouble } },
    ]);
    await redis.ask(...mends);
    await roomsCanBeMade(testServer);
    await seconds(10, testServer);
    expect(testServer.log).toEqual([line, expect.stringMatching(WELL)]);
  });
});

test.each(['killed', 'paused'] as const)(
  'a node whose Redis is %s stays in its balancer: healthy, ready, and it serves the page without a wait',
  async (fate) => {
    await using redis = await startRedis();
    await using testServer = await startTestServer({ REDIS_URL: redis.url });
    if (fate === 'killed') await redis.kill();
    else redis.pause();
    // The test's clock stands still, so anything that waited for Redis would never answer.
    for (const [path, body] of [
      ['/healthz', '{"ok":true}'],
      ['/readyz', '{"ready":true}'],
    ] as const) {
      const answer = await ask(testServer, { path });
      expect([answer.status, answer.body.toString()]).toEqual([200, body]);
    }
    expect((await ask(testServer, { path: '/' })).status).toBe(200);
    expect(testServer.log).toEqual([]);
    redis.resume();
  },
);

test('hundreds of calls refused by a replica at once lead to one reconnect', async () => {
  await using redis = await startRedis();
  await using testServer = await startTestServer({ REDIS_URL: redis.url });
  const warnings: Error[] = [];
  const note = (warning: Error) => void warnings.push(warning);
  process.on('warning', note);
  await redis.ask('REPLICAOF', '127.0.0.1', '1');
  // First it counts the rooms of every partition.
  expect((await ask(testServer, WISH)).status).toBe(503);
  process.off('warning', note);
  expect(warnings).toEqual([]);
});

test('the permissions that docs/scaling.md lists are enough', async () => {
  const told = readFileSync(new URL('../../../docs/scaling.md', import.meta.url), 'utf8');
  const rules =
    /With ACLs a user needs (?:\s*`[^`]+`,?)+/
      .exec(told.replaceAll('\n', ' '))?.[0]
      .match(/[~&+][^\s`,]*/g) ?? [];
  expect(rules).toContain('~*');
  await using redis = await startRedis();
  await redis.ask('ACL', 'SETUSER', 'mayfly', 'on', '>secret', ...rules);
  const url = `redis://mayfly:secret@${redis.address}`;
  await using testServer = await startTestServer({ REDIS_URL: url });
  expect((await ask(testServer, WISH)).status).toBe(201);
  expect(testServer.log).toEqual([]);
});

test('an error of Redis that quotes a key does not reach the log', async () => {
  await using redis = await startRedis();
  const lines: string[] = [];
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
    // Each has its own log, because the same trouble is logged only once.
    createEvents('info', (line) => void lines.push(line)).events.trouble('store', error);
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
