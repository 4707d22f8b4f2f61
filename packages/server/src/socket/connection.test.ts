// Connections on real sockets, some of them slow on purpose. Messages enter through the store directly.

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import {
  FIRST_FRAME_MS,
  SUBPROTOCOL,
  decodeServerControl,
  decodeServerSealed,
  encodeClientControl,
} from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { STALLED_MS } from './connection.ts';
import { PING_EVERY_MS } from './gateway.ts';
import { LAG_BYTES_MAX } from '../delivery/subscriber.ts';
import type { MemberSession } from '../store/room-store.ts';
import { BareGateway } from '../testing/bare-gateway.ts';
import { RawClient, closeCode, upgradeRequest, wsFrame } from '../testing/test-server.ts';
import { Signer, envelope, makeJoin } from '../testing/signer.ts';

// Shorter than two pings, which these clients would not answer.
const LIFE_MS = 20_000;

class Fixture extends BareGateway {
  /** The server's ends, in the order of connecting. */
  readonly ends: Socket[] = [];
  #writer: MemberSession | undefined;
  #n = 0;

  constructor() {
    super({ lifeMs: LIFE_MS });
    this.listener.on('connection', (socket) => this.ends.push(socket));
  }

  override async open(): Promise<this> {
    await super.open();
    const verifiedWith = { accessPk: new Signer(`access ${this.room}`).pk, epoch: 0 };
    const idPk = new Signer('writer').pk;
    const writer = await this.store.join(this.room, { idPk, as: 'key', verifiedWith });
    if (writer.outcome === 'joined') this.#writer = writer.session;
    return this;
  }

  /** Writes `count` messages of 16 KiB, each in its own turn. */
  async write(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      if (this.#writer === undefined) throw new Error('no writer');
      this.#n += 1;
      const message = envelope(this.#n, { bucket: 6 });
      expect((await this.store.append(this.room, this.#writer, this.#n, message)).outcome).toBe('appended');
      await turn();
    }
  }

  get newest(): number {
    return this.#n + 1;
  }

  async join(name: string): Promise<Reader> {
    const ws = new WebSocket(`ws://127.0.0.1:${this.server.port}/ws`, SUBPROTOCOL);
    const [[upgrade], [text]] = (await Promise.all([once(ws, 'upgrade'), once(ws, 'message')])) as [
      [IncomingMessage],
      [Buffer],
    ];
    const challenge = decodeServerControl(text.toString());
    if (challenge?.type !== 'challenge') throw new Error('no challenge');
    const end = this.ends.at(-1);
    if (end === undefined) throw new Error('the server has no such connection');
    const reader = new Reader(ws, upgrade.socket, end);
    ws.send(encodeClientControl(makeJoin(this.room, challenge.nonce, new Signer(name))));
    await reader.until(1);
    return reader;
  }
}

class Reader {
  readonly ws: WebSocket;
  /** The two ends of its TCP connection: the client's and the server's. */
  readonly socket: Socket;
  readonly end: Socket;
  readonly seqs: number[] = [];
  readonly controls: string[] = [];
  readonly closed: Promise<number>;
  #look: () => void = () => {};

  constructor(ws: WebSocket, socket: Socket, end: Socket) {
    this.ws = ws;
    this.socket = socket;
    this.end = end;
    this.closed = new Promise((resolve) => void ws.on('close', resolve));
    ws.on('message', (bytes: Buffer, isBinary) => {
      const sealed = isBinary ? decodeServerSealed(bytes) : undefined;
      if (sealed !== undefined && 'seq' in sealed) this.seqs.push(sealed.seq);
      if (!isBinary) this.controls.push(decodeServerControl(bytes.toString())?.type ?? 'unreadable');
      this.#look();
    });
  }

  until(seq: number): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (this.seqs.at(-1) === seq) resolve();
      };
      this.#look();
    });
  }
}

/** The bytes of one message of `write` on a socket, and some to spare. */
const MESSAGE_BYTES = 17_000;

const turn = () => new Promise((resolve) => void setImmediate(resolve));
const upTo = (seq: number) => Array.from({ length: seq }, (_, i) => i + 1);

let fixture: Fixture;
beforeEach(async () => {
  fixture = await new Fixture().open();
});
afterEach(() => fixture[Symbol.asyncDispose]());

/** Writes until the network takes no more for this reader. */
async function fill(reader: Reader): Promise<void> {
  reader.ws.pause();
  while (reader.end.writableLength < LAG_BYTES_MAX / 2) await fixture.write(1);
}

describe('a reader that stops for a while', () => {
  test('and continues in time gets everything, in order', async () => {
    const [brisk, slow] = [await fixture.join('brisk'), await fixture.join('slow')];
    await fill(slow);
    await fixture.write(20);
    expect(slow.end.writableLength).toBeLessThanOrEqual(LAG_BYTES_MAX);
    await brisk.until(fixture.newest);
    slow.ws.resume();
    await slow.until(fixture.newest);
    expect(slow.seqs).toEqual(upTo(fixture.newest));
    await fixture.write(1);
    await slow.until(fixture.newest);
    expect(slow.ws.readyState).toBe(WebSocket.OPEN);
  });

  test('CLOSE-1: for too long is closed with 4008, without a gap in what it got', async () => {
    const [brisk, slow] = [await fixture.join('brisk'), await fixture.join('slow')];
    await fill(slow);
    await fixture.write(80);
    slow.ws.resume();
    expect(await slow.closed).toBe(4008);
    expect(slow.seqs).toEqual(upTo(slow.seqs.length));
    expect(slow.seqs.length).toBeLessThan(fixture.newest);
    await brisk.until(fixture.newest);
  });

  test('LIMIT-10: while memory is short is closed with 4008 at once; readers that keep up stay', async () => {
    const [brisk, slow] = [await fixture.join('brisk'), await fixture.join('slow')];
    fixture.gateway.shed();
    await fill(slow);
    await fixture.write(10);
    await brisk.until(fixture.newest);
    fixture.gateway.shed();
    slow.ws.resume();
    expect(await slow.closed).toBe(4008);
    await fixture.write(1);
    await brisk.until(fixture.newest);
    expect(slow.seqs.length).toBeLessThan(fixture.newest);
  });

  test('CLOSE-1: and takes nothing for ten seconds is closed with 4008', async () => {
    const slow = await fixture.join('slow');
    await fill(slow);
    await fixture.write(10);
    fixture.clock.pass(STALLED_MS - 1_000);
    expect(fixture.gateway.size).toBe(1);
    fixture.clock.pass(2_000);
    slow.ws.resume();
    expect(await slow.closed).toBe(4008);
    expect(slow.seqs).toEqual(upTo(slow.seqs.length));
  });

  test('fifty of them delay no one and hold at most 64 KiB each', async () => {
    const brisk = await fixture.join('brisk');
    const slow = await Promise.all(upTo(50).map((i) => fixture.join(`slow ${i}`)));
    for (const { ws } of slow) ws.pause();
    const [first] = slow;
    if (first === undefined) throw new Error('no slow reader');
    while (first.end.writableLength < LAG_BYTES_MAX / 2) {
      await fixture.write(1);
      await brisk.until(fixture.newest);
    }
    for (let i = 0; i < 30; i++) {
      await fixture.write(1);
      await brisk.until(fixture.newest);
      for (const { end } of slow) expect(end.writableLength).toBeLessThanOrEqual(LAG_BYTES_MAX);
    }
    for (const { ws } of slow) ws.resume();
    await Promise.all(slow.map((reader) => reader.until(fixture.newest)));
    for (const { seqs } of slow) expect(seqs).toEqual(upTo(fixture.newest));
  });
});

describe('closing', () => {
  test('LIFE-4: the last event, `ended` and the close code arrive, in this order', async () => {
    const reader = await fixture.join('ann');
    await fixture.write(1);
    const read = reader.until(fixture.newest);
    fixture.clock.pass(LIFE_MS);
    expect(await reader.closed).toBe(4002);
    await read;
    expect(reader.controls.at(-1)).toBe('ended');
  });

  test('a client that has stopped sending still gets what was written, even if more happens', async () => {
    const slow = await fixture.join('slow');
    slow.ws.pause();
    while (slow.end.writableLength + MESSAGE_BYTES <= LAG_BYTES_MAX) await fixture.write(1);
    const written = fixture.newest;
    const received = once(slow.end, 'end');
    slow.socket.end();
    await received;
    await fixture.write(1);
    slow.ws.resume();
    await slow.closed;
    expect(slow.seqs).toEqual(upTo(written));
  });

  test('RFC 6455, 5.5.1: a close is answered with the same code, and nothing follows it', async () => {
    using client = new RawClient(fixture);
    client.write(upgradeRequest());
    await client.until('challenge');
    client.write(Buffer.concat([wsFrame(0x88, Buffer.of(0x03, 0xe8)), wsFrame(0x89, 'late')]));
    const received = await client.closed;
    expect(closeCode(received)).toBe(1000);
    expect(received.subarray(-4).toString('hex')).toBe('880203e8');
  });

  test('RFC 6455, 5.5.1: no ping follows a close that is not answered yet', async () => {
    using client = new RawClient(fixture);
    client.write(upgradeRequest());
    await client.until('challenge');
    fixture.clock.pass(FIRST_FRAME_MS);
    await client.until('silent');
    fixture.clock.pass(PING_EVERY_MS);
    client.write(wsFrame(0x88, Buffer.of(0x0f, 0xa5)));
    expect((await client.closed).toString('latin1').endsWith('silent')).toBe(true);
  });
});

describe('pings of clients', () => {
  test('RFC 6455, 5.5.3: are answered with their own body', async () => {
    const { ws } = await fixture.join('ann');
    const answered = once(ws, 'pong');
    ws.ping('hello');
    expect(String((await answered)[0])).toBe('hello');
  });

  test('a flood of them whose pongs are never read does not pile up', async () => {
    const slow = await fixture.join('slow');
    await fill(slow);
    await fixture.write(10);
    const before = slow.end.bytesRead;
    for (let i = 0; i < 2_000; i++) slow.ws.ping('x'.repeat(125));
    while (slow.end.bytesRead < before + 2_000 * 131) {
      await turn();
    }
    expect(slow.end.writableLength).toBeLessThanOrEqual(LAG_BYTES_MAX + 127);
    slow.ws.resume();
    await slow.until(fixture.newest);
  });
});
