// Files over real sockets: a place, parts up, bytes down, and everything that must not work (FILE rules).

import { FILE_PART_BYTES, type RoomId, sealedFileSize, toBase64url } from '@mayfly/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adminPath, sayToAdmin } from './testing/admin.ts';
import { startRedis } from './testing/redis-server.ts';
import { SeededRandom } from './testing/random.ts';
import { SentFile } from './testing/sent-file.ts';
import { roomId } from './testing/signer.ts';
import { Talker } from './testing/talker.ts';
import { makeRoom } from './testing/test-rooms.ts';
import { type Answer, RawClient, type TestServer, ask, startTestServer } from './testing/test-server.ts';

const SIZE = 2 * FILE_PART_BYTES + 5_000;
/** More than the network holds by itself. */
const LARGE = 76 * FILE_PART_BYTES;
const UNKNOWN = roomId('zzzzzz');

type World = AsyncDisposable & {
  readonly environment: { readonly [name: string]: string };
  /** Commands that were carried out so far, by name. Undefined where there are none to count. */
  readonly work?: () => Promise<ReadonlyMap<string, number>>;
};
const NOTHING: World = { environment: {}, [Symbol.asyncDispose]: async () => {} };

const said = ({ status, body }: Answer) => [status, JSON.parse(body.toString()).error];
const token = (text: string) => ({ headers: { authorization: text } });
let seeds = 0;

async function withRedis(): Promise<World> {
  const redis = await startRedis();
  return {
    environment: { REDIS_URL: redis.url },
    work: async () => commandsIn(await redis.info('commandstats')),
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  };
}

const ASKED_BY_TESTS = new Set(['info', 'config|resetstat']);

function commandsIn(stats: ReadonlyMap<string, string>): ReadonlyMap<string, number> {
  const counts = [...stats].map(([name, text]) => {
    return [name.replace('cmdstat_', ''), Number(/calls=(\d+)/.exec(text)?.[1])] as const;
  });
  return new Map(counts.filter(([name]) => !ASKED_BY_TESTS.has(name)));
}

function since(before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>) {
  const counts = [...now].map(([name, calls]) => [name, calls - (before.get(name) ?? 0)] as const);
  return Object.fromEntries(counts.filter(([, calls]) => calls > 0));
}

/** The answers to these requests, on one connection, which takes 16 at once; without what names their moment. */
async function pipelined(at: TestServer, paths: readonly string[]): Promise<readonly string[]> {
  const asks = paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
  using client = new RawClient(at);
  client.write(`${asks.join('')}GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  const answers = (await client.closed).toString('latin1').split(/(?=HTTP\/1\.1 )/);
  return answers.slice(0, -1).map((answer) => answer.replace(/^date: .*$/im, ''));
}

const WORLDS: readonly (readonly [string, () => Promise<World>])[] = [
  ['memory', async () => NOTHING],
  ['Redis', withRedis],
];

describe.each(WORLDS)('in %s', (_name, prepare) => {
  let world: World;
  let at: TestServer;
  let room: RoomId;
  let ann: Talker;
  const socket = adminPath();
  const end = (id: RoomId) => sayToAdmin(socket, `end ${id}\n`);

  const start = (environment = {}) => startTestServer({ ...world.environment, ...environment });
  const fileOf = (size = SIZE, of = room) => new SentFile(of, ++seeds, size);

  beforeAll(async () => {
    world = await prepare();
    at = await start({
      ADMIN_SOCKET: socket,
      MAX_FILE_MB: '20',
      MAX_ROOM_FILES_MB: '400',
      MAX_FILES_MB: '800',
    });
    room = await makeRoom(at);
    ann = await new Talker(at).enter(room, 'ann');
  });
  afterAll(async () => {
    ann.ws.terminate();
    await at[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  test('FILE-1: the welcome names the feature and the limits', async () => {
    const { features, limits } = await ann.control('welcome');
    expect(features).toContain('files');
    expect(limits.files).toEqual({ file: 20 * 2 ** 20, room: 400 * 2 ** 20, part: FILE_PART_BYTES });
  });

  test('FILE-5, FILE-7: parts in any order; the bytes come back, to anyone who knows the fid', async () => {
    const file = fileOf();
    expect(await file.open(ann)).toMatchObject({ parts: 3, have: new Uint8Array(1) });
    for (const n of [2, 0, 0, 1]) {
      expect((await file.get(at)).status).toBe(404);
      expect((await file.put(at, n)).status).toBe(204);
    }
    const answer = await file.get(at);
    expect(answer.status).toBe(200);
    expect(answer.body.equals(file.bytes)).toBe(true);
    const { date: _date, connection: _connection, 'keep-alive': _alive, ...headers } = answer.headers;
    expect(headers).toEqual({
      'accept-ranges': 'bytes',
      'cache-control': 'no-store',
      'content-disposition': 'attachment',
      'content-length': String(SIZE),
      'content-security-policy': "sandbox; default-src 'none'",
      'content-type': 'application/octet-stream',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'x-robots-tag': 'noindex, nofollow, noarchive',
    });
    const head = await file.get(at, {}, 'HEAD');
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, String(SIZE), 0]);
  });

  test('FILE-3: after a drop the same identity goes on, and its old token opens nothing', async () => {
    const file = fileOf();
    const bob = await new Talker(at).enter(room, 'bob');
    await file.open(bob);
    await file.put(at, 1);
    bob.ws.terminate();
    const old = file.request(0);
    const again = await new Talker(at).enter(room, 'bob', { as: 'member' });
    expect((await file.open(again)).have).toEqual(Uint8Array.of(0b10));
    expect(said(await ask(at, old))).toEqual([403, 'not_allowed']);
    for (const n of [0, 2]) expect((await file.put(at, n)).status).toBe(204);
    expect((await file.get(at)).body.equals(file.bytes)).toBe(true);
    expect((await file.open(again)).have).toEqual(Uint8Array.of(0b111));
    expect(said(await file.put(at, 0))).toEqual([403, 'not_allowed']);
    again.ws.terminate();
  });

  test('FILE-5: what a part must be', async () => {
    const [file, other] = [fileOf(), fileOf()];
    await file.open(ann);
    await other.open(ann);
    const wrong = async (n: number, more: Parameters<SentFile['request']>[1]) =>
      said(await file.put(at, n, more));
    expect(await wrong(0, { headers: { 'transfer-encoding': 'chunked' } })).toEqual([411, 'bad_request']);
    expect(await wrong(0, { headers: { 'content-type': 'image/png' } })).toEqual([415, 'bad_request']);
    expect(await wrong(0, { body: new Uint8Array(FILE_PART_BYTES + 1) })).toEqual([413, 'too_big']);
    expect(await wrong(0, { body: new Uint8Array(FILE_PART_BYTES - 1) })).toEqual([400, 'bad_request']);
    expect(await wrong(0, { body: '' })).toEqual([400, 'bad_request']);
    expect(await wrong(2, { body: new Uint8Array(5_001) })).toEqual([400, 'bad_request']);
    expect(await wrong(1, { body: file.part(2) })).toEqual([400, 'bad_request']);
    expect(await wrong(3, { body: file.part(2) })).toEqual([400, 'bad_request']);
    for (const path of ['-1', '0x1', '1e1', 'a', '99999999', '']) {
      const answer = await file.put(at, 0, { path: `${file.path}/${path}` });
      expect([403, 404, 405], path).toContain(answer.status);
    }
    const foreign = `Mayfly ${toBase64url(other.token)}`;
    for (const text of [foreign, 'Mayfly x', '', `Bearer ${toBase64url(file.token)}`]) {
      expect(await wrong(0, token(text))).toEqual([403, 'not_allowed']);
    }
    for (const path of [file.path.replace(room, UNKNOWN), other.path, file.path.replace(/.$/, '~')]) {
      expect(await wrong(0, { path: `${path}/0` })).toEqual([403, 'not_allowed']);
    }
    expect((await file.open(ann)).have).toEqual(Uint8Array.of(0));
    await file.erase(ann);
    expect(await wrong(0, {})).toEqual([410, 'not_found']);
    expect(await wrong(0, token(foreign))).toEqual([403, 'not_allowed']);
    await other.erase(ann);
  });

  test('FILE-3: two members with one fid: the first keeps it', async () => {
    const file = fileOf();
    await file.open(ann);
    const first = file.token;
    const bob = await new Talker(at).enter(room, 'bob');
    expect(await file.ask(bob)).toMatchObject({
      type: 'fileRefused',
      code: 'not_allowed',
      retryAfterMs: 0,
    });
    file.token = first;
    expect((await file.put(at, 0)).status).toBe(204);
    await file.erase(ann);
    bob.ws.terminate();
  });

  test('FILE-7: one range of bytes', async () => {
    const file = await fileOf().send(at, ann);
    const end = SIZE - 1;
    for (const [range, from, to] of [
      ['bytes=0-0', 0, 0],
      ['bytes=0-', 0, end],
      [`bytes=${FILE_PART_BYTES - 1}-${FILE_PART_BYTES}`, FILE_PART_BYTES - 1, FILE_PART_BYTES],
      [`bytes=${FILE_PART_BYTES}-`, FILE_PART_BYTES, end],
      [`bytes=${end}-999999999999`, end, end],
      ['bytes=-1', end, end],
      ['bytes=-999999999999', 0, end],
    ] as const) {
      const { status, headers, body } = await file.get(at, { range });
      expect([range, status, headers['content-range']]).toEqual([range, 206, `bytes ${from}-${to}/${SIZE}`]);
      expect(body.equals(file.bytes.subarray(from, to + 1)), range).toBe(true);
    }
    for (const range of [
      `bytes=${SIZE}-`,
      'bytes=2-1',
      'bytes=-0',
      'bytes=-',
      'bytes=0-1,3-4',
      'parts=0-1',
      'bytes=x-',
      'bytes=9999999999999999-',
    ]) {
      const answer = await file.get(at, { range });
      expect([range, ...said(answer), answer.headers['content-range']]).toEqual([
        range,
        416,
        'bad_request',
        `bytes */${SIZE}`,
      ]);
    }
  });

  test('FILE-7: whatever is not there is answered alike: unknown rooms and files, open, erased, malformed', async () => {
    const [open, erased] = [fileOf(), await fileOf().send(at, ann)];
    await open.open(ann);
    await open.put(at, 0);
    await erased.erase(ann);
    const paths = [
      open.path,
      erased.path,
      fileOf().path,
      fileOf(SIZE, UNKNOWN).path,
      open.path.replace(/.$/, '~'),
      `/api/rooms/0/files/${toBase64url(open.fid)}`,
    ];
    const answers = await Promise.all(paths.map((path) => ask(at, { path })));
    for (const { status, headers, body } of answers) {
      const { date: _date, ...others } = headers;
      const { date: _first, ...expected } = answers[0]?.headers ?? {};
      expect([status, body.toString()]).toEqual([404, '{"error":"not_found","retryAfterMs":0}']);
      expect(others).toEqual(expected);
    }
    await open.erase(ann);
  });

  test('FILE-7: ten thousand guesses: one answer, and the same work, be the file unknown, foreign, open or erased', async () => {
    const other = await makeRoom(at, '198.51.100.90');
    const dora = await new Talker(at).enter(other, 'dora');
    const foreign = await fileOf(5_000, other).send(at, dora);
    const [open, erased] = [fileOf(), await fileOf(5_000).send(at, ann)];
    await open.open(ann);
    await open.put(at, 0);
    await erased.erase(ann);
    const random = new SeededRandom(12);
    const kinds = {
      unknown: () => `/api/rooms/${room}/files/${toBase64url(random.bytes(16))}`,
      foreign: () => foreign.path.replace(other, room),
      open: () => open.path,
      erased: () => erased.path,
    };
    const answers = new Set<string>();
    const [times, works] = [new Map<string, number[]>(), new Map<string, object[]>()];
    // Taking turns spreads a slow moment of the machine over all kinds.
    for (let round = 0; round < 25; round++) {
      for (const [kind, path] of Object.entries(kinds)) {
        const paths = Array.from({ length: 105 }, path);
        const [before, began] = [await world.work?.(), cpuMicros()];
        const said: string[] = [];
        for (let n = 0; n < 7; n++) said.push(...(await pipelined(at, paths.slice(15 * n, 15 * n + 15))));
        expect(said).toHaveLength(paths.length);
        for (const answer of said) answers.add(answer);
        times.set(kind, [...(times.get(kind) ?? []), cpuMicros() - began]);
        if (before !== undefined)
          works.set(kind, [...(works.get(kind) ?? []), since(before, (await world.work?.()) ?? before)]);
      }
    }
    expect([...answers]).toEqual([expect.stringMatching(/^HTTP\/1\.1 404 [^]*"not_found"/)]);
    for (const work of works.values()) expect(work).toEqual(works.get('unknown'));
    // Time of the processor, each kind at its quickest: other work of the machine doesn't count.
    const quickest = [...times.values()].map((all) => Math.min(...all));
    expect(Math.max(...quickest) / Math.min(...quickest)).toBeLessThan(3);
    await open.erase(ann);
    dora.ws.terminate();
  });

  test('FILE-8: anyone erases with the proof, no one without, and again is the same', async () => {
    const file = await fileOf().send(at, ann);
    const bob = await new Talker(at).enter(room, 'bob');
    expect(await file.erase(bob, new Uint8Array(16))).toMatchObject({
      type: 'fileRefused',
      code: 'not_allowed',
    });
    expect((await file.get(at)).status).toBe(200);
    for (const member of [bob, ann])
      expect(await file.erase(member)).toEqual({ type: 'fileErased', fid: file.fid });
    expect((await file.get(at)).status).toBe(404);
    bob.ws.terminate();
  });

  test('FILE-4: a file of exactly the limit, and one byte more', async () => {
    const largest = sealedFileSize(20 * 2 ** 20);
    const [fits, not] = [fileOf(largest), fileOf(largest + 1)];
    expect(await fits.ask(ann)).toMatchObject({ type: 'fileOpen' });
    expect(await not.ask(ann)).toMatchObject({ type: 'fileRefused', code: 'too_big', retryAfterMs: 0 });
    await fits.erase(ann);
  });

  test.each(['erased', 'ended'])('FILE-7: an answer breaks off when the file is %s', async (how) => {
    const own = await makeRoom(at, `198.51.100.${how.length}`);
    const carl = await new Talker(at).enter(own, 'carl');
    const file = await fileOf(LARGE, own).send(at, carl);
    using slow = new RawClient(at);
    slow.socket.pause();
    slow.write(`GET ${file.path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    while (slow.socket.bytesRead === 0)
      await new Promise((resolve) => void slow.socket.resume().once('data', resolve));
    slow.socket.pause();
    if (how === 'erased') await file.erase(carl);
    else await end(own);
    slow.socket.resume();
    const received = await slow.closed;
    expect(received.length).toBeGreaterThan(0);
    expect(received.length).toBeLessThan(LARGE);
    expect((await file.get(at)).status).toBe(404);
    carl.ws.terminate();
  });

  test('FILE-9: a part that is on its way when its room ends comes too late', async () => {
    const own = await makeRoom(at, '198.51.100.77');
    const carl = await new Talker(at).enter(own, 'carl');
    const file = fileOf(5_000, own);
    await file.open(carl);
    const { path = '', headers = {} } = file.request(0);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    using slow = new RawClient(at);
    slow.write(
      `PUT ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5000\r\n${lines.join('')}\r\n`,
    );
    slow.write(file.bytes.subarray(0, 4_999));
    await end(own);
    await carl.closed;
    slow.write(file.bytes.subarray(4_999));
    expect((await slow.closed).toString()).toMatch(/^HTTP\/1\.1 403 /);
  });

  test('nothing of all this is in the log', () => {
    expect(at.log).toEqual([]);
  });
});

test('FILES=off, MAX_FILE_MB=0: no feature, no limits, and every request is refused', async () => {
  for (const off of [{ FILES: 'off' }, { MAX_FILE_MB: '0' }]) {
    await using at = await startTestServer(off);
    const room = await makeRoom(at);
    const ann = await new Talker(at).enter(room, 'ann');
    const { features, limits } = await ann.control('welcome');
    expect([features.includes('files'), limits.files]).toEqual([false, undefined]);
    const file = new SentFile(room, 1, SIZE);
    expect(await file.ask(ann)).toMatchObject({ type: 'fileRefused', code: 'not_allowed' });
    expect(await file.erase(ann)).toMatchObject({ type: 'fileErased' });
    expect([(await file.put(at, 0)).status, (await file.get(at)).status]).toEqual([403, 404]);
    ann.ws.terminate();
  }
});

function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
