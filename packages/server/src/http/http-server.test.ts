import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { encodeCommandWithBlob } from '@mayfly/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CALM_MS } from '../store/room-space.ts';
import { pageHeaders, plainHeaders } from './headers.ts';
import { settled } from '../testing/clock.ts';
import {
  type Answer,
  type TestServer,
  HTML,
  RawClient,
  SCRIPT,
  ask,
  startTestServer,
} from '../testing/test-server.ts';
import { charterRequest, reserve as reserveAt, roomRequest } from '../testing/test-rooms.ts';
import { Signer, makeCharter, roomId } from '../testing/signer.ts';

let testServer: TestServer;
beforeAll(async () => {
  testServer = await startTestServer({ ROOM_EXPIRY_MAX_MINUTES: '60', ROOM_CODE_LENGTH: '8' });
});
afterAll(() => testServer[Symbol.asyncDispose]());

const OWNER = new Signer('owner');
const JSON_TYPE = { 'content-type': 'application/json' };

const reserve = (at: TestServer = testServer) => reserveAt(at);

function saidIn({ body }: Answer): unknown {
  return JSON.parse(body.toString());
}

/** The headers we choose, without date, connection and content. */
function chosenHeaders({ headers }: Answer): Record<string, unknown> {
  const ours = Object.entries(headers).filter(
    ([name]) => !['date', 'connection', 'keep-alive', 'content-length', 'content-type'].includes(name),
  );
  return Object.fromEntries(ours);
}

function lowerCase(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

describe('the page', () => {
  test.each(['/', '/chat', '/chat/', '/chat/7Kq2mD', '/chat/a/b?c', '/?room=7Kq2mD'])(
    '%s is the one HTML, with its headers and no other',
    async (path) => {
      const answer = await ask(testServer, { path, headers: { host: '192.168.1.7:5000' } });
      expect(answer.status).toBe(200);
      expect(answer.body.toString()).toBe(HTML);
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
      const visit = { host: { name: '192.168.1.7', port: 5000 }, secure: false, trustworthy: false };
      expect(chosenHeaders(answer)).toEqual(lowerCase(pageHeaders(visit, 7)));
    },
  );

  test('on loopback it is a trusted origin', async () => {
    const { headers } = await ask(testServer, { headers: { host: 'localhost:5000' } });
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(headers['content-security-policy']).toContain("connect-src 'self' ws://localhost:5000;");
    expect(headers['strict-transport-security']).toBeUndefined();
  });

  test('assets are sent as the build compressed them, and cached forever', async () => {
    const path = '/assets/app.1a2b.js';
    const plain = await ask(testServer, { path });
    const brotli = await ask(testServer, { path, headers: { 'accept-encoding': 'gzip, br' } });
    const gzip = await ask(testServer, { path, headers: { 'accept-encoding': 'gzip' } });
    expect(plain.body.toString()).toBe(SCRIPT);
    expect(brotliDecompressSync(brotli.body).toString()).toBe(SCRIPT);
    expect(gunzipSync(gzip.body).toString()).toBe(SCRIPT);
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(brotli.headers['content-encoding']).toBe('br');
    for (const { headers } of [plain, brotli, gzip]) {
      expect(headers['content-type']).toBe('application/javascript; charset=utf-8');
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(headers['vary']).toBe('Accept-Encoding');
    }
  });

  test('files beside the HTML are served by name', async () => {
    const { status, headers } = await ask(testServer, { path: '/logo.svg' });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('image/svg+xml');
  });

  test('the policy allows the import map of the page being sent, even if a build replaced it meanwhile', async () => {
    await using own = await startTestServer();
    for (const map of ['{"integrity":{}}', '{"integrity":{"/assets/new.js":"sha384-x"}}']) {
      const html = `<!doctype html><script type="importmap">${map}</script>`;
      writeFileSync(join(own.pageDirectory, 'index.html'), html);
      const { headers, body } = await ask(own, { path: '/chat/7Kq2mD' });
      const hash = createHash('sha256').update(map).digest('base64');
      expect(body.toString()).toBe(html);
      expect(headers['content-security-policy']).toContain(`script-src 'self' 'sha256-${hash}';`);
    }
  });

  test('HIDE_KEY: 1 sends the page as built, 0 tells it to leave keys in the address', async () => {
    await using keeping = await startTestServer({ HIDE_KEY: '0' });
    const said = (await ask(keeping, { path: '/chat/7Kq2mD' })).body.toString();
    expect(said).toBe(HTML.replace('<title>', '<meta name="mayfly-key" content="keep" /><title>'));
  });

  test('PUBLIC_ORIGIN: link previews get a picture, the same for every address', async () => {
    await using known = await startTestServer({ PUBLIC_ORIGIN: 'https://chat.example' });
    const picture = '<meta property="og:image" content="https://chat.example/og.png" />';
    for (const path of ['/', '/chat/7Kq2mD', '/chat/other1?utm=x']) {
      const { body } = await ask(known, { path, headers: { host: 'chat.example' } });
      expect(body.toString()).toBe(HTML.replace('<title>', `${picture}<title>`));
    }
  });

  test('BASE_PATH is filled into the page, so its addresses work from every room', async () => {
    await using own = await startTestServer({ BASE_PATH: 'chat-app', PUBLIC_ORIGIN: 'http://example.org' });
    const named =
      '<meta name="mayfly-base" content="./"><link href="./logo.svg"><script src="./assets/app.1a2b.js">';
    writeFileSync(join(own.pageDirectory, 'index.html'), `<title>Mayfly</title>${named}`);
    const picture = '<meta property="og:image" content="http://example.org/chat-app/og.png" />';
    const html = `${picture}<title>Mayfly</title>${named.replaceAll('./', '/chat-app/')}`;
    for (const path of ['/chat-app/', '/chat-app', '/chat-app/chat/7Kq2mD', '/chat-app//chat/7Kq2mD', '/']) {
      expect((await ask(own, { path })).body.toString()).toBe(html);
    }
  });

  test('HEAD answers like GET, without a body', async () => {
    const { status, headers, body } = await ask(testServer, { method: 'HEAD', path: '/chat/x' });
    expect([status, body.length, headers['content-length']]).toEqual([200, 0, String(HTML.length)]);
  });
});

describe('unknown addresses', () => {
  test.each([
    '/nope',
    '/index.html',
    '/assets/',
    '/assets/none.js',
    '/assets/app.1a2b.js.br',
    '/assets/../index.html',
    '/assets/%2e%2e/index.html',
    '/assets/%2e%2e%2findex.html',
    '/assets/..%5c..%5cpackage.json',
    '/api/nope',
    '/api/rooms/x/y',
    '/.env',
  ])('%s is 404, inert and never cached', async (path) => {
    const answer = await ask(testServer, { path });
    expect(answer.status).toBe(404);
    expect(chosenHeaders(answer)).toMatchObject(lowerCase(plainHeaders()));
    expect(answer.body.toString()).not.toMatch(/Error|node_modules/);
  });

  test('under /api the answer is JSON, elsewhere text', async () => {
    const api = await ask(testServer, { path: '/api/nope' });
    expect(saidIn(api)).toEqual({ error: 'not_found', retryAfterMs: 0 });
    expect((await ask(testServer, { path: '/nope' })).body.toString()).toBe('There is nothing here.\n');
  });

  test.each(['/%ZZ', '/chat/%', '/assets/%ff'])('%s is malformed', async (path) => {
    expect((await ask(testServer, { path })).status).toBe(400);
  });

  test.each([
    ['DELETE', '/', 'GET, HEAD'],
    ['POST', '/chat/x', 'GET, HEAD'],
    ['OPTIONS', '/api/rooms', 'POST'],
    ['GET', '/api/rooms', 'POST'],
    ['GET', '/api/rooms/7Kq2mD/charter', 'POST'],
    ['PUT', '/api/limits', 'GET, HEAD'],
    ['PROPFIND', '/assets/app.1a2b.js', 'GET, HEAD'],
    ['TRACE', '/healthz', 'GET, HEAD'],
  ])('API-4: %s %s is 405 with Allow', async (method, path, allow) => {
    const { status, headers } = await ask(testServer, { method, path });
    expect([status, headers['allow']]).toEqual([405, allow]);
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  test('a plain request for /ws is asked to upgrade', async () => {
    const { status, headers } = await ask(testServer, { path: '/ws' });
    expect([status, headers['upgrade']]).toEqual([426, 'websocket']);
  });
});

describe('BASE_PATH: everything is under it, whether or not a proxy removes it', () => {
  test.each(['/chat-app', ''])('asked for %s/…', async (base) => {
    await using own = await startTestServer({ BASE_PATH: '/chat-app/', ROOM_EXPIRY_MAX_MINUTES: '60' });
    const at = (path: string) => ask(own, { path: base + path });
    expect((await at('/logo.svg')).headers['content-type']).toBe('image/svg+xml');
    expect((await at('/assets/app.1a2b.js')).body.toString()).toBe(SCRIPT);
    expect(saidIn(await at('/healthz'))).toEqual({ ok: true });
    expect(saidIn(await at('/readyz'))).toEqual({ ready: true });
    expect(saidIn(await at('/api/limits'))).toEqual({ life: 1800, lifeMax: 3600 });
    expect(saidIn(await at('/api/nope'))).toEqual({ error: 'not_found', retryAfterMs: 0 });
    expect((await at('/nope')).body.toString()).toBe('There is nothing here.\n');
    expect((await at('/ws')).status).toBe(426);
    const made = await ask(own, { ...roomRequest(), path: `${base}/api/rooms` });
    const { id } = JSON.parse(made.body.toString());
    const opened = await ask(own, { ...charterRequest(id), path: `${base}/api/rooms/${id}/charter` });
    expect([made.status, opened.status]).toEqual([201, 204]);
    const deleted = await ask(own, { method: 'DELETE', path: `${base}/api/rooms` });
    expect([deleted.status, deleted.headers['allow']]).toEqual([405, 'POST']);
  });

  test('a path that is also one of our own', async () => {
    await using own = await startTestServer({ BASE_PATH: '/chat/' });
    const at = async (path: string) => (await ask(own, { path })).body.toString();
    for (const path of ['/chat/', '/chat/chat/7Kq2mD', '/chat/chat/chat']) expect(await at(path)).toBe(HTML);
    expect(await at('/chat/assets/app.1a2b.js')).toBe(SCRIPT);
  });

  test('a path that only begins like it is unknown', async () => {
    await using own = await startTestServer({ BASE_PATH: '/chat-app/' });
    expect((await ask(own, { path: '/chat-apps/' })).status).toBe(404);
  });
});

describe('creating a room', () => {
  test('API-1: an id of the configured length, reserved', async () => {
    const id = await reserve();
    expect(id).toMatch(/^[1-9A-HJ-NP-Za-km-z]{8}$/);
  });

  test('API-2: its charter opens it, once', async () => {
    const id = await reserve();
    expect((await ask(testServer, charterRequest(id))).status).toBe(204);
    expect((await ask(testServer, charterRequest(id))).status).toBe(204);
    const { bytes, blob } = makeCharter(id, OWNER, { moderators: [{ idPk: OWNER.pk, mask: 1 }] });
    const another = await ask(testServer, charterRequest(id, encodeCommandWithBlob(bytes, blob)));
    expect([another.status, saidIn(another)]).toEqual([403, { error: 'not_allowed', retryAfterMs: 0 }]);
  });

  test('API-3: the same answer to a charter that does not fit and to an id that is not reserved', async () => {
    const id = await reserve();
    const other = roomId('ZZZZZZZZ');
    const wrong = [
      makeCharter(id, OWNER, { signer: new Signer('somebody else') }),
      makeCharter(id, OWNER, { c: 2 }),
      makeCharter(id, OWNER, { epoch: 1 }),
      makeCharter(id, OWNER, { blobHash: new Uint8Array(32) }),
      makeCharter(other, OWNER),
    ];
    const bodies = wrong.map(({ bytes, blob }) => encodeCommandWithBlob(bytes, blob));
    const answers = await Promise.all([
      ...bodies.map((body) => ask(testServer, charterRequest(id, body))),
      ask(testServer, charterRequest(other)),
    ]);
    for (const answer of answers) {
      expect([answer.status, saidIn(answer)]).toEqual([403, { error: 'not_allowed', retryAfterMs: 0 }]);
    }
    expect((await ask(testServer, charterRequest(id))).status).toBe(204);
  });

  test('bytes that are not a charter, and an invalid id', async () => {
    const id = await reserve();
    const garbage = await ask(
      testServer,
      charterRequest(id, createHash('sha256').update('garbage').digest()),
    );
    const noId = await ask(testServer, { ...charterRequest(id), path: '/api/rooms/0OIl/charter' });
    expect([garbage.status, noId.status]).toEqual([400, 400]);
  });

  test('API-4: a life longer than the server allows', async () => {
    expect((await ask(testServer, roomRequest(3600))).status).toBe(201);
    const answer = await ask(testServer, roomRequest(3601));
    expect([answer.status, saidIn(answer)]).toEqual([400, { error: 'life_too_long', retryAfterMs: 0 }]);
  });

  test('API-6: the limits', async () => {
    expect(saidIn(await ask(testServer, { path: '/api/limits' }))).toEqual({ life: 1800, lifeMax: 3600 });
  });

  test.each([
    ['no JSON', '{', 400, 'bad_request'],
    ['no object', '[]', 400, 'bad_request'],
    ['a field missing', '{"v":1}', 400, 'bad_request'],
    ['a life too short', roomRequest(2).body, 400, 'bad_request'],
    ['too big', `{"pad":"${'x'.repeat(4096)}"}`, 413, 'too_big'],
    ['bytes that are not UTF-8', Uint8Array.of(0xff, 0xfe), 400, 'bad_request'],
  ])('API-4: %s', async (_what, body, status, error) => {
    const answer = await ask(testServer, { ...roomRequest(), ...(body !== undefined && { body }) });
    expect([answer.status, saidIn(answer)]).toEqual([status, { error, retryAfterMs: 0 }]);
  });

  test('API-4: a charter that is too long', async () => {
    const id = await reserve();
    const answer = await ask(testServer, charterRequest(id, new Uint8Array(2 + 2048 + 1168 + 1)));
    expect([answer.status, saidIn(answer)]).toEqual([413, { error: 'too_big', retryAfterMs: 0 }]);
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'nonsense',
  ])('API-4: %s is not accepted', async (type) => {
    const id = await reserve();
    const headers = { 'content-type': type };
    expect((await ask(testServer, { ...roomRequest(), headers })).status).toBe(415);
    expect((await ask(testServer, { ...charterRequest(id), headers })).status).toBe(415);
  });

  test('API-4: neither is JSON for the charter, nor bytes for the room', async () => {
    const id = await reserve();
    expect((await ask(testServer, { ...charterRequest(id), headers: JSON_TYPE })).status).toBe(415);
    const headers = { 'content-type': 'application/octet-stream' };
    expect((await ask(testServer, { ...roomRequest(), headers })).status).toBe(415);
  });

  test('API-5: another site is refused before its body is read', async () => {
    for (const strange of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      const answer = await ask(testServer, {
        ...roomRequest(),
        headers: { ...JSON_TYPE, ...strange },
        body: '{',
      });
      expect([answer.status, saidIn(answer)]).toEqual([
        403,
        { error: 'not_allowed', retryAfterMs: 0, hint: expect.stringMatching(/may not do this/) },
      ]);
    }
  });

  test('API-4: behind a proxy that drops the port from Host, the answer says what to set', async () => {
    const headers = { ...JSON_TYPE, host: 'chat.example', origin: 'https://chat.example:8443' };
    const answer = await ask(testServer, { ...roomRequest(), headers });
    expect([answer.status, saidIn(answer)]).toEqual([
      403,
      {
        error: 'not_allowed',
        retryAfterMs: 0,
        hint: expect.stringContaining('PUBLIC_ORIGIN=https://chat.example:8443'),
      },
    ]);
  });

  test('LIMIT-3: the log and /healthz report when rooms are short, and when that is over', async () => {
    await using small = await startTestServer({ MAX_ROOMS: '1' });
    const health = async () => saidIn(await ask(small, { path: '/healthz' }));
    const id = await reserve(small);
    expect(await health()).toEqual({ ok: true });
    expect((await ask(small, charterRequest(id))).status).toBe(204);
    await reserve(small);
    expect(await health()).toEqual({ ok: true, rooms: { trouble: 'give_way', seconds: 0 } });
    expect((await ask(small, roomRequest())).status).toBe(503);
    expect(await health()).toEqual({ ok: true, rooms: { trouble: 'full', seconds: 0 } });
    small.clock.pass(CALM_MS);
    await settled();
    expect(await health()).toEqual({ ok: true });
    expect(small.log).toEqual([
      'mayfly: MAX_ROOMS is reached: unused rooms make way for new ones',
      'mayfly: MAX_ROOMS is reached, and every room is in use: no new ones',
      'mayfly: there is space for new rooms again, after 60 s',
    ]);
  });

  test('a full server says when to try again', async () => {
    await using small = await startTestServer({ MAX_ROOMS: '1' });
    await reserve(small);
    const answer = await ask(small, roomRequest());
    expect([answer.status, saidIn(answer)]).toEqual([503, { error: 'server_full', retryAfterMs: 30_000 }]);
    expect(answer.headers['retry-after']).toBe('30');
  });

  test('ID-1: an id that is taken is drawn again', async () => {
    const draws = [...'aaaabbbb'].map((letter) => letter.charCodeAt(0));
    let at = 0;
    const random = (length: number) => new Uint8Array(length).fill(draws[at++ % 8] ?? 0);
    await using repeating = await startTestServer({ ROOM_CODE_LENGTH: '4' }, { random });
    const first = await reserve(repeating);
    at = 0;
    expect(await reserve(repeating)).not.toBe(first);
  });

  test('a lost store: 503 and one line in the log, neither quoting the request', async () => {
    const text = 'canary 7Kq2mD';
    const store = {
      create: () => Promise.reject(new Error(text)),
    };
    await using lost = await startTestServer({}, { store: { ...unusable(), ...store } });
    const answer = await ask(lost, roomRequest());
    expect([answer.status, saidIn(answer)]).toEqual([503, { error: 'unavailable', retryAfterMs: 5_000 }]);
    expect(lost.log.join()).toMatch(/^mayfly: trouble in http: Error at /);
    expect(lost.log.join()).not.toContain('canary');
  });
});

const lost = () => Promise.reject(new Error('lost'));

function unusable() {
  return {
    create: lost,
    open: lost,
    keys: lost,
    join: lost,
    look: lost,
    law: lost,
    command: lost,
    records: lost,
    stage: lost,
    rotate: lost,
    append: lost,
    publishProfile: lost,
    features: [],
    relay: lost,
    end: lost,
    detach: lost,
    leave: lost,
    renew: lost,
    follow: () => ({ [Symbol.dispose]: () => {} }),
    shorten: lost,
    size: lost,
    [Symbol.asyncDispose]: async () => {},
  };
}

describe('hosts', () => {
  test('a malformed host is 400, before anything else', async () => {
    for (const host of ['a b', "x'; script-src *", 'user@host']) {
      const answer = await ask(testServer, { headers: { host } });
      expect(answer.status).toBe(400);
      expect(chosenHeaders(answer)).toEqual(lowerCase(plainHeaders()));
    }
  });

  test('with PUBLIC_ORIGIN other hosts get 421, but health checks answer any host', async () => {
    await using named = await startTestServer({ PUBLIC_ORIGIN: 'https://chat.example' });
    const at = async (host: string, path = '/') => (await ask(named, { path, headers: { host } })).status;
    expect(await at('chat.example')).toBe(200);
    expect(await at('localhost:5000')).toBe(200);
    expect(await at('rebound.example')).toBe(421);
    expect(await at('rebound.example', '/api/limits')).toBe(421);
    const { body } = await ask(named, { headers: { host: 'rebound.example' } });
    expect(body.toString()).toContain('set PUBLIC_ORIGIN to the address people use');
    expect(await at('10.0.0.9:5000', '/healthz')).toBe(200);
    expect(await at('10.0.0.9:5000', '/readyz')).toBe(200);
  });

  test('with an https PUBLIC_ORIGIN the headers of the page say so', async () => {
    await using named = await startTestServer({ PUBLIC_ORIGIN: 'https://chat.example' });
    const { headers } = await ask(named, { headers: { host: 'chat.example' } });
    expect(headers['strict-transport-security']).toBe('max-age=604800');
    expect(headers['content-security-policy']).toMatch(
      /wss:\/\/chat\.example;.*; upgrade-insecure-requests$/,
    );
  });
});

const TWO_HOSTS = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\nhost: b\r\nConnection: close\r\n\r\n`;

describe('broken requests get a status line only, and the server keeps working', () => {
  test.each([
    ['garbage', '\u0016\u0003\u0001 garbage\r\n\r\n', '400 Bad Request'],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', '400 Bad Request'],
    ['two hosts (RFC 9112, 3.2)', TWO_HOSTS('/'), '400 Bad Request'],
    ['two hosts, asking for health', TWO_HOSTS('/healthz'), '400 Bad Request'],
    ['two hosts, and nothing is there', TWO_HOSTS('/nope'), '400 Bad Request'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      '400 Bad Request',
    ],
    [
      'length and chunks',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      '400 Bad Request',
    ],
    [
      'huge headers',
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(9_000)}\r\n\r\n`,
      '431 Request Header Fields Too Large',
    ],
  ])('%s', async (_what, bytes, status) => {
    using client = new RawClient(testServer);
    const received = await client.write(bytes).closed;
    expect(received.toString()).toMatch(new RegExp(`^HTTP/1\\.1 ${status}\r\n`));
    expect(received.toString()).not.toMatch(/Error|stack|Server:|X-Powered-By/i);
    expect((await ask(testServer, { path: '/healthz' })).status).toBe(200);
  });
});

test('health and readiness', async () => {
  expect(saidIn(await ask(testServer, { path: '/healthz' }))).toEqual({ ok: true });
  expect(saidIn(await ask(testServer, { path: '/readyz' }))).toEqual({ ready: true });
});

test('nothing that clients send is logged', () => {
  expect(testServer.log).toEqual([]);
});
