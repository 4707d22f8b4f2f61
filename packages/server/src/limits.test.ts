// Floods over real sockets: what is refused, with which code, and that no one else is affected (LIMIT rules).

import { once } from 'node:events';
import { type Join, type RoomId, type SendRate, encodeClientSealed } from '@mayfly/protocol';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type TestServer, RawClient, ask, startTestServer, upgradeRequest } from './testing/test-server.ts';
import { charterRequest, from, makeRoom, reserve, roomRequest } from './testing/test-rooms.ts';
import { envelope, roomId, sealedProfile } from './testing/signer.ts';
import { Talker } from './testing/talker.ts';

const DEFAULT = { RATE_LIMITS: 'default' };
const STRICT = { RATE_LIMITS: 'strict' };
const PROXIED = { ...DEFAULT, TRUST_PROXY: '1' };
const UNKNOWN = roomId('zzzzzz');

const create = (testServer: TestServer, address = '203.0.113.9') =>
  ask(testServer, from(address, roomRequest()));
const postCharter = (testServer: TestServer, id: RoomId, address = '203.0.113.9') =>
  ask(testServer, from(address, charterRequest(id)));

/** The status line and Retry-After of an upgrade; an accepted socket is dropped. */
async function knock(testServer: TestServer, forwardedFor?: string): Promise<string> {
  using client = new RawClient(testServer);
  client.write(upgradeRequest({ 'X-Forwarded-For': forwardedFor }));
  const answer = (await client.until('\r\n\r\n')).toString();
  const retryAfter = /Retry-After: \d+/.exec(answer)?.[0];
  return [answer.split('\r\n', 1)[0]?.replace('HTTP/1.1 ', ''), retryAfter].filter(Boolean).join(', ');
}

async function knocks(testServer: TestServer, count: number, forwardedFor?: string) {
  const answers: string[] = [];
  for (let i = 0; i < count; i++) answers.push(await knock(testServer, forwardedFor));
  const tally: { [answer: string]: number } = {};
  for (const answer of answers) tally[answer] = (tally[answer] ?? 0) + 1;
  return tally;
}

/** Connections that stay silent, as the server sees them. */
function hold(
  testServer: TestServer,
  count: number,
): Disposable & { readonly clients: readonly RawClient[] } {
  const clients = Array.from({ length: count }, () => new RawClient(testServer));
  return {
    clients,
    [Symbol.dispose]: () => {
      for (const client of clients) client[Symbol.dispose]();
    },
  };
}

async function isAnswered(testServer: TestServer): Promise<boolean> {
  using client = new RawClient(testServer);
  client.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
  return (await client.closed).includes('200 OK');
}

const OPENED = '101 Switching Protocols';
const TOO_OFTEN = '429 Too Many Requests, Retry-After: 1';

describe('LIMIT-7: one address', () => {
  test('connecting too often gets HTTP 429, from loopback too, until the pause is over', async () => {
    await using testServer = await startTestServer(DEFAULT);
    expect(await knocks(testServer, 45)).toEqual({ [OPENED]: 40, [TOO_OFTEN]: 5 });
    expect(testServer.counts()).toMatchObject({ 'turned_away.rate': 5 });
    testServer.clock.pass(300);
    expect(await knocks(testServer, 5)).toEqual({ [OPENED]: 3, [TOO_OFTEN]: 2 });
  });

  test('X-Forwarded-For without TRUST_PROXY changes nothing', async () => {
    await using testServer = await startTestServer(DEFAULT);
    await knocks(testServer, 40, '203.0.113.1');
    expect(await knock(testServer, '203.0.113.2')).toBe(TOO_OFTEN);
  });

  test('behind a proxy, the address that the proxy saw counts, not what the client claims', async () => {
    await using testServer = await startTestServer(PROXIED);
    for (let i = 0; i < 40; i++) await knock(testServer, `198.51.100.${i}, 203.0.113.1`);
    expect(await knock(testServer, '198.51.100.99, 203.0.113.1')).toBe(TOO_OFTEN);
    expect(await knock(testServer, '203.0.113.1, 203.0.113.2')).toBe(OPENED);
    expect(await knocks(testServer, 41, 'nonsense')).toEqual({ [OPENED]: 40, [TOO_OFTEN]: 1 });
  });

  test('silent connections count, too: one too many is closed, until another one closes', async () => {
    await using testServer = await startTestServer(STRICT);
    const silent = hold(testServer, 601);
    expect((await Promise.race(silent.clients.map(({ closed }) => closed))).length).toBe(0);
    expect(testServer.counts()).toMatchObject({ 'turned_away.rate': 1 });
    silent[Symbol.dispose]();
    // The server notices the close a little later.
    while (!(await isAnswered(testServer)));
  });

  test('behind a proxy, the proxy itself may have any number of connections', async () => {
    await using testServer = await startTestServer({ ...STRICT, TRUST_PROXY: '1' });
    using held = hold(testServer, 601);
    for (const client of held.clients) client.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    await Promise.all(held.clients.map((client) => client.until('200 OK')));
    expect(testServer.counts()).not.toHaveProperty(['turned_away.rate']);
  });

  test('creating too often gets 429 with the time to wait; others can still create', async () => {
    await using testServer = await startTestServer(PROXIED);
    for (let i = 0; i < 10; i++) expect((await create(testServer)).status).toBe(201);
    const refused = await create(testServer);
    expect([refused.status, refused.headers['retry-after'], refused.body.toString()]).toEqual([
      429,
      '10',
      '{"error":"rate","retryAfterMs":10000}',
    ]);
    expect((await create(testServer, '203.0.113.10')).status).toBe(201);
    expect(testServer.counts()).toMatchObject({ 'room.reserved': 11, 'create.slowed': 1 });
    testServer.clock.pass(10_000);
    expect((await create(testServer)).status).toBe(201);
  });

  test('a malformed request costs nothing', async () => {
    await using testServer = await startTestServer(PROXIED);
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.9' };
    for (let i = 0; i < 20; i++)
      await ask(testServer, { method: 'POST', path: '/api/rooms', headers, body: '{}' });
    expect((await create(testServer)).status).toBe(201);
  });

  test('charters that open nothing count the same, whether or not the id is reserved', async () => {
    await using testServer = await startTestServer(PROXIED);
    for (let i = 0; i < 10; i++) expect((await postCharter(testServer, UNKNOWN)).status).toBe(403);
    expect((await postCharter(testServer, UNKNOWN)).status).toBe(429);
    const id = await reserve(testServer, from('203.0.113.9', roomRequest()));
    expect((await postCharter(testServer, id)).status).toBe(429);
    expect((await postCharter(testServer, id, '203.0.113.10')).status).toBe(204);
  });
});

async function fail(testServer: TestServer, id: RoomId, more: Partial<Join> = {}): Promise<void> {
  const talker = new Talker(testServer, '203.0.113.5');
  await talker.join(id, 'eve', { keySig: new Uint8Array(64), ...more });
  const denied = talker.control('denied');
  // The verification takes some turns of the loop, the pause only the clock.
  while (talker.controls.length < 2) {
    testServer.clock.pass(300);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await denied;
  expect(await talker.closed).toBe(4001);
}

describe('LIMIT-8: failed joins', () => {
  test.each([
    ['a room that exists', (room: RoomId) => room],
    ['a room that does not', () => UNKNOWN],
  ])('%s: ten are denied, then the address is blocked for a minute', async (_what, pick) => {
    await using testServer = await startTestServer(PROXIED);
    const room = await makeRoom(testServer);
    let failed = 0;
    // Each takes at least 0.3 s of the clock, in which the budget refills a little.
    for (; failed < 8; failed++) await fail(testServer, pick(room));
    const early = new Talker(testServer, '203.0.113.5');
    await early.control('challenge');
    for (; (await knock(testServer, '203.0.113.5')) === OPENED; failed++) await fail(testServer, pick(room));
    expect([10, 11, 12]).toContain(failed);
    expect(await knock(testServer, '203.0.113.5')).toBe('429 Too Many Requests, Retry-After: 60');
    await early.join(room, 'ann');
    expect(await early.closed).toBe(1013);
    expect(early.refusals).toMatchObject([{ code: 'rate' }]);
    expect(early.refusals[0]?.retryAfterMs).toBeGreaterThan(59_000);
    await new Talker(testServer, '203.0.113.6').enter(room, 'bob');
    testServer.clock.pass(60_000);
    await new Talker(testServer, '203.0.113.5').enter(room, 'ann');
  });

  test('returning to a room that is gone blocks no one', async () => {
    await using testServer = await startTestServer(PROXIED);
    for (let i = 0; i < 12; i++) await fail(testServer, UNKNOWN, { as: 'member' });
    expect(await knock(testServer, '203.0.113.5')).toBe(OPENED);
  });
});

describe('LIMIT-5: one connection', () => {
  test('people who write too fast are refused with a pause, and the messages of others pass', async () => {
    await using testServer = await startTestServer(PROXIED);
    const room = await makeRoom(testServer);
    const flooder = await new Talker(testServer).enter(room, 'flooder');
    const bob = await new Talker(testServer).enter(room, 'bob');
    flooder.send(1, 40);
    await flooder.answered();
    expect(flooder.messages).toHaveLength(15);
    expect(flooder.refusals[0]).toEqual({ type: 'refused', n: 16, code: 'rate', retryAfterMs: 200 });
    expect(flooder.refusals).toHaveLength(25);
    bob.send(1, 3);
    await bob.answered();
    expect([bob.refusals, bob.messages.length]).toEqual([[], 18]);

    testServer.clock.pass(200);
    flooder.send(16);
    await flooder.answered();
    expect(flooder.messages).toHaveLength(19);
    expect(flooder.ws.readyState).toBe(WebSocket.OPEN);
  });

  const large = encodeClientSealed({ type: 'send', n: 9, envelope: envelope(9, { bucket: 6 }) });
  test.each<[string, (talker: Talker) => unknown]>([
    ['messages', (talker) => talker.send(1, 200)],
    ['pings of the protocol', (talker) => repeat(200, () => talker.ws.send('{"type":"ping"}'))],
    ['pings of the WebSocket', pingOn],
    ['pongs nobody asked for', (talker) => repeat(200, () => talker.ws.pong())],
    ['keeps', (talker) => repeat(200, () => talker.ws.send('{"type":"keep"}'))],
    ['bytes', (talker) => repeat(45, () => talker.ws.send(large))],
  ])('a gross flood of %s is closed with 4029 and the time to come back', async (_what, flood) => {
    await using testServer = await startTestServer(PROXIED);
    const room = await makeRoom(testServer);
    const talker = await new Talker(testServer).enter(room, 'flooder');
    const bob = await new Talker(testServer).enter(room, 'bob');
    void flood(talker);
    expect(await talker.closed).toBe(4029);
    expect(talker.refusals.at(-1)).toEqual({ type: 'refused', code: 'rate', retryAfterMs: 5_000 });
    bob.send(1);
    await bob.answered();
    expect(bob.refusals).toEqual([]);
  });

  test('six profiles a minute, further ones are refused without a number', async () => {
    await using testServer = await startTestServer(PROXIED);
    const talker = await new Talker(testServer).enter(await makeRoom(testServer), 'ann');
    const profile = encodeClientSealed({ type: 'profile', sealed: sealedProfile(1) });
    repeat(8, () => talker.ws.send(profile));
    await talker.answered();
    const refused = { type: 'refused', code: 'rate', retryAfterMs: 10_000 };
    expect(talker.refusals).toEqual([refused, refused]);
  });
});

test('LIMIT-6: many members together exhaust the room: `busy`, while another room is unaffected', async () => {
  await using testServer = await startTestServer(PROXIED);
  const [room, other] = [await makeRoom(testServer), await makeRoom(testServer)];
  const crowd = await Promise.all(
    Array.from({ length: 8 }, (_, i) => new Talker(testServer).enter(room, `member ${i}`)),
  );
  for (const talker of crowd) talker.send(1, 14);
  await Promise.all(crowd.map((talker) => talker.answered()));
  // Everything has been sent; one more answer follows it.
  await crowd[0]?.answered();
  expect(crowd[0]?.messages).toHaveLength(100);
  const refusals = crowd.flatMap((talker) => talker.refusals);
  expect(refusals.filter(({ code }) => code === 'busy').length).toBeGreaterThan(0);
  expect(refusals.every(({ retryAfterMs, code }) => code !== 'busy' || retryAfterMs > 0)).toBe(true);
  const elsewhere = await new Talker(testServer).enter(other, 'ann');
  elsewhere.send(1, 10);
  await elsewhere.answered();
  expect(elsewhere.messages).toHaveLength(10);
});

describe('LIMIT-10: a process that is short of memory', () => {
  test('first creates no rooms, then admits no newcomers, then drops the oldest history; members stay', async () => {
    const vitals = { memoryShare: 0, loopP99Ms: 0 };
    await using testServer = await startTestServer(
      { RATE_LIMITS: 'off', ROOM_HISTORY_MESSAGES: '40' },
      { vitals: () => vitals },
    );
    const room = await makeRoom(testServer);
    const ann = await new Talker(testServer).enter(room, 'ann');
    ann.send(1, 30);
    await ann.answered();

    vitals.memoryShare = 0.75;
    testServer.clock.pass(1_000);
    const refused = await create(testServer);
    expect([refused.status, refused.body.toString()]).toEqual([
      503,
      '{"error":"server_full","retryAfterMs":30000}',
    ]);
    await new Talker(testServer).enter(room, 'bob');

    vitals.memoryShare = 0.85;
    testServer.clock.pass(1_000);
    for (const id of [room, UNKNOWN]) {
      const late = await new Talker(testServer).join(id, 'late');
      expect(await late.closed).toBe(1013);
      expect(late.refusals).toMatchObject([{ code: 'busy', retryAfterMs: 5_000 }]);
    }
    const back = await new Talker(testServer).enter(room, 'bob', { as: 'member' });
    await back.until(() => back.messages.length === 30);

    vitals.memoryShare = 0.9;
    testServer.clock.pass(1_000);
    const again = await new Talker(testServer).enter(room, 'bob', { as: 'member' });
    await again.answered();
    expect(again.messages).toHaveLength(10);
    ann.send(31);
    await ann.answered();
    expect(ann.messages.at(-1)).toBe(32);

    vitals.memoryShare = 0.5;
    testServer.clock.pass(1_000);
    expect((await create(testServer)).status).toBe(201);
    await new Talker(testServer).enter(room, 'late');
  });
});

async function healthOf(testServer: TestServer): Promise<unknown> {
  return JSON.parse((await ask(testServer, { path: '/healthz' })).body.toString());
}

describe('LIMIT-10: /healthz and the log say', () => {
  test('what is short, and when that is over', async () => {
    const vitals = { memoryShare: 0.75, loopP99Ms: 0 };
    await using testServer = await startTestServer({ RATE_LIMITS: 'off' }, { vitals: () => vitals });
    testServer.clock.pass(3_000);
    expect(await healthOf(testServer)).toEqual({ ok: true, load: { trouble: 'rooms', seconds: 2 } });
    vitals.memoryShare = 0.1;
    testServer.clock.pass(5_000);
    expect(await healthOf(testServer)).toEqual({ ok: true });
    expect(testServer.log).toEqual([
      'mayfly: memory is short: no new rooms',
      'mayfly: new rooms and people are accepted again, after 2 s',
    ]);
  });

  test('that the event loop is late: `unavailable`, try again in five seconds, and not that the server is full', async () => {
    const vitals = { memoryShare: 0, loopP99Ms: 900 };
    await using testServer = await startTestServer({ RATE_LIMITS: 'default' }, { vitals: () => vitals });
    testServer.clock.pass(2_000);
    const refused = await create(testServer);
    expect([refused.status, refused.body.toString()]).toEqual([
      503,
      '{"error":"unavailable","retryAfterMs":5000}',
    ]);
    expect(await healthOf(testServer)).toEqual({ ok: true, load: { trouble: 'slow', seconds: 0 } });
    expect(testServer.log).toEqual(['mayfly: the server is overloaded: no new rooms, and no new people']);
    vitals.loopP99Ms = 20;
    testServer.clock.pass(1_000);
    expect((await create(testServer)).status).toBe(201);
  });

  test('that all connections are taken', async () => {
    await using testServer = await startTestServer({
      RATE_LIMITS: 'off',
      MAX_CONNECTIONS: '1',
      TRUST_PROXY: '1',
    });
    const talker = await new Talker(testServer).enter(await makeRoom(testServer), 'ann');
    testServer.clock.pass(1_000);
    expect(await healthOf(testServer)).toEqual({ ok: true, connections: { trouble: 'full', seconds: 0 } });
    talker.ws.close();
    await talker.closed;
    await until(() => testServer.counts()['connection.closed'] === 1);
    testServer.clock.pass(5_000);
    expect(await healthOf(testServer)).toEqual({ ok: true });
    expect(testServer.log).toEqual([
      'mayfly: all connections are in use: new ones are refused',
      'mayfly: connections are free again, after 0 s',
    ]);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => void setImmediate(resolve));
}

const pair = ({ perSecond, burst }: SendRate) => [perSecond, burst];

describe('RATE_LIMITS', () => {
  test.each([
    ['off', 60, 60, undefined],
    ['default', 40, 15, { messages: [5, 15], bytes: [32_768, 65_536] }],
    ['strict', 20, 8, { messages: [2.5, 8], bytes: [16_384, 32_768] }],
  ])('%s; LIMIT-2: the welcome says so', async (level, connects, messages, told) => {
    await using testServer = await startTestServer({ RATE_LIMITS: level, TRUST_PROXY: '1' });
    expect((await knocks(testServer, 60, '203.0.113.77'))[OPENED]).toBe(connects);
    const talker = await new Talker(testServer).enter(await makeRoom(testServer), 'ann');
    talker.send(1, 60);
    await talker.answered();
    expect(talker.messages).toHaveLength(messages);
    const { rates } = (await talker.control('welcome')).limits;
    expect(rates && { messages: pair(rates.messages), bytes: pair(rates.bytes) }).toEqual(told);
  });
});

test('I12: every refusal has a code, and the time after which the same may work', async () => {
  const vitals = { memoryShare: 0, loopP99Ms: 0 };
  await using testServer = await startTestServer(
    { ...PROXIED, MAX_CONNECTIONS: '4', MAX_ROOMS: '2' },
    { vitals: () => vitals },
  );
  const room = await makeRoom(testServer);
  const heard: { readonly code: string; readonly retryAfterMs: number }[] = [];
  const listen = async (answer: Promise<{ readonly body: Buffer }>) => {
    const { error, retryAfterMs } = JSON.parse((await answer).body.toString()) as {
      readonly error: string;
      readonly retryAfterMs: number;
    };
    heard.push({ code: `api ${error}`, retryAfterMs });
  };

  const talker = await new Talker(testServer).enter(room, 'ann');
  talker.send(5);
  await talker.answered();
  talker.ws.send(encodeClientSealed({ type: 'send', n: 1, envelope: envelope(1, { epoch: 9 }) }));
  repeat(2, () => talker.ws.send('{"type":"keep"}'));
  talker.send(1, 20);
  await talker.answered();
  talker.send(1, 200);
  await talker.closed;
  heard.push(...talker.refusals);

  await create(testServer);
  await listen(create(testServer));
  repeat(10, () => void create(testServer, '203.0.113.8'));
  await listen(create(testServer, '203.0.113.8'));
  vitals.memoryShare = 0.85;
  testServer.clock.pass(1_000);
  const late = await new Talker(testServer, '203.0.113.12').join(room, 'late');
  await late.closed;
  heard.push(...late.refusals);

  const statuses = new Set<string>();
  for (let i = 0; i < 60; i++) statuses.add(await knock(testServer, '203.0.113.13'));
  for (let i = 0; i < 4; i++) await new Talker(testServer, `203.0.113.${20 + i}`).control('challenge');
  statuses.add(await knock(testServer, '203.0.113.30'));

  // The same request will fail again, so there is nothing to wait for.
  const hopeless = new Set(['gap', 'epoch']);
  const codes = new Set(heard.map(({ code }) => code));
  expect(codes).toEqual(new Set(['gap', 'epoch', 'rate', 'api server_full', 'api rate', 'busy']));
  for (const { code, retryAfterMs } of heard) expect(retryAfterMs > 0, code).toBe(!hopeless.has(code));
  expect(statuses).toEqual(new Set([OPENED, TOO_OFTEN, '503 Service Unavailable, Retry-After: 5']));
});

// All at once would exceed the WebSocket library's own bound on unanswered pings.
async function pingOn({ ws }: Talker): Promise<void> {
  while (ws.readyState === WebSocket.OPEN) {
    const answered = once(ws, 'pong');
    ws.ping();
    await answered;
  }
}

function repeat(times: number, act: () => void): void {
  for (let i = 0; i < times; i++) act();
}
