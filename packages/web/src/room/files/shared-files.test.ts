// The bytes of shared files on this page: what is loaded, what is held, and what is let go.

import type { RoomFiles, SharedFile } from '@mayfly/client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { barePng } from '../../testing/picture-files.ts';
import { SharedFiles } from './shared-files.ts';
import { contentIn } from './tray-items.ts';

type Fetched = Awaited<ReturnType<RoomFiles['fetch']>>;

const PNG: SharedFile = {
  fid: new Uint8Array(16),
  key: new Uint8Array(32),
  size: 100,
  hash: new Uint8Array(32),
  name: 'a.png',
  mime: 'image/png',
  width: undefined,
  height: undefined,
  durationMs: undefined,
  wave: undefined,
  thumb: undefined,
};

const revoked: string[] = [];
/** Types of what has an address. */
const types: string[] = [];
let made = 0;
beforeEach(() => {
  for (const list of [revoked, types]) list.length = 0;
  made = 0;
  vi.spyOn(URL, 'createObjectURL').mockImplementation((held) => {
    if (held instanceof Blob) types.push(held.type);
    return `blob:${(made += 1)}`;
  });
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation((url) => void revoked.push(url));
});
afterEach(() => void vi.restoreAllMocks());

function blobOf(bytes: Uint8Array): Fetched {
  return { ok: true, blob: new Blob([Uint8Array.from(bytes)]) };
}

function page(answer: Fetched = blobOf(barePng()), heldMax?: number) {
  const fetch = vi.fn<RoomFiles['fetch']>(() => Promise.resolve(answer));
  const shared = new SharedFiles({ fetch }, heldMax);
  const at = (key: string) => shared.stateOf(key).value.at;
  return { fetch, shared, at };
}

describe('what loads', () => {
  test('small pictures by themselves, once; large ones and other files when asked', async () => {
    const { fetch, shared, at } = page();
    shared.see('small', PNG);
    shared.see('small', PNG);
    shared.see('large', { ...PNG, size: 2_000_001 });
    shared.see('other', { ...PNG, mime: 'application/pdf' });
    shared.see('drawing', { ...PNG, mime: 'image/svg+xml' });
    await expect.poll(() => at('small')).toBe('ready');
    expect(fetch).toHaveBeenCalledTimes(1);
    shared.see('small', PNG);
    shared.load('large', { ...PNG, size: 2_000_001 });
    await expect.poll(() => at('large')).toBe('ready');
    expect(fetch).toHaveBeenCalledTimes(2);
    expect(shared.pictures).toEqual(['small', 'large']);
  });

  test('what is called a picture but isn’t one by its bytes is ready, and no picture', async () => {
    const { shared, at } = page(blobOf(Buffer.from('<svg/>')));
    shared.see('a', PNG);
    await expect.poll(() => at('a')).toBe('ready');
    expect(shared.stateOf('a').value).toMatchObject({ picture: undefined });
    expect(shared.pictures).toEqual([]);
  });

  test.each([
    [
      'a picture that is a page as well',
      'image/png',
      'image/png',
      [barePng(), Buffer.from('<script></script>')],
    ],
    ['a page that is called a picture', 'image/png', 'application/octet-stream', [Buffer.from('<html>')]],
    ['a page', 'text/html', 'application/octet-stream', [Buffer.from('<html>')]],
    ['a PDF', 'application/pdf', 'application/octet-stream', [Buffer.from('%PDF-1.7')]],
    ['a drawing', 'image/svg+xml', 'application/octet-stream', [Buffer.from('<svg/>')]],
    ['a recording', 'audio/x-any', 'audio/ogg', [Buffer.from('OggS')]],
  ])('%s, of type %s, is held as %s', async (_, mime, type, bytes) => {
    const { shared, at } = page(blobOf(Buffer.concat(bytes)));
    shared.load('a', { ...PNG, mime });
    await expect.poll(() => at('a')).toBe('ready');
    expect(types).toEqual([type]);
  });

  test('recordings, too; what is only called one is none, and a video isn’t either', async () => {
    const ogg = Buffer.from('OggS and what follows');
    const { fetch, shared, at } = page(blobOf(ogg));
    shared.see('voice', { ...PNG, mime: 'audio/ogg' });
    await expect.poll(() => at('voice')).toBe('ready');
    expect(shared.stateOf('voice').value).toMatchObject({ audio: 'ogg' });
    shared.load('video', { ...PNG, mime: 'video/ogg' });
    await expect.poll(() => at('video')).toBe('ready');
    fetch.mockResolvedValueOnce(blobOf(Buffer.from('<html>')));
    shared.see('lie', { ...PNG, mime: 'audio/mpeg' });
    await expect.poll(() => at('lie')).toBe('ready');
    for (const key of ['video', 'lie']) expect(shared.stateOf(key).value).toMatchObject({ audio: undefined });
  });

  test.each(['gone', 'damaged', 'unreachable'] as const)(
    '%s is said, and can be tried again',
    async (reason) => {
      const { fetch, shared, at } = page({ ok: false, reason });
      shared.see('a', PNG);
      await expect.poll(() => at('a')).toBe(reason);
      fetch.mockResolvedValueOnce(blobOf(barePng()));
      shared.load('a', PNG);
      await expect.poll(() => at('a')).toBe('ready');
    },
  );

  test('two messages with the same file don’t share a fate', async () => {
    const { fetch, shared, at } = page();
    fetch.mockResolvedValueOnce({ ok: false, reason: 'damaged' });
    shared.load('forged', PNG);
    shared.load('honest', PNG);
    await expect.poll(() => at('honest')).toBe('ready');
    expect(at('forged')).toBe('damaged');
  });
});

test('what loads can be stopped, and loaded after that', async () => {
  const { fetch, shared, at } = page();
  fetch.mockImplementationOnce(
    (_, options) =>
      new Promise((resolve) => {
        options?.signal?.addEventListener('abort', () => resolve({ ok: false, reason: 'cancelled' }));
      }),
  );
  shared.load('a', PNG);
  expect(at('a')).toBe('loading');
  await expect.poll(() => fetch.mock.calls.length).toBe(1);
  shared.cancel('a');
  await expect.poll(() => at('a')).toBe('idle');
  shared.load('a', PNG);
  await expect.poll(() => at('a')).toBe('ready');
});

/** A server that answers when it is let. */
function slowPage() {
  const { fetch, shared, at } = page();
  const begun: string[] = [];
  const answers: (() => void)[] = [];
  fetch.mockImplementation(({ name }, { signal } = {}) => {
    begun.push(name);
    return new Promise((resolve) => {
      answers.push(() => resolve(blobOf(barePng())));
      signal?.addEventListener('abort', () => resolve({ ok: false, reason: 'cancelled' }));
    });
  });
  const see = (name: string, isInSight: boolean) => shared.see(name, { ...PNG, name }, isInSight);
  return { shared, at, see, begun, answers };
}

describe('a room full of pictures', () => {
  test('at most four load at a time, until all 200 are here', async () => {
    const { shared, see, begun, answers } = slowPage();
    for (let i = 0; i < 200; i++) see(`${i}`, false);
    let most = 0;
    for (let answered = 0; answered < 200; answered++) {
      await expect.poll(() => begun.length).toBeGreaterThan(answered);
      most = Math.max(most, begun.length - answered);
      answers[answered]?.();
    }
    await expect.poll(() => shared.pictures.length).toBe(200);
    expect([begun.length, most]).toEqual([200, 4]);
  });

  test('what the reader asks for begins first, then what is in sight; what is scrolled away does not wait', async () => {
    const { shared, at, see, begun, answers } = slowPage();
    for (const name of ['a', 'b', 'c', 'd', 'far', 'away']) see(name, false);
    see('in sight', true);
    shared.load('asked', { ...PNG, name: 'asked', size: 9_000_000 });
    shared.unsee('away');
    shared.unsee('asked');
    await expect.poll(() => at('away')).toBe('idle');
    for (const [i, next] of ['asked', 'in sight', 'far'].entries()) {
      answers[i]?.();
      await expect.poll(() => begun.at(-1)).toBe(next);
    }
    expect(begun).toHaveLength(7);
    see('away', true);
    answers[3]?.();
    await expect.poll(() => begun.at(-1)).toBe('away');
  });

  test('what the reader stopped, or its author took back, loads no more by itself', async () => {
    const { shared, at, see, begun } = slowPage();
    for (const name of ['a', 'b', 'c', 'd', 'waiting']) see(name, true);
    await expect.poll(() => begun.length).toBe(4);
    shared.cancel('waiting');
    await expect.poll(() => at('waiting')).toBe('idle');
    see('waiting', true);
    shared.forget('a');
    see('e', true);
    await expect.poll(() => begun).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

describe('what is let go', () => {
  test('the oldest, beyond the most that is held, but not what is looked at', async () => {
    const picture = barePng();
    const { shared, at } = page(blobOf(picture), 2.5 * picture.length);
    for (const key of ['a', 'b', 'c']) {
      shared.keep(key, new Blob([Uint8Array.from(picture)]), contentIn(picture, 'image/png'));
      if (key === 'a') shared.viewed.value = 'a';
    }
    expect(['a', 'b', 'c'].map(at)).toEqual(['ready', 'idle', 'ready']);
    expect(revoked).toEqual(['blob:2']);
  });

  test('what its author took back, and everything when the room ends', async () => {
    const { shared, at } = page();
    for (const key of ['a', 'b'])
      shared.keep(key, new Blob([Uint8Array.from(barePng())]), contentIn(barePng(), 'image/png'));
    shared.viewed.value = 'a';
    shared.forget('a');
    expect([at('a'), shared.viewed.value]).toEqual(['idle', undefined]);
    shared[Symbol.dispose]();
    expect(at('b')).toBe('idle');
    expect(revoked).toEqual(['blob:1', 'blob:2']);
  });

  test('what arrives after its author took it back, or the reader stopped it', async () => {
    const { fetch, shared, at } = page();
    for (const stop of [(key: string) => shared.forget(key), (key: string) => shared.cancel(key)]) {
      const answers: ((fetched: Fetched) => void)[] = [];
      fetch.mockImplementationOnce(() => new Promise((resolve) => void answers.push(resolve)));
      shared.load('a', PNG);
      await expect.poll(() => fetch.mock.calls.length).toBeGreaterThan(0);
      stop('a');
      answers[0]?.(blobOf(barePng()));
      await expect.poll(() => at('a')).toBe('idle');
      fetch.mockClear();
    }
    shared.load('b', PNG);
    await expect.poll(() => at('b')).toBe('ready');
    expect([made, shared.pictures]).toEqual([1, ['b']]);
  });

  test('what arrives after the end', async () => {
    const { shared, at } = page();
    shared.load('a', PNG);
    shared[Symbol.dispose]();
    await expect.poll(() => at('a')).toBe('idle');
    expect(made).toBe(0);
  });
});
