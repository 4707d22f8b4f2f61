// Every route under every check. New rows are included by themselves; one that writes needs a line in `VALID`.

import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { toBase64url } from '@mayfly/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { NO_FILES } from '../store/file-store.ts';
import { MemoryStore } from '../store/memory/memory-store.ts';
import { RoomSpace } from '../store/room-space.ts';
import { createEvents } from '../observe/events.ts';
import { TestClock } from '../testing/clock.ts';
import { charterRequest, roomRequest } from '../testing/test-rooms.ts';
import { RawClient, type TestRequest, ask, makePage } from '../testing/test-server.ts';
import { OPEN_RULES, calmGuard } from '../testing/guard.ts';
import { roomId } from '../testing/signer.ts';
import { createHttp } from './http-server.ts';
import { JSON_BODY, type Route, write } from './routes.ts';
import { routeTable } from './table.ts';

const NOTHING_LEFT = { perSecond: 1, burst: 0 };
const random = (length: number): Uint8Array => randomBytes(length);
const directory = makePage();
const { events } = createEvents('silent', () => {});
const clock = new TestClock();
const store = new MemoryStore({
  clock,
  random,
  limits: { maxRooms: 9, maxMembers: 9, historyMessages: 9, historyBytes: 99_999 },
});
const space = new RoomSpace({
  clock,
  maxRooms: 9,
  size: () => store.size(),
  report: events,
  onTrouble: () => {},
});
let isDraining = false;
const draining = () => isDraining;

const well = () => undefined;

function tableWith(guard = calmGuard(random)): readonly Route[] {
  const incidents = { redis: well, load: well, rooms: well, connections: well };
  const config = {
    roomLifeSeconds: 600,
    roomLifeMaxSeconds: 3600,
    roomCodeLength: 6,
    abuseContact: undefined,
  };
  return routeTable({
    health: { draining, persistentRedis: [], incidents },
    rooms: { config, store, guard, events, random, space },
    files: { files: NO_FILES, guard, hstsDays: 0 },
    page: { directory, hideKey: true, publicOrigin: undefined, hstsDays: 0, basePath: '/' },
  });
}

const ROUTES = tableWith();
const TRANSFERS = ROUTES.flatMap((route) => ('transfer' in route ? [route] : []));
const READS = ROUTES.filter((route) => route.method === 'GET' && !('transfer' in route));
const WRITES = ROUTES.flatMap((route) => ('maxBytes' in route ? [route] : []));

const VALID: { readonly [route: string]: TestRequest } = {
  'POST /api/rooms': roomRequest(),
  'POST /api/rooms/:id/charter': charterRequest(roomId('7Kq2mD')),
};

const FID = toBase64url(new Uint8Array(16));

type Listening = AsyncDisposable & { readonly server: { readonly address: string; readonly port: number } };

async function listen(routes: readonly Route[]): Promise<Listening> {
  const rules = OPEN_RULES;
  const app = await createHttp({
    routes,
    rules,
    basePath: '/',
    hstsDays: 0,
    tls: undefined,
    events,
    draining,
    clock,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return { server: { address: '127.0.0.1', port }, [Symbol.asyncDispose]: () => app.close() };
}

let http: Listening;
beforeAll(async () => {
  http = await listen(ROUTES);
});
afterAll(async () => {
  await http[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});
afterEach(() => {
  isDraining = false;
});

function pathOf({ path }: Route): string {
  return path
    .replace('/assets/:name', '/assets/app.1a2b.js')
    .replace(':id', '7Kq2mD')
    .replace(':fid', FID)
    .replace(':n', '0')
    .replace('*', '7Kq2mD');
}

function validFor({ method, path }: Route): TestRequest {
  return VALID[`${method} ${path}`] ?? expect.unreachable();
}

const FOREIGN: readonly { readonly [header: string]: string }[] = [
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { 'sec-fetch-site': 'cross-site' },
];

test('each route is there once, and each that writes has a valid request here', () => {
  const names = ROUTES.map(({ method, path }) => `${method} ${path}`);
  expect(new Set(names).size).toBe(names.length);
  expect(WRITES.map(({ method, path }) => `${method} ${path}`)).toEqual(Object.keys(VALID));
});

describe.each(WRITES)('$method $path', (route) => {
  const { method, maxBytes } = route;
  const valid = validFor(route);

  test('answers a valid request', async () => {
    expect([201, 403]).toContain((await ask(http, valid)).status);
  });

  test.each(FOREIGN)('API-5: refuses another site: %j', async (strange) => {
    const { status, body } = await ask(http, { ...valid, headers: { ...valid.headers, ...strange } });
    expect(status).toBe(403);
    expect(JSON.parse(body.toString())).toMatchObject({ error: 'not_allowed', retryAfterMs: 0 });
  });

  test('CLOSE-4: is refused while the server stops', async () => {
    isDraining = true;
    const { status, headers } = await ask(http, valid);
    expect([status, headers['retry-after']]).toEqual([503, '2']);
  });

  test('API-4: refuses a body that is one byte too long, or of another type', async () => {
    const sized = async (length: number) =>
      (await ask(http, { ...valid, body: new Uint8Array(length) })).status;
    expect([await sized(maxBytes + 1), await sized(maxBytes)]).toEqual([413, 400]);
    expect((await ask(http, { ...valid, headers: { 'content-type': 'text/plain' } })).status).toBe(415);
  });

  test('LIMIT-7: refuses an address that asks too often; malformed requests don’t count', async () => {
    const guard = calmGuard(random, { creates: NOTHING_LEFT, charters: NOTHING_LEFT });
    await using slow = await listen(tableWith(guard));
    expect((await ask(slow, valid)).status).toBe(429);
    expect((await ask(slow, { ...valid, body: '' })).status).toBe(400);
    guard[Symbol.dispose]();
  });

  test('API-4: refuses other methods and names the right one', async () => {
    for (const other of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter(
      (m) => m !== method,
    )) {
      const { status, headers } = await ask(http, { method: other, path: pathOf(route) });
      expect([other, status, headers['allow']]).toEqual([other, 405, method]);
    }
  });
});

describe.each(READS)('GET $path', (route) => {
  const path = pathOf(route);
  const statusOf = async (more: TestRequest = {}) => (await ask(http, { path, ...more })).status;
  const isAnswered = path === '/ws' ? 426 : 200;

  test('answers GET and HEAD, and other sites, which can’t read it', async () => {
    expect([await statusOf(), await statusOf({ method: 'HEAD' })]).toEqual([isAnswered, isAnswered]);
    for (const headers of FOREIGN) {
      const answer = await ask(http, { path, headers });
      expect(answer.status).toBe(isAnswered);
      expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin');
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  test('answers while the server stops: people still reload', async () => {
    isDraining = true;
    expect(await statusOf()).toBe(path === '/readyz' ? 503 : isAnswered);
  });

  test('API-4: refuses other methods and names the right ones', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']) {
      const { status, headers } = await ask(http, { method, path });
      expect([method, status, headers['allow']]).toEqual([method, 405, 'GET, HEAD']);
    }
  });

  test('refuses a malformed host, except for health checks', async () => {
    const isHealth = path === '/healthz' || path === '/readyz';
    expect(await statusOf({ headers: { host: 'a b' } })).toBe(isHealth ? 200 : 400);
  });
});

describe.each(TRANSFERS)('$method $path', (route) => {
  const { method } = route;
  const headers: { readonly [name: string]: string } =
    method === 'PUT'
      ? {
          'content-type': 'application/octet-stream',
          authorization: `Mayfly ${toBase64url(new Uint8Array(32))}`,
        }
      : {};
  const request = { method, path: pathOf(route), headers, ...(method === 'PUT' && { body: 'x' }) };
  const isAnswered = method === 'PUT' ? 403 : 404;

  test('FILE-5, FILE-7: nothing is there', async () => {
    const { status, body } = await ask(http, request);
    const error = method === 'PUT' ? 'not_allowed' : 'not_found';
    expect([status, JSON.parse(body.toString())]).toEqual([isAnswered, { error, retryAfterMs: 0 }]);
  });

  test.each(FOREIGN)('API-5: another site writes nothing and reads nothing: %j', async (strange) => {
    const answer = await ask(http, { ...request, headers: { ...headers, ...strange } });
    expect(JSON.parse(answer.body.toString()).hint === undefined).toBe(method === 'GET');
    expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin');
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('CLOSE-4: while the server stops, files are still read, and parts are sent elsewhere', async () => {
    isDraining = true;
    const answer = await ask(http, request);
    expect(answer.status).toBe(method === 'PUT' ? 503 : 404);
  });

  test('API-4: refuses other methods and names the right ones', async () => {
    const allowed = method === 'PUT' ? 'PUT' : 'GET, HEAD';
    for (const other of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].filter(
      (m) => !allowed.includes(m),
    )) {
      const answer = await ask(http, { method: other, path: request.path });
      expect([other, answer.status, answer.headers['allow']]).toEqual([other, 405, allowed]);
    }
  });

  test('LIMIT-11: refuses an address with too many at a time, or too many bytes', async () => {
    for (const files of [{ transfers: 0 }, { up: NOTHING_LEFT, down: NOTHING_LEFT }]) {
      const guard = calmGuard(random, { files });
      await using slow = await listen(tableWith(guard));
      const answer = await ask(slow, request);
      expect([answer.status, JSON.parse(answer.body.toString()).error]).toEqual([429, 'rate']);
      guard[Symbol.dispose]();
    }
  });
});

test('a body that is not a part of a file has 10 s', async () => {
  const head =
    'POST /api/rooms HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n';
  using slow = new RawClient(http).write(`${head}{`);
  const waiting = clock.pending;
  await expect.poll(() => clock.pending).toBeGreaterThan(waiting);
  clock.pass(10_000);
  expect((await slow.closed).toString()).toMatch(/^HTTP\/1\.1 408 /);
});

describe('a row with any method that writes gets the same checks', () => {
  const answered: string[] = [];
  const rows = (['POST', 'PUT', 'PATCH', 'DELETE'] as const).map((method) =>
    write({
      method,
      path: '/api/thing/:name',
      body: JSON_BODY,
      maxBytes: 10,
      decode: (text, { name }) => ({ text, name }),
      limit: (address) =>
        address === '127.0.0.1' ? undefined : { status: 429, error: 'rate', retryAfterMs: 1 },
      answer: async ({ text, name }) => {
        answered.push(`${method} ${name} ${text}`);
        return { status: 204 };
      },
    }),
  );

  test.each(rows)('$method', async ({ method }) => {
    await using things = await listen(rows);
    // Node's client sends no length with DELETE.
    const headers = { 'content-type': 'application/json', 'content-length': '1' };
    const request = { method, path: '/api/thing/a', headers, body: 'x' };
    for (const strange of FOREIGN) {
      expect((await ask(things, { ...request, headers: { ...headers, ...strange } })).status).toBe(403);
    }
    const long = { headers: { ...headers, 'content-length': '11' }, body: 'x'.repeat(11) };
    expect((await ask(things, { ...request, ...long })).status).toBe(413);
    isDraining = true;
    expect((await ask(things, request)).status).toBe(503);
    isDraining = false;
    expect(answered.splice(0)).toEqual([]);
    expect((await ask(things, request)).status).toBe(204);
    expect(answered.splice(0)).toEqual([`${method} a x`]);
    const wrong = await ask(things, { method: 'GET', path: '/api/thing/a' });
    expect([wrong.status, wrong.headers['allow']]).toEqual([405, 'POST, PUT, PATCH, DELETE']);
  });
});
