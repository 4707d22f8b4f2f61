// Files between two members over real sockets, through a line that is cut again and again.

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createRoom } from '@mayfly/client';
import { RoomFiles, fetchTo } from '@mayfly/client/files';
import { filePartCount, sealedFileSize } from '@mayfly/protocol';
import { describe, expect, test } from 'vitest';
import { StorageDouble } from '../../packages/client/src/testing/storage.ts';
import { MIB, counted, enter, hashOf, inRoom, sharedFile, sourceOf } from './sharing.ts';
import { startTestServer } from './stage.ts';

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

async function hashOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(path)) hash.update(bytes);
  return hash.digest('hex');
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

    const folder = await mkdtemp(join(tmpdir(), 'mayfly-fetched-'));
    const path = join(folder, 'big.bin');
    await using streamed = await CutLine.to(server.port);
    streamed.cutEvery = MIB;
    using more = new RoomFiles(bob.room.files, { origin: streamed.origin });
    expect(await fetchTo(more, file, Writable.toWeb(createWriteStream(path)))).toEqual({ ok: true });
    expect(streamed.cuts).toBe(CUTS);
    expect(await hashOfFile(path)).toBe(hash);
    await rm(folder, { recursive: true });

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
