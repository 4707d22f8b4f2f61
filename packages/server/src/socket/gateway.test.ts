import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import {
  CONTROL_BYTES_MAX,
  FIRST_FRAME_MS,
  FRAME_BYTES_MAX,
  type RoomId,
  type ServerControl,
  SUBPROTOCOL,
  decodeServerControl,
  decodeServerSealed,
  encodeClientControl,
  encodeClientSealed,
} from '@mayfly/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import { ARRIVAL_MS } from './drain.ts';
import { PING_EVERY_MS } from './gateway.ts';
import { capacityFor } from '../guard/capacity.ts';
import { BareGateway } from '../testing/bare-gateway.ts';
import {
  type TestServer,
  type Reachable,
  RawClient,
  ask,
  closeCode,
  startTestServer,
  upgradeRequest,
  wsFrame,
} from '../testing/test-server.ts';
import { makeRoom } from '../testing/test-rooms.ts';
import { Signer, envelope, makeJoin } from '../testing/signer.ts';

let testServer: TestServer;
beforeAll(async () => {
  testServer = await startTestServer();
});
afterAll(() => testServer[Symbol.asyncDispose]());

/** Connects and waits for the challenge. */
async function connect(
  to: Reachable,
  options: ClientOptions = {},
): Promise<{ ws: WebSocket; nonce: Uint8Array }> {
  const ws = new WebSocket(`ws://${to.server.address}:${to.server.port}/ws`, SUBPROTOCOL, options);
  const challenge = await nextControl(ws);
  if (challenge.type !== 'challenge') throw new Error(challenge.type);
  return { ws, nonce: challenge.nonce };
}

async function nextControl(ws: WebSocket): Promise<ServerControl> {
  const [text] = (await once(ws, 'message')) as [Buffer];
  const frame = decodeServerControl(text.toString());
  if (frame === undefined) throw new Error('not a frame');
  return frame;
}

async function closeOf(ws: WebSocket): Promise<number> {
  const [code] = (await once(ws, 'close')) as [number];
  return code;
}

async function statusOf(to: Reachable, bytes: string): Promise<string> {
  using client = new RawClient(to);
  const received = await client.write(bytes).closed;
  expect(received.toString()).not.toMatch(/challenge|Error|stack/);
  return received.toString().split('\r\n', 1)[0] ?? '';
}

const joinFrame = (id: RoomId, nonce: Uint8Array, name: string) =>
  encodeClientControl(makeJoin(id, nonce, new Signer(name)));

const h2c = (path: string) =>
  upgradeRequest({ Upgrade: 'h2c', Connection: 'Upgrade, close' }, `GET ${path} HTTP/1.1`);

describe('connecting', () => {
  test.each([
    ['WS-1: no subprotocol', { 'Sec-WebSocket-Protocol': undefined }, '400 Bad Request'],
    ['WS-1: another version', { 'Sec-WebSocket-Protocol': 'mayfly.v2' }, '400 Bad Request'],
    ['WS-1: broken subprotocols', { 'Sec-WebSocket-Protocol': 'mayfly.v1,,' }, '400 Bad Request'],
    ['WS-2: another page', { Origin: 'https://evil.example' }, '403 Forbidden'],
    ['WS-2: a sandboxed page', { Origin: 'null' }, '403 Forbidden'],
    ['a malformed host', { Host: 'a b' }, '400 Bad Request'],
    ['two hosts (RFC 9112, 3.2)', { HOST: 'b' }, '400 Bad Request'],
    ['no key', { 'Sec-WebSocket-Key': undefined }, '400 Bad Request'],
    ['a key that is none', { 'Sec-WebSocket-Key': 'short' }, '400 Bad Request'],
    ['an old version', { 'Sec-WebSocket-Version': '7' }, '400 Bad Request'],
  ])('%s is refused before any frame', async (_what, headers, status) => {
    expect(await statusOf(testServer, upgradeRequest(headers))).toBe(`HTTP/1.1 ${status}`);
  });

  test('BASE_PATH: the socket is under it, whether or not a proxy strips it', async () => {
    await using under = await startTestServer({ BASE_PATH: '/chat-app/' });
    for (const path of ['/chat-app/ws', '/ws']) {
      using client = new RawClient(under);
      client.write(upgradeRequest({}, `GET ${path} HTTP/1.1`));
      expect((await client.until('challenge')).toString()).toMatch(/^HTTP\/1\.1 101 /);
    }
    const elsewhere = upgradeRequest({}, 'GET /other/ws HTTP/1.1');
    expect(await statusOf(under, elsewhere)).toBe('HTTP/1.1 404 Not Found');
  });

  test('RFC 9110, 7.8: another upgrade is ignored, and the request answered like any other', async () => {
    expect(await statusOf(testServer, h2c('/'))).toBe('HTTP/1.1 200 OK');
    expect(await statusOf(testServer, h2c('/healthz'))).toBe('HTTP/1.1 200 OK');
    expect(await statusOf(testServer, h2c('/ws'))).toBe('HTTP/1.1 426 Upgrade Required');
  });

  test('an upgrade behind unanswered requests is refused', async () => {
    using client = new RawClient(testServer);
    client.write(
      upgradeRequest({}, 'GET /healthz HTTP/1.1').replace(/^(?:Connection|Upgrade).*\r\n/gm, '') +
        upgradeRequest(),
    );
    const heard = (await client.closed).toString();
    expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200']);
    expect(testServer.log).toEqual([]);
  });

  test('other paths and methods', async () => {
    expect(await statusOf(testServer, upgradeRequest({}, 'GET / HTTP/1.1'))).toBe('HTTP/1.1 404 Not Found');
    expect(await statusOf(testServer, upgradeRequest({}, 'GET /wsx HTTP/1.1'))).toBe(
      'HTTP/1.1 404 Not Found',
    );
    expect(await statusOf(testServer, upgradeRequest({}, 'GET http://[ HTTP/1.1'))).toBe(
      'HTTP/1.1 404 Not Found',
    );
    expect(await statusOf(testServer, upgradeRequest({}, 'POST /ws HTTP/1.1'))).toBe(
      'HTTP/1.1 405 Method Not Allowed',
    );
  });

  test('hosts and origins by configuration', async () => {
    await using named = await startTestServer({ PUBLIC_ORIGIN: 'https://chat.example', REQUIRE_ORIGIN: '1' });
    const at = (headers: { readonly [name: string]: string }) => statusOf(named, upgradeRequest(headers));
    expect(await at({ Host: 'rebound.example' })).toBe('HTTP/1.1 421 Misdirected Request');
    expect(await at({ Host: 'chat.example' })).toBe('HTTP/1.1 403 Forbidden');
    const { ws } = await connect(named, {
      headers: { host: 'chat.example', origin: 'https://chat.example' },
    });
    ws.terminate();
  });

  test('WS-2: behind a proxy that drops the port from Host, the answer says what to set', async () => {
    using client = new RawClient(testServer);
    const headers = { Host: 'chat.example', Origin: 'https://chat.example:8443' };
    const received = await client.write(upgradeRequest(headers)).closed;
    expect(received.toString()).toMatch(
      /^HTTP\/1\.1 403 Forbidden\r\n[^]+ PUBLIC_ORIGIN=https:\/\/chat\.example:8443\.\n$/,
    );
  });

  test('MAX_CONNECTIONS', async () => {
    await using small = await startTestServer({ MAX_CONNECTIONS: '2' });
    const first = await connect(small);
    await connect(small);
    expect(await statusOf(small, upgradeRequest())).toBe('HTTP/1.1 503 Service Unavailable');
    first.ws.close();
    await closeOf(first.ws);
    const third = await connect(small);
    expect(third.ws.readyState).toBe(WebSocket.OPEN);
    expect(small.counts()).toMatchObject({ 'connection.opened': 3, 'turned_away.full': 1 });
  });

  test('LIMIT-3: MAX_CONNECTIONS is lowered to what the system permits the process to open', async () => {
    await using small = await startTestServer({}, { openFilesMax: 8 });
    for (let i = 0; i < capacityFor(10_000, 8).webSockets; i++) await connect(small);
    expect(await statusOf(small, upgradeRequest())).toBe('HTTP/1.1 503 Service Unavailable');
    expect(small.log).toEqual([
      'mayfly: warning: this process may open only 8 files, so it accepts 3 connections instead of the 10000 of MAX_CONNECTIONS. ' +
        'Raise the limit to 11064 (ulimit -n, LimitNOFILE), or lower MAX_CONNECTIONS.',
    ]);
  });

  test('LIMIT-3: connections that have joined make room for new ones', async () => {
    await using small = await new BareGateway({ maxUnjoined: 1 }).open();
    const first = await connect(small);
    expect(await statusOf(small, upgradeRequest())).toBe('HTTP/1.1 503 Service Unavailable');
    first.ws.send(joinFrame(small.room, first.nonce, 'Ann'));
    expect((await nextControl(first.ws)).type).toBe('welcome');
    const second = await connect(small);
    expect(await statusOf(small, upgradeRequest())).toBe('HTTP/1.1 503 Service Unavailable');
    second.ws.close();
    await closeOf(second.ws);
    await connect(small);
    expect(small.gateway.size).toBe(2);
    // A joined connection that closes is not subtracted twice.
    first.ws.close();
    await closeOf(first.ws);
    expect(await statusOf(small, upgradeRequest())).toBe('HTTP/1.1 503 Service Unavailable');
  });

  test('LIMIT-7: open connections of one address; one that closes makes room for another', async () => {
    await using small = await new BareGateway({ socketsOfOne: 2 }).open();
    const first = await connect(small);
    await connect(small);
    expect(await statusOf(small, upgradeRequest())).toBe('HTTP/1.1 429 Too Many Requests');
    first.ws.close();
    await closeOf(first.ws);
    await connect(small);
    expect(await statusOf(small, upgradeRequest())).toBe('HTTP/1.1 429 Too Many Requests');
  });

  test('a socket that breaks while it is refused breaks nothing else', async () => {
    await using bare = await new BareGateway({ maxUnjoined: 1 }).open();
    const socket = new PassThrough();
    bare.listener.emit('upgrade', { url: '/elsewhere', headers: {}, socket }, socket, Buffer.alloc(0));
    expect(() => socket.emit('error', new Error('reset'))).not.toThrow();
    expect(socket.destroyed).toBe(true);
  });

  test('WS-1, WS-3: the subprotocol is confirmed, compression is not', async () => {
    const { ws } = await connect(testServer, { perMessageDeflate: true });
    expect([ws.protocol, ws.extensions]).toEqual([SUBPROTOCOL, '']);
    ws.terminate();
  });
});

describe('frames that break the WebSocket protocol', () => {
  const TEXT = 0x81;
  const PART = 0x01;
  test.each([
    ['unmasked', wsFrame(TEXT, '{}', false), 1002],
    ['reserved bits', wsFrame(TEXT | 0x40, '{}'), 1002],
    ['an unknown opcode', wsFrame(0x83, '{}'), 1002],
    ['a fragmented ping', wsFrame(0x09, ''), 1002],
    ['a ping too long', wsFrame(0x89, 'x'.repeat(126)), 1002],
    ['a continuation of nothing', wsFrame(0x80, '{}'), 1002],
    ['a message inside a message', Buffer.concat([wsFrame(PART, '{'), wsFrame(TEXT, '}')]), 1002],
    ['a close code that is none', wsFrame(0x88, Buffer.of(0x03, 0xed)), 1002],
    ['bad UTF-8', wsFrame(TEXT, Buffer.of(0x22, 0xff, 0x22)), 1007],
    ['FRAME-2: a frame over 64 KiB', wsFrame(0x82, new Uint8Array(FRAME_BYTES_MAX + 1)), 1009],
    ['FRAME-2: a declared 2^53', Buffer.from('82ff001fffffffffffff00000000', 'hex'), 1009],
    ['a declared 2^63', Buffer.from('82ff800000000000000000000000', 'hex'), 1009],
    [
      'FRAME-2: parts that are too long together',
      Buffer.concat([wsFrame(0x02, new Uint8Array(FRAME_BYTES_MAX)), wsFrame(0x80, Uint8Array.of(1))]),
      1009,
    ],
    ['FRAME-2: text over 4 KiB', wsFrame(TEXT, 'x'.repeat(CONTROL_BYTES_MAX + 1)), 1009],
    [
      'FRAME-2: short text of long letters over 4 KiB',
      wsFrame(TEXT, '€'.repeat(CONTROL_BYTES_MAX / 2)),
      1009,
    ],
    ['FRAME-3: not JSON', wsFrame(TEXT, '{'), 4000],
    ['FRAME-3: binary before the join', wsFrame(0x82, Uint8Array.of(1)), 4000],
    ['FRAME-3: empty', wsFrame(TEXT, ''), 4000],
  ])('%s', async (_what, bytes, code) => {
    using client = new RawClient(testServer);
    client.write(upgradeRequest());
    await client.until('challenge');
    client.write(bytes);
    client.socket.end();
    expect(closeCode(await client.closed)).toBe(code);
    expect((await ask(testServer, { path: '/healthz' })).status).toBe(200);
  });

  test('frames that arrive with the upgrade are read, too', async () => {
    using client = new RawClient(testServer);
    client.write(Buffer.concat([Buffer.from(upgradeRequest()), wsFrame(TEXT, '{')]));
    client.socket.end();
    expect(closeCode(await client.closed)).toBe(4000);
  });

  test('a socket that breaks during the upgrade breaks nothing else', async () => {
    using client = new RawClient(testServer);
    await once(client.socket, 'connect');
    client.write(upgradeRequest({ 'Sec-WebSocket-Protocol': undefined }));
    client.socket.resetAndDestroy();
    await client.closed;
    expect((await ask(testServer, { path: '/healthz' })).status).toBe(200);
  });
});

describe('a conversation', () => {
  test('challenge, join, welcome, a message there and back', async () => {
    const id = await makeRoom(testServer);
    const { ws, nonce } = await connect(testServer);
    const heard: (string | Uint8Array)[] = [];
    const echoed = new Promise<void>((resolve) => {
      ws.on('message', (bytes: Buffer, isBinary) => {
        heard.push(isBinary ? bytes : bytes.toString());
        if (isBinary && decodeServerSealed(bytes)?.type === 'message') resolve();
      });
    });
    ws.send(joinFrame(id, nonce, 'Ann'));
    ws.send(encodeClientSealed({ type: 'send', n: 1, envelope: envelope(42) }));
    await echoed;
    const types = heard.map((frame) =>
      typeof frame === 'string' ? decodeServerControl(frame)?.type : decodeServerSealed(frame)?.type,
    );
    expect(types.filter((type) => type !== 'presence' && type !== 'life')).toEqual([
      'welcome',
      'command',
      'message',
    ]);
    ws.terminate();
  });

  test('a client that sends nothing in time is closed with 4005', async () => {
    await using own = await startTestServer();
    const { ws } = await connect(own);
    own.clock.pass(FIRST_FRAME_MS);
    expect(await closeOf(ws)).toBe(4005);
  });

  test('WS-3: a client that answers pings stays, one that misses two in a row is dropped', async () => {
    await using own = await startTestServer();
    const id = await makeRoom(own);
    const join = async (name: string, options: ClientOptions) => {
      const { ws, nonce } = await connect(own, options);
      ws.send(joinFrame(id, nonce, name));
      expect((await nextControl(ws)).type).toBe('welcome');
      return ws;
    };
    const lively = await join('lively', {});
    const dead = await join('dead', { autoPong: false });
    const deadCloses = closeOf(dead);
    for (let i = 0; i < 2; i++) {
      const pinged = [once(lively, 'ping'), once(dead, 'ping')];
      own.clock.pass(25_000);
      await Promise.all(pinged);
      // The client's own ping follows its pong and has been answered, so the server has the pong.
      const answered = once(lively, 'pong');
      lively.ping();
      await answered;
    }
    expect(dead.readyState).toBe(WebSocket.OPEN);
    own.clock.pass(25_000);
    expect(await deadCloses).toBe(1006);
    expect(lively.readyState).toBe(WebSocket.OPEN);
    lively.terminate();
  });

  test('WS-3: a client that answers no ping but sends frames stays', async () => {
    await using own = await startTestServer();
    const { ws, nonce } = await connect(own, { autoPong: false });
    ws.send(joinFrame(await makeRoom(own), nonce, 'talker'));
    expect((await nextControl(ws)).type).toBe('welcome');
    const closed = closeOf(ws).then(() => 'closed');
    for (let i = 0; i < 4; i++) {
      const pinged = once(ws, 'ping').then(() => 'pinged');
      own.clock.pass(PING_EVERY_MS);
      expect(await Promise.race([pinged, closed])).toBe('pinged');
      const answered = new Promise<void>((resolve) => {
        ws.on('message', (text: Buffer, isBinary) => {
          if (!isBinary && decodeServerControl(text.toString())?.type === 'pong') resolve();
        });
      });
      ws.send('{"type":"ping"}');
      await answered;
    }
    ws.terminate();
  });
});

describe('stopping', () => {
  test('closes every connection with 1012, accepts no more, and frees the port', async () => {
    const own = await startTestServer();
    const { ws } = await connect(own);
    const closed = closeOf(ws);
    await own[Symbol.asyncDispose]();
    expect(await closed).toBe(1012);
    await expect(ask(own)).rejects.toThrow('ECONNREFUSED');
    expect(own.log).toEqual(['mayfly: stopping, 1 connections to close', 'mayfly: stopped']);
    expect(own.clock.pending).toBe(0);
  });

  test('during the last closing handshakes: not ready, no new room, no new connection', async () => {
    const own = await startTestServer();
    using mute = new RawClient(own);
    mute.write(upgradeRequest());
    await mute.until('challenge');
    const stopped = own[Symbol.asyncDispose]();
    expect((await ask(own, { path: '/readyz' })).status).toBe(503);
    expect((await ask(own, { path: '/healthz' })).status).toBe(200);
    const create = await ask(own, {
      method: 'POST',
      path: '/api/rooms',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect([create.status, create.headers['retry-after']]).toEqual([503, '2']);
    expect(await statusOf(own, upgradeRequest())).toBe('HTTP/1.1 503 Service Unavailable');
    own.clock.pass(2_000);
    await stopped;
    await mute.closed;
  });

  test('CLOSE-4: every client gets goaway, and those still here after the window are closed with 1012', async () => {
    await using own = await startTestServer({ DRAIN_SECONDS: '2' });
    const [{ ws: mover }, { ws: stayer }] = await Promise.all([connect(own), connect(own)]);
    const goaways = Promise.all([nextControl(mover), nextControl(stayer)]);
    const closed = closeOf(stayer);
    const stopped = own.server[Symbol.asyncDispose]();
    expect(await goaways).toEqual([
      { type: 'goaway', withinMs: 2_000 },
      { type: 'goaway', withinMs: 2_000 },
    ]);
    mover.close();
    await closeOf(mover);
    own.clock.pass(2_000 + ARRIVAL_MS - 1);
    expect((await ask(own, { path: '/readyz' })).status).toBe(503);
    expect(stayer.readyState).toBe(WebSocket.OPEN);
    own.clock.pass(1);
    expect(await closed).toBe(1012);
    await stopped;
    expect(own.clock.pending).toBe(0);
  });

  test('the window ends early when every client has left', async () => {
    await using own = await startTestServer({ DRAIN_SECONDS: '20' });
    const { ws } = await connect(own);
    const goaway = nextControl(ws);
    const stopped = own.server[Symbol.asyncDispose]();
    await goaway;
    ws.close();
    await stopped;
    expect(own.clock.pending).toBe(0);
  });

  test('stopping twice is stopping once', async () => {
    const own = await startTestServer();
    const { server } = own;
    await Promise.all([server[Symbol.asyncDispose](), server[Symbol.asyncDispose]()]);
    await own[Symbol.asyncDispose]();
    expect(own.log).toHaveLength(2);
  });
});

test('nothing that clients send is logged', () => {
  expect(testServer.log).toEqual([]);
});
