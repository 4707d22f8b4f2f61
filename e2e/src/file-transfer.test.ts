// Files between two members over real sockets, through a line that is cut again and again.

import { createHash, randomBytes } from 'node:crypto';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import {
  type FileSource,
  type Message,
  type Room,
  type RoomLink,
  type SharedFile,
  createRoom,
  openRoom,
  socketUrl,
  webSocketTransport,
} from '@mayfly/client';
import { RoomFiles } from '@mayfly/client/files';
import { filePartCount, sealedFileSize } from '@mayfly/protocol';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { StorageDouble } from '../../packages/client/src/testing/storage.ts';
import { startTestServer } from './stage.ts';

const MIB = 1024 * 1024;
const CUTS = 10;

/** TCP to a server, cut whenever so many more bytes of files have passed. */
class CutLine implements AsyncDisposable {
  readonly #sockets = new Set<Socket>();
  readonly #listener = createServer((near) => this.#join(near));
  readonly #port: number;
  #passed = 0;
  cuts = 0;
  cutEvery = Infinity;

  constructor(port: number) {
    this.#port = port;
  }

  static async to(port: number): Promise<CutLine> {
    const line = new CutLine(port);
    await new Promise<void>((resolve) => line.#listener.listen(0, '127.0.0.1', resolve));
    return line;
  }

  get origin(): string {
    const address = this.#listener.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    const { port }: AddressInfo = address;
    return `http://127.0.0.1:${port}`;
  }

  #join(near: Socket): void {
    const far = connect(this.#port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => {});
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.on('data', (bytes: Buffer) => {
        this.#passed += bytes.length;
        if (this.#passed >= this.cutEvery && this.cuts < CUTS) this.#cut();
        else if (!to.write(bytes)) {
          from.pause();
          to.once('drain', () => from.resume());
        }
      });
    }
  }

  #cut(): void {
    this.#passed = 0;
    this.cuts += 1;
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#listener.close(resolve));
  }
}

/** Counts what goes out. */
function counted(): { readonly fetch: typeof globalThis.fetch; readonly puts: Map<string, number> } {
  const puts = new Map<string, number>();
  return {
    puts,
    fetch(url, init) {
      const name = url instanceof Request ? url.url : url.toString();
      if (init?.method === 'PUT') puts.set(name, (puts.get(name) ?? 0) + 1);
      return globalThis.fetch(url, init);
    },
  };
}

function enter(
  origin: string,
  link: RoomLink,
  storage = new StorageDouble(),
  identity?: Parameters<typeof openRoom>[0]['identity'],
) {
  const transport = webSocketTransport(socketUrl(origin), WebSocket);
  const room = openRoom({ link, storage, transport, random: atOnce, ...(identity && { identity }) });
  const shared: Message[] = [];
  room.subscribe((update) => {
    if (update.type === 'messages') shared.push(...update.messages.filter(({ file }) => file));
  });
  return { room, shared, storage };
}

/** Pauses before a new try are random fractions, of four bytes: none. */
const atOnce = (length: number) => (length === 4 ? new Uint8Array(4) : randomBytes(length));

async function inRoom(room: Room): Promise<void> {
  await expect.poll(() => room.files.limits).toBeDefined();
}

async function sharedFile(shared: readonly Message[]): Promise<SharedFile> {
  await expect.poll(() => shared.length).toBeGreaterThan(0);
  const file = shared[0]?.file;
  if (file === undefined) throw new Error('no file');
  return file;
}

/** Never in memory as a whole. */
function sourceOf(size: number): { readonly source: FileSource; readonly hash: string } {
  const block = createHash('sha256').update('block').digest();
  const portion = Buffer.alloc(MIB / 4, block);
  const hash = createHash('sha256');
  for (let at = 0; at < size; at += portion.length) hash.update(portion.subarray(0, size - at));
  return {
    hash: hash.digest('hex'),
    source: {
      size,
      *bytes() {
        for (let at = 0; at < size; at += portion.length) yield portion.subarray(0, size - at);
      },
    },
  };
}

async function hashOf(blob: Blob): Promise<string> {
  return createHash('sha256')
    .update(Buffer.from(await blob.arrayBuffer()))
    .digest('hex');
}

describe('10 MiB through a line that is cut ten times, both ways', () => {
  test('at most one part is sent again for each cut, and what comes out is what went in', async () => {
    await using server = await startTestServer();
    const direct = `http://127.0.0.1:${server.port}`;
    const made = await createRoom({ origin: direct, lifeSeconds: 600, history: 'all', name: 'Ann' });
    if (!made.ok) throw new Error(made.reason);
    const { link, identity } = made;

    await using line = await CutLine.to(server.port);
    const ann = enter(line.origin, link, new StorageDouble(), identity);
    await inRoom(ann.room);
    const { fetch, puts } = counted();
    using files = new RoomFiles(ann.room.files, { origin: line.origin, fetch });
    const { source, hash } = sourceOf(10 * MIB + 5);
    line.cutEvery = MIB;
    const sent = await files.send(source, {
      name: 'big.bin',
      mime: 'application/octet-stream',
      caption: 'big',
    });
    expect(sent).toMatchObject({ ok: true });
    expect(line.cuts).toBeGreaterThanOrEqual(9);
    const parts = filePartCount(sealedFileSize(source.size));
    expect(puts.size).toBe(parts);
    expect([...puts.values()].reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(parts + line.cuts);

    await using down = await CutLine.to(server.port);
    const bob = enter(direct, link);
    const file = await sharedFile(bob.shared);
    expect(bob.shared[0]?.text).toBe('big');
    using bobs = new RoomFiles(bob.room.files, { origin: down.origin });
    down.cutEvery = MIB;
    const fetched = await bobs.fetch(file);
    expect(down.cuts).toBe(CUTS);
    expect(fetched.ok && (await hashOf(fetched.blob))).toBe(hash);

    files.erase(file);
    await expect.poll(() => ann.storage.getItem(`mayfly:${link.id}:files`)).toBeNull();
    expect(await bobs.fetch(file)).toEqual({ ok: false, reason: 'gone' });
    for (const { room } of [ann, bob]) room.close();
  });

  test('a sender who reloads at half goes on, and a file of another content takes its place', async () => {
    await using server = await startTestServer();
    const origin = `http://127.0.0.1:${server.port}`;
    const made = await createRoom({ origin, lifeSeconds: 600, history: 'all', name: 'Ann' });
    if (!made.ok) throw new Error(made.reason);
    const storage = new StorageDouble();
    const ann = enter(origin, made.link, storage, made.identity);
    await inRoom(ann.room);
    const details = { name: 'a.bin', mime: 'application/octet-stream' };
    const { source, hash } = sourceOf(2 * MIB);
    using files = new RoomFiles(ann.room.files, { origin });
    const sending = files.send(source, details, {
      onProgress: ({ done, total }) => {
        if (done >= total / 2) ann.room.close();
      },
    });
    expect(await sending).toEqual({ ok: false, reason: 'ended' });

    const again = enter(origin, made.link, storage);
    await inRoom(again.room);
    const { fetch, puts } = counted();
    using more = new RoomFiles(again.room.files, { origin, fetch });
    expect(more.unfinished).toEqual(['a.bin']);
    expect(await more.send(source, details)).toMatchObject({ ok: true });
    expect(puts.size).toBeLessThan(filePartCount(sealedFileSize(source.size)));
    const fetched = await more.fetch(await sharedFile(again.shared));
    expect(fetched.ok && (await hashOf(fetched.blob))).toBe(hash);
    again.room.close();
  });
});
