// Attackers with a raw socket: what RFC 6455 forbids, and what it allows without a bound. The server answers with the right
// code or stops waiting in time, and keeps serving everyone else.

import { once } from 'node:events';
import { CONTROL_BYTES_MAX, MESSAGE_PARTS_MAX } from '@mayfly/protocol';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  type TestServer,
  RawClient,
  ask,
  closeCode,
  startTestServer,
  upgradeRequest,
  wsFrame,
} from './testing/test-server.ts';
import { SeededRandom } from './testing/random.ts';

let testServer: TestServer;
beforeAll(async () => {
  testServer = await startTestServer({ RATE_LIMITS: 'off' });
});
afterAll(() => testServer[Symbol.asyncDispose]());

const TEXT = 0x81;
const FIRST_PART = 0x01;
const PART = 0x00;
const LAST_PART = 0x80;
const PING = 0x89;
const CLOSE_FRAME = 0x88;

async function upgraded(to: TestServer = testServer): Promise<RawClient> {
  const client = new RawClient(to).write(upgradeRequest());
  await client.until('challenge');
  return client;
}

/** The code the server closes with, after these bytes. */
async function codeAfter(...frames: readonly Uint8Array[]): Promise<number | undefined> {
  using client = await upgraded();
  client.write(Buffer.concat(frames));
  client.socket.end();
  return closeCode(await client.closed);
}

async function isWell(): Promise<boolean> {
  return (await ask(testServer, { path: '/healthz' })).status === 200;
}

function inParts(body: Uint8Array): readonly Buffer[] {
  return Array.from(body, (byte, i) => {
    const kind = i === 0 ? FIRST_PART : PART;
    return wsFrame(i === body.length - 1 ? kind | 0x80 : kind, Uint8Array.of(byte));
  });
}

/** A message of this many fragments, all empty but the first. */
const parts = (count: number) => [
  wsFrame(FIRST_PART, '{'),
  Buffer.concat(Array.from({ length: count - 2 }, () => wsFrame(PART, ''))),
  wsFrame(LAST_PART, ''),
];

describe('what RFC 6455 forbids', () => {
  test.each([0x3, 0x4, 0x5, 0x6, 0x7, 0xb, 0xc, 0xd, 0xe, 0xf])('opcode %i → 1002', async (opcode) => {
    expect(await codeAfter(wsFrame(0x80 | opcode, '{}'))).toBe(1002);
  });

  test.each([0x40, 0x20, 0x10])(
    'reserved bit %i → 1002, in data frames, control frames and fragments',
    async (bit) => {
      expect(await codeAfter(wsFrame(TEXT | bit, '{}'))).toBe(1002);
      expect(await codeAfter(wsFrame(PING | bit, ''))).toBe(1002);
      expect(await codeAfter(wsFrame(FIRST_PART, '{'), wsFrame(LAST_PART | bit, '}'))).toBe(1002);
    },
  );

  test('a close frame of one byte → 1002, one with a malformed reason → 1007', async () => {
    expect(await codeAfter(wsFrame(CLOSE_FRAME, Uint8Array.of(3)))).toBe(1002);
    expect(await codeAfter(wsFrame(CLOSE_FRAME, Uint8Array.of(0x03, 0xe8, 0xff)))).toBe(1007);
  });

  test('an unmasked fragment after a masked one → 1002', async () => {
    expect(await codeAfter(wsFrame(FIRST_PART, '{'), wsFrame(LAST_PART, '}', false))).toBe(1002);
  });
});

describe('fragments', () => {
  test('invalid UTF-8 across fragments → 1007; a character split in two is fine', async () => {
    const [head, ...rest] = Buffer.from('€');
    const first = Uint8Array.of(head ?? 0);
    expect(await codeAfter(wsFrame(FIRST_PART, first), wsFrame(LAST_PART, 'x'))).toBe(1007);
    expect(await codeAfter(wsFrame(FIRST_PART, first), wsFrame(LAST_PART, Uint8Array.from(rest)))).toBe(4000);
  });

  test('a control frame between fragments is answered', async () => {
    using client = await upgraded();
    client.write(Buffer.concat([wsFrame(FIRST_PART, '{'), wsFrame(PING, 'between')]));
    expect((await client.until('between')).includes('between')).toBe(true);
  });

  test('FRAME-2: 10,000 fragments of one byte → 1009, as many as fit → 4000', async () => {
    expect(await codeAfter(...inParts(new Uint8Array(10_000).fill(0x20)))).toBe(1009);
    expect(await codeAfter(...inParts(new Uint8Array(CONTROL_BYTES_MAX).fill(0x20)))).toBe(4000);
  });

  test('FRAME-2: as many fragments as allowed → read (4000), one more → 1008', async () => {
    expect(await codeAfter(...parts(MESSAGE_PARTS_MAX))).toBe(4000);
    expect(await codeAfter(...parts(MESSAGE_PARTS_MAX + 1))).toBe(1008);
  });

  test('100,000 empty fragments are too many, and cost no memory', async () => {
    using client = await upgraded();
    client.write(wsFrame(FIRST_PART, ''));
    const empty = Buffer.concat(Array.from({ length: 1_000 }, () => wsFrame(PART, '')));
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 100; i++) client.write(empty);
    client.write(wsFrame(LAST_PART, '{'));
    client.socket.end();
    expect(closeCode(await client.closed)).toBe(1008);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 2 ** 20);
  });
});

describe('the upgrade', () => {
  test('works when it arrives byte by byte', async () => {
    using client = new RawClient(testServer);
    client.socket.setNoDelay(true);
    for (const byte of Buffer.from(upgradeRequest())) client.write(Uint8Array.of(byte));
    expect((await client.until('challenge')).includes('101 Switching')).toBe(true);
  });

  test('300 upgrades that vanish halfway leave nothing behind', async () => {
    await using own = await startTestServer({ RATE_LIMITS: 'off' });
    const request = upgradeRequest();
    for (let i = 0; i < 300; i++) {
      using client = new RawClient(own);
      await once(client.socket, 'connect');
      client.write(request.slice(0, (i * 7) % (request.length + 1)));
      client.socket.resetAndDestroy();
      await client.closed;
    }
    await vi.waitFor(
      () => {
        const { 'connection.opened': opened = 0, 'connection.closed': closed = 0 } = own.counts();
        expect(closed).toBe(opened);
      },
      { timeout: 120_000 },
    );
    expect(own.log).toEqual([]);
  });

  test('JOIN-1: a client that connects and stays silent is closed in time', async () => {
    await using own = await startTestServer({ RATE_LIMITS: 'off' });
    using mute = await upgraded(own);
    mute.socket.pause();
    own.clock.pass(5_000);
    await vi.waitFor(
      () => {
        own.clock.pass(1_000);
        expect(own.counts()).toMatchObject({ 'connection.closed': 1 });
      },
      { timeout: 120_000, interval: 250 },
    );
  });
});

test('300 conversations of mutated bytes break nothing for others', async () => {
  const random = new SeededRandom(11);
  const whole = [wsFrame(TEXT, '{"type":"ping"}'), wsFrame(0x82, new Uint8Array(325)), wsFrame(PING, 'x')];
  const attack = async () => {
    using client = await upgraded();
    const bytes = Buffer.concat([random.pick([whole[0] ?? PING_FRAME, ...whole]), PING_FRAME]);
    for (let flips = 1 + random.below(6); flips > 0; flips--) flip(bytes, random);
    client.write(bytes);
    client.socket.end();
    await client.closed;
  };
  for (let i = 0; i < 300; i += 10) await Promise.all(Array.from({ length: 10 }, attack));
  expect(await isWell()).toBe(true);
  expect(testServer.log).toEqual([]);
});

const PING_FRAME = wsFrame(PING, '');

function flip(bytes: Buffer, random: SeededRandom): void {
  const at = random.below(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
}
