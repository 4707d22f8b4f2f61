// Files through drops, reloads, refusals and lies, with a server that a test controls.

import { describe, expect, test } from 'vitest';
import { FILE_PART_BYTES, sealedFileSize, toBase64url } from '@mayfly/protocol';
import { readFile } from '../content/file.ts';
import type { SharedFile } from '../room-updates.ts';
import { FileServerDouble } from '../testing/file-server-double.ts';
import { seededRandom } from '../testing/random.ts';
import { StorageDouble } from '../testing/storage.ts';
import { RoomFiles, fetchTo } from './room-files.ts';
import type { FileSource } from './upload.ts';

const SIZE = 3 * FILE_PART_BYTES + 1000;
const DETAILS = { name: 'lake.jpg', mime: 'image/jpeg' };

function sourceOf(content: Uint8Array): FileSource {
  return { size: content.length, bytes: () => [content] };
}

function contentOf(seed: string, size = SIZE): Uint8Array {
  return seededRandom(seed)(size);
}

/** A page of a tab in the room. */
function page(server = new FileServerDouble(), storage = new StorageDouble()) {
  const port = server.letIn(server.port(storage, seededRandom(String(server.asks.length))));
  return { server, storage, port, files: new RoomFiles(port, { fetch: server.fetch }) };
}

function shared({ posts }: FileServerDouble, index = -1): SharedFile {
  const read = readFile(posts.at(index)?.body ?? '');
  if (read === undefined) throw new Error('no file was shared');
  return read.file;
}

async function isFetched(files: RoomFiles, file: SharedFile, content: Uint8Array): Promise<boolean> {
  const fetched = await files.fetch(file);
  return fetched.ok && isBlobOf(await fetched.blob.arrayBuffer(), content);
}

function isBlobOf(bytes: ArrayBuffer, content: Uint8Array): boolean {
  return Buffer.from(bytes).equals(content);
}

/** Every part was put that often. */
function putCounts(server: FileServerDouble): readonly number[] {
  return [...server.puts.values()].map(({ length }) => length);
}

/** A page that is gone when half of the file is sent. */
async function halfSent(content: Uint8Array) {
  const first = page();
  first.server.fates.push('well', 'well');
  const sending = first.files.send(sourceOf(content), DETAILS, {
    onProgress: ({ done, total }) => {
      if (done / total === 0.5) first.port.close();
    },
  });
  first.server.fates.push('cut');
  expect(await sending).toEqual({ ok: false, reason: 'ended' });
  return page(first.server, first.storage);
}

/** A page that sent a file. */
async function sent(content = contentOf('down')) {
  const all = page();
  await all.files.send(sourceOf(content), DETAILS);
  return { ...all, content, file: shared(all.server) };
}

function broken(): never {
  throw new Error('gone from the disk');
}

describe('a file is sent and fetched', () => {
  test('as it was, with its message after it', async () => {
    const { server, files } = page();
    const content = contentOf('a');
    const steps: number[] = [];
    const sent = await files.send(
      sourceOf(content),
      { ...DETAILS, name: '../lake\u202E.jpg', caption: 'dawn', replyTo: 'abc', width: 4, height: 3 },
      { onProgress: ({ done, total }) => void steps.push(done / total) },
    );
    expect(sent).toEqual({ ok: true, key: '1' });
    expect(steps).toEqual([0.25, 0.5, 0.75, 1]);
    expect(putCounts(server)).toEqual([1, 1, 1, 1]);
    expect(server.keeps).toBe(4);
    expect(server.posts[0]?.replyTo).toBe('abc');
    expect(readFile(server.posts[0]?.body ?? '')).toMatchObject({
      text: 'dawn',
      file: { name: '..lake.jpg', mime: 'image/jpeg', size: SIZE, width: 4, height: 3 },
    });
    expect(await isFetched(files, shared(server), content)).toBe(true);
    expect(server.gets).toEqual([0]);
  });

  test('a Blob, an empty file, and one of exactly a part', async () => {
    const { server, files } = page();
    for (const content of [Buffer.alloc(0), Buffer.from('x'), contentOf('part', FILE_PART_BYTES)]) {
      const blob = new Blob([Uint8Array.from(content)]);
      expect(await files.send(blob, DETAILS)).toMatchObject({ ok: true });
      expect(await isFetched(files, shared(server), content)).toBe(true);
    }
  });

  test('several come in the order in which they were sent', async () => {
    const { server, files } = page();
    const names = ['1', '2', '3'];
    await Promise.all(
      names.map((name) => files.send(sourceOf(contentOf(name, 4 - Number(name))), { ...DETAILS, name })),
    );
    expect(server.posts.map(({ body }) => readFile(body)?.file.name)).toEqual(names);
  });
});

describe('STREAM-6: an upload that is cut goes on', () => {
  test.each(['cut', 'lost'] as const)(
    'ten times %s: at most one part is sent again for each',
    async (fate) => {
      const { server, files } = page();
      const content = contentOf('ten', 12 * FILE_PART_BYTES);
      for (let cut = 0; cut < 10; cut++) server.fates.push('well', fate);
      expect(await files.send(sourceOf(content), DETAILS)).toMatchObject({ ok: true });
      const counts = putCounts(server);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(13 + 10);
      expect(server.twicePads).toEqual([]);
      expect(await isFetched(files, shared(server), content)).toBe(true);
    },
  );

  test.each([403, 410, 429, 503, 500])('after a %d it asks again, with a new token', async (status) => {
    const { server, files } = page();
    server.fates.push('well', new Response('{}', { status }));
    expect(await files.send(sourceOf(contentOf('b')), DETAILS)).toMatchObject({ ok: true });
    expect(server.asks.length).toBe(2);
  });

  test('parts that the server lost are sealed again, and are the same', async () => {
    const { server, files } = page();
    const content = contentOf('lost');
    server.fates.push('well', 'well', 'cut');
    const sending = files.send(sourceOf(content), DETAILS, {
      onProgress: ({ done, total }) => {
        if (done / total === 0.5 && server.puts.size === 2) server.places.clear();
      },
    });
    expect(await sending).toMatchObject({ ok: true });
    expect(server.twicePads).toEqual([]);
    expect(server.places.size).toBe(1);
    expect(await isFetched(files, shared(server), content)).toBe(true);
  });

  test('BOUND-3: a server that loses everything again and again has it sent again after growing pauses', async () => {
    const { server, files } = page();
    const content = contentOf('never kept', 2 * FILE_PART_BYTES);
    let losses = 0;
    for (let times = 0; times < 8; times++) server.fates.push('well', 'cut');
    const sending = files.send(sourceOf(content), DETAILS, {
      onProgress: () => {
        if (losses === 8) return;
        losses += 1;
        server.places.clear();
      },
    });
    expect(await sending).toMatchObject({ ok: true });
    expect(losses).toBe(8);
    expect(server.pauses.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(30_000);
    expect(server.twicePads).toEqual([]);
    expect(await isFetched(files, shared(server), content)).toBe(true);
  });

  test('a source that changed meanwhile becomes another file, and the old one is erased', async () => {
    const { server, files } = page();
    let [content, other] = [contentOf('before'), contentOf('after')];
    server.fates.push('well', 'well', 'cut');
    const sending = files.send({ size: SIZE, bytes: () => [content] }, DETAILS, {
      onProgress: ({ done, total }) => {
        if (done / total !== 0.5 || server.puts.size > 2) return;
        server.places.clear();
        content = other;
      },
    });
    expect(await sending).toMatchObject({ ok: true });
    expect(server.twicePads).toEqual([]);
    expect(server.erased.length).toBe(1);
    expect(await isFetched(files, shared(server), other)).toBe(true);
  });

  test('it waits while there is no connection', async () => {
    const { server, port, files } = page();
    port.suspend();
    const sending = files.send(sourceOf(contentOf('c')), DETAILS);
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.asks).toEqual([]);
    server.letIn(port);
    expect(await sending).toMatchObject({ ok: true });
  });

  test('a question that got lost with its connection is asked again on the next one', async () => {
    const { server, port, files } = page();
    server.mute(true);
    const sending = files.send(sourceOf(contentOf('d')), DETAILS);
    await expect.poll(() => server.asks.length).toBe(1);
    server.mute(false);
    port.suspend();
    server.letIn(port);
    expect(await sending).toMatchObject({ ok: true });
  });
});

describe('STREAM-6: after a reload', () => {
  test('the same file goes on where it stopped, under the same key', async () => {
    const content = contentOf('reload');
    const { server, files } = await halfSent(content);
    expect(files.unfinished).toEqual(['lake.jpg']);
    expect(await files.send(sourceOf(content), { ...DETAILS, name: 'another name' })).toMatchObject({
      ok: true,
    });
    expect(putCounts(server)).toEqual([1, 1, 2, 1]);
    expect(server.twicePads).toEqual([]);
    expect(server.places.size).toBe(1);
    expect(files.unfinished).toEqual([]);
    expect(await isFetched(files, shared(server), content)).toBe(true);
  });

  test('the file changed by one byte is another file: new fid, key and nonce, and the old one is erased', async () => {
    const content = contentOf('one byte');
    const { server, files } = await halfSent(content);
    const [old] = server.places.keys();
    const changed = Uint8Array.from(content);
    changed[SIZE - 1] = (changed[SIZE - 1] ?? 0) ^ 1;
    expect(await files.send(sourceOf(changed), DETAILS)).toMatchObject({ ok: true });
    expect(server.erased).toEqual([old]);
    expect(server.twicePads).toEqual([]);
    expect(toBase64url(shared(server).fid)).not.toBe(old);
    expect(await isFetched(files, shared(server), changed)).toBe(true);
  });

  test('a storage that holds nonsense holds nothing', async () => {
    const storage = new StorageDouble();
    for (const text of ['', '{', '[]', '{"begun":[{}],"erased":[5]}', '{"begun":7}']) {
      storage.setItem('mayfly:k7Qm2x:files', text);
      const { files } = page(new FileServerDouble(), storage);
      expect(files.unfinished).toEqual([]);
    }
  });
});

describe('FILE-8: a file that is given up is erased', () => {
  test('Cancel stops it, and the server loses what it has', async () => {
    const { server, files } = page();
    const controller = new AbortController();
    const sending = files.send(sourceOf(contentOf('cancel')), DETAILS, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    expect(await sending).toEqual({ ok: false, reason: 'cancelled' });
    await expect.poll(() => server.erased.length).toBe(1);
    expect(server.places.size).toBe(0);
    expect(server.posts).toEqual([]);
    expect(files.unfinished).toEqual([]);
  });

  test('when its message is taken back, also before anyone listened', async () => {
    const { server, port, files, storage } = page();
    await files.send(sourceOf(contentOf('unsent', 10)), DETAILS);
    await files.send(sourceOf(contentOf('unsent too', 10)), DETAILS);
    port.unsent(shared(server, 0).fid);
    await expect.poll(() => server.erased.length).toBe(1);

    const next = server.letIn(server.port(storage));
    next.unsent(shared(server, 1).fid);
    using later = new RoomFiles(next, { fetch: server.fetch });
    await expect.poll(() => server.erased.length).toBe(2);
    expect(later.unfinished).toEqual([]);
  });

  test('a file that is given up after a reload', async () => {
    const { server, files } = await halfSent(contentOf('given up'));
    files.giveUp('lake.jpg');
    await expect.poll(() => server.erased.length).toBe(1);
    expect(files.unfinished).toEqual([]);
    expect(server.places.size).toBe(0);
  });

  test('it asks until the server says so: after a refusal, on the next connection, and after a reload', async () => {
    const first = page();
    const { server } = first;
    await first.files.send(sourceOf(contentOf('e', 10)), DETAILS);
    const file = shared(server);
    server.refusals.push({ code: 'rate', retryAfterMs: 0 });
    server.mute(true);
    first.files.erase(file);
    first.port.close();
    server.mute(false);

    const second = page(server, first.storage);
    await expect.poll(() => server.erased).toEqual([toBase64url(file.fid)]);
    expect(second.storage.getItem('mayfly:k7Qm2x:files')).toBeNull();
    expect(await second.files.fetch(file)).toEqual({ ok: false, reason: 'gone' });
  });
});

describe('refusals', () => {
  test.each(['too_big', 'room_full', 'server_full', 'not_allowed'] as const)(
    '%s is final, and Retry may work',
    async (code) => {
      const { server, files } = page();
      server.refusals.push({ code, retryAfterMs: 0 });
      expect(await files.send(sourceOf(contentOf('f')), DETAILS)).toEqual({ ok: false, reason: code });
      expect(await files.send(sourceOf(contentOf('f2')), { ...DETAILS, name: 'other' })).toMatchObject({
        ok: true,
      });
    },
  );

  test.each(['rate', 'unavailable'] as const)('%s passes by itself', async (code) => {
    const { server, files } = page();
    server.refusals.push({ code, retryAfterMs: 5 }, { code, retryAfterMs: 5 });
    expect(await files.send(sourceOf(contentOf('g')), DETAILS)).toMatchObject({ ok: true });
  });

  test('nothing is asked for a file that is too big, a caption that is too long, or where no files are taken', async () => {
    const { server, port, files } = page();
    expect(await files.send({ size: 25_000_001, bytes: () => [] }, DETAILS)).toMatchObject({
      reason: 'too_big',
    });
    expect(
      await files.send(sourceOf(contentOf('h', 1)), { ...DETAILS, caption: 'é'.repeat(8_000) }),
    ).toMatchObject({
      reason: 'too_long',
    });
    port.enter({ features: [], limits: { members: 5, historyMessages: 5, historyBytes: 5 } });
    expect(await files.send(sourceOf(contentOf('h', 1)), DETAILS)).toMatchObject({ reason: 'no_files' });
    port.close();
    expect(await files.send(sourceOf(contentOf('h', 1)), DETAILS)).toMatchObject({ reason: 'ended' });
    expect(server.asks).toEqual([]);
  });

  test('in a room that was over before the part for files was there, nothing fails', async () => {
    const { server, port } = page();
    port.close();
    const late = new RoomFiles(port, { fetch: server.fetch });
    expect(await late.send(sourceOf(contentOf('l', 1)), DETAILS)).toMatchObject({ reason: 'ended' });
    late[Symbol.dispose]();
  });

  test('a source that can’t be read, or lies about its size, is unreadable', async () => {
    const { files } = page();
    expect(await files.send({ size: 5, bytes: broken }, DETAILS)).toMatchObject({ reason: 'unreadable' });
    expect(await files.send({ size: 5, bytes: () => [new Uint8Array(6)] }, DETAILS)).toMatchObject({
      reason: 'unreadable',
    });
  });
});

describe('STREAM-4: a download', () => {
  test('that is cut ten times goes on where it stopped', async () => {
    const { server, files, file, content } = await sent();
    server.cuts.push(...Array.from({ length: 10 }, (_, i) => 40_000 + i));
    const steps: number[] = [];
    const fetched = await files.fetch(file, { onProgress: ({ done }) => void steps.push(done) });
    expect(fetched.ok && isBlobOf(await fetched.blob.arrayBuffer(), content)).toBe(true);
    expect(server.gets.length).toBe(11);
    expect([...server.gets].sort((a, b) => a - b)).toEqual(server.gets);
    expect(steps.at(-1)).toBe(sealedFileSize(SIZE));
  });

  test.each<[string, (sealed: Uint8Array) => Uint8Array]>([
    ['a changed byte', (sealed) => Buffer.from(sealed).fill(0xff, 500_000, 500_001)],
    ['a byte more', (sealed) => Buffer.concat([sealed, Buffer.alloc(1)])],
    [
      'chunks swapped',
      (sealed) =>
        Buffer.concat([
          sealed.subarray(0, 16),
          sealed.subarray(65_568, 131_120),
          sealed.subarray(16, 65_568),
          sealed.subarray(131_120),
        ]),
    ],
  ])('with %s is damaged, and nothing of it is given out', async (_, tamper) => {
    const { server, files, file } = await sent();
    server.tamper = tamper;
    expect(await files.fetch(file)).toEqual({ ok: false, reason: 'damaged' });
  });

  test('that always ends early is given up', async () => {
    const { server, files, file } = await sent();
    server.tamper = (sealed) => sealed.subarray(0, 100_000);
    expect(await files.fetch(file)).toEqual({ ok: false, reason: 'unreachable' });
  });

  test('of a file that is gone says so', async () => {
    const { server, files, file } = await sent();
    server.places.clear();
    expect(await files.fetch(file)).toEqual({ ok: false, reason: 'gone' });
  });

  test('stops when it is cancelled', async () => {
    const { files, file } = await sent();
    const controller = new AbortController();
    const fetching = files.fetch(file, { signal: controller.signal, onProgress: () => controller.abort() });
    expect(await fetching).toEqual({ ok: false, reason: 'cancelled' });
  });
});

/** A slow stream, and how far ahead of it the download ever was. */
function slowSink(server: FileServerDouble) {
  const written: Uint8Array[] = [];
  const ends: unknown[] = [];
  let bytes = 0;
  let ahead = 0;
  const stream = new WritableStream<Uint8Array>({
    async write(plain) {
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      ahead = Math.max(ahead, server.given - bytes);
      written.push(plain);
      bytes += plain.length;
    },
    close: () => void ends.push('closed'),
    abort: (reason) => void ends.push(reason),
  });
  return { stream, written, ends, ahead: () => ahead };
}

describe('STREAM-4: a download into a stream', () => {
  test('that is cut: whole, closed at the end, and never more than two parts ahead of what is written', async () => {
    const { server, files, file, content } = await sent(contentOf('stream', 12 * FILE_PART_BYTES + 7));
    server.cuts.push(900_000, 900_000);
    const sink = slowSink(server);
    expect(await fetchTo(files, file, sink.stream)).toEqual({ ok: true });
    expect(Buffer.concat(sink.written).equals(content)).toBe(true);
    expect(sink.ends).toEqual(['closed']);
    expect(sink.ahead()).toBeLessThanOrEqual(2 * FILE_PART_BYTES);
  });

  test.each<[string, (server: FileServerDouble) => void]>([
    ['damaged', (server) => void (server.tamper = (sealed) => Buffer.from(sealed).fill(1, 700_000))],
    ['gone', (server) => server.places.clear()],
  ])('that ends as %s: the stream is aborted, not closed', async (reason, harm) => {
    const { server, files, file } = await sent();
    harm(server);
    const sink = slowSink(server);
    expect(await fetchTo(files, file, sink.stream)).toEqual({ ok: false, reason });
    expect(sink.ends).toEqual([reason]);
  });

  test('whose hash is another: aborted, though every chunk was right', async () => {
    const { files, file, server } = await sent();
    const sink = slowSink(server);
    const other = { ...file, hash: new Uint8Array(32) };
    expect(await fetchTo(files, other, sink.stream)).toEqual({ ok: false, reason: 'damaged' });
    expect(sink.ends).toEqual(['damaged']);
  });

  test.each<[string, UnderlyingSink<Uint8Array>]>([
    ['write', { write: broken }],
    ['close', { close: broken }],
  ])('into one that can’t %s is unwritable, and asks no further', async (_what, sink) => {
    const { files, file, server } = await sent();
    expect(await fetchTo(files, file, new WritableStream(sink))).toEqual({ ok: false, reason: 'unwritable' });
    expect(server.gets).toEqual([0]);
  });
});
