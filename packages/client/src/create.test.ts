import {
  RESERVATION_MS,
  WAIT_MS_MAX,
  decodeCharterArgs,
  decodeCommandWithBlob,
  decodeCreateRoom,
  equalBytes,
} from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type CreateOptions, createRoom } from './create.ts';
import { checkCharter } from './crypto/charter.ts';
import { epochKeys, roomSecrets } from './crypto/keys.ts';
import { ownerKeys } from './crypto/owner.ts';
import { makeLink } from './link.ts';
import { seededRandom } from './testing/random.ts';

type Request = { readonly url: string; readonly init: RequestInit | undefined };

function server(...answers: readonly (() => Response | Promise<Response>)[]) {
  const requests: Request[] = [];
  const fetch = vi.fn(async (url: string | URL | globalThis.Request, init?: RequestInit) => {
    requests.push({ url: url instanceof globalThis.Request ? url.url : String(url), init });
    const answer = answers[requests.length - 1];
    if (answer === undefined) throw new Error('one request too many');
    return answer();
  });
  return { fetch, requests };
}

const json = (status: number, body: unknown) => () => Response.json(body, { status });
const reserved = json(201, { id: 'k7Qm2x' });
const down = () => Promise.reject(new TypeError('network'));
const page = () => new Response('<h1>Bad gateway</h1>', { status: 502 });
/** A body as text, every byte one character. */
const bodyText = (init: RequestInit | undefined): string =>
  init?.body instanceof Uint8Array ? Buffer.from(init.body).toString('latin1') : JSON.stringify(init?.body);
const long = json(201, { id: 'k7Qm2x', more: 'x'.repeat(5000) });
const opened = () => new Response(null, { status: 204 });

const make = (fetch: typeof globalThis.fetch, more: Pick<CreateOptions, 'signal' | 'room' | 'second'> = {}) =>
  createRoom({
    ...more,
    origin: 'https://chat.example',
    lifeSeconds: 1800,
    history: 'all',
    name: 'Ann',
    fetch,
    random: seededRandom('create'),
  });

describe('creating a room', () => {
  test('API-1, API-2: two requests, and a charter that matches the link', async () => {
    const { fetch, requests } = server(reserved, opened);
    const created = await make(fetch);
    if (!created.ok) throw new Error(created.reason);
    const { link, identity } = created;
    const { ownerCode = '' } = identity;
    const owner = ownerKeys(ownerCode);
    expect(requests.map(({ url }) => url)).toEqual([
      'https://chat.example/api/rooms',
      'https://chat.example/api/rooms/k7Qm2x/charter',
    ]);
    expect(requests.map(({ init }) => new Headers(init?.headers).get('Content-Type'))).toEqual([
      'application/json',
      'application/octet-stream',
    ]);

    const first = requests[0]?.init?.body;
    const asked = decodeCreateRoom(typeof first === 'string' ? first : '');
    expect(asked).toEqual({ ownerPk: owner.pk, life: 1800, history: 'all' });

    const body = requests[1]?.init?.body;
    const sent = body instanceof Uint8Array ? decodeCommandWithBlob(body) : undefined;
    if (sent === undefined) throw new Error('no charter was sent');
    const secrets = roomSecrets(link.secret);
    const keys = epochKeys(secrets.root, link.id, 0);
    const checked = checkCharter({
      id: link.id,
      secrets,
      keys,
      door: 1,
      lastC: 1,
      bytes: sent.bytes,
      blob: sent.blob,
    });
    expect(checked).toMatchObject({ ok: true });
    const charter = decodeCharterArgs(sent.command.args);
    expect(charter?.moderators).toEqual([{ idPk: identity.pk, mask: 128 }]);
    expect(identity).toMatchObject({ name: 'Ann', joined: false, ownerCode });
    expect(equalBytes(sent.command.signerPk, owner.pk)).toBe(true);
  });

  test('CHARTER-5: a room that no one owns has no seat, and its creator no code', async () => {
    const { fetch, requests } = server(reserved, opened);
    const created = await make(fetch, { room: { name: 'Lake', unowned: true } });
    if (!created.ok) throw new Error(created.reason);
    expect(created.identity.ownerCode).toBeUndefined();
    const body = requests[1]?.init?.body;
    const sent = body instanceof Uint8Array ? decodeCommandWithBlob(body) : undefined;
    if (sent === undefined) throw new Error('no charter was sent');
    expect(decodeCharterArgs(sent.command.args)?.moderators).toEqual([]);
  });

  test('CHARTER-6: name and topic are sealed for people with the link; too long ones send nothing', async () => {
    const room = { name: ' Hatch morning', topic: 'Bring gloves' };
    const { fetch, requests } = server(reserved, opened);
    const created = await make(fetch, { room });
    if (!created.ok) throw new Error(created.reason);
    const { id, secret } = created.link;
    const body = requests[1]?.init?.body;
    const sent = body instanceof Uint8Array ? decodeCommandWithBlob(body) : undefined;
    if (sent === undefined) throw new Error('no charter was sent');
    const secrets = roomSecrets(secret);
    const keys = epochKeys(secrets.root, id, 0);
    const checked = checkCharter({
      id,
      secrets,
      keys,
      door: 1,
      lastC: 1,
      bytes: sent.bytes,
      blob: sent.blob,
    });
    expect(checked.ok && checked.manifest).toMatchObject({ name: 'Hatch morning', topic: 'Bring gloves' });
    expect(requests.map(({ init }) => bodyText(init)).join()).not.toMatch(/Hatch|gloves/);

    const idle = server();
    await expect(make(idle.fetch, { room: { name: 'n'.repeat(51) } })).rejects.toThrow(RangeError);
    expect(idle.requests).toEqual([]);
  });

  test('KEY-5: with a second secret, the room is another one; without it, nothing is sent', async () => {
    const { fetch, requests } = server(reserved, opened);
    const P = new Uint8Array(32).fill(4);
    const asked: string[] = [];
    const second = async (secret: string) => {
      asked.push(secret);
      return P;
    };
    const created = await make(fetch, { second });
    if (!created.ok) throw new Error(created.reason);
    const { id, secret, door, second: kept } = created.link;
    expect([asked, door, kept]).toEqual([[secret], 2, P]);
    const body = requests[1]?.init?.body;
    const sent = body instanceof Uint8Array ? decodeCommandWithBlob(body) : undefined;
    if (sent === undefined) throw new Error('no charter was sent');
    const secrets = roomSecrets(secret, P);
    const keys = epochKeys(secrets.root, id, 0);
    expect(checkCharter({ id, secrets, keys, door: 2, lastC: 1, ...sent })).toMatchObject({ ok: true });
    expect(requests.map(({ init }) => bodyText(init)).join()).not.toContain(
      Buffer.from(P).toString('latin1'),
    );

    const idle = server();
    const given = await make(idle.fetch, { second: async () => undefined });
    expect([given, idle.requests]).toEqual([{ ok: false, reason: 'cancelled', retryAfterMs: 0 }, []]);
  });

  test('nothing sent to the server opens the room', async () => {
    const { fetch, requests } = server(reserved, opened);
    const created = await make(fetch);
    if (!created.ok) throw new Error(created.reason);
    const sent = requests.map(({ url, init }) => url + bodyText(init)).join();
    expect(sent).not.toContain(created.link.secret);
    expect(sent).not.toContain(created.identity.ownerCode);
    expect(sent).not.toContain('Ann');
    expect(makeLink('https://chat.example', created.link.id, created.link.secret)).toContain('#1');
  });

  test("on a page, the server is the page's origin", async () => {
    const { fetch, requests } = server(reserved, opened);
    await createRoom({ lifeSeconds: 60, history: 'none', name: '', fetch, random: seededRandom('x') });
    expect(requests[0]?.url).toBe('/api/rooms');
  });

  test('BOUND-1: no pause is longer than an hour', async () => {
    const { fetch } = server(json(429, { error: 'rate', retryAfterMs: 2 ** 40 }));
    expect(await make(fetch)).toEqual({ ok: false, reason: 'rate', retryAfterMs: WAIT_MS_MAX });
  });

  test('API-4: a refusal says why, and when to try again', async () => {
    const first = server(json(429, { error: 'rate', retryAfterMs: 5000 }));
    expect(await make(first.fetch)).toEqual({ ok: false, reason: 'rate', retryAfterMs: 5000 });
    const second = server(json(403, { error: 'not_allowed', retryAfterMs: 0 }));
    expect(await make(second.fetch)).toEqual({ ok: false, reason: 'not_allowed', retryAfterMs: 0 });
    const third = server(reserved, json(503, { error: 'server_full', retryAfterMs: 5000 }));
    expect(await make(third.fetch)).toEqual({ ok: false, reason: 'server_full', retryAfterMs: 5000 });
  });

  test('no network: offline', async () => {
    expect(await make(server(down).fetch)).toMatchObject({ ok: false, reason: 'offline' });
  });

  test("API-3: a lost reservation is the server's fault", async () => {
    const { fetch } = server(reserved, json(403, { error: 'not_allowed', retryAfterMs: 0 }));
    expect(await make(fetch)).toEqual({ ok: false, reason: 'unavailable', retryAfterMs: 0 });
  });

  test("an unreadable answer is the server's fault", async () => {
    expect(await make(server(long).fetch)).toMatchObject({ ok: false, reason: 'unavailable' });
    expect(await make(server(page).fetch)).toMatchObject({ ok: false, reason: 'unavailable' });
    expect(await make(server(json(201, { id: '../../x' })).fetch)).toMatchObject({
      ok: false,
      reason: 'unavailable',
    });
    expect(await make(server(json(400, { error: 'no such word' })).fetch)).toMatchObject({
      reason: 'unavailable',
    });
  });
});

describe('API-2: if it is unknown whether the charter opened the room', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const lost = json(503, { error: 'unavailable', retryAfterMs: 2000 });

  test.each([
    ['the server cannot say', lost, 2_000],
    ['a proxy answers', page, 1_000],
    ['nobody answers', down, 1_000],
  ])('%s: the same bytes again, after a pause', async (_what, answer, pauseMs) => {
    const { fetch, requests } = server(reserved, answer, opened);
    const creating = make(fetch);
    await vi.advanceTimersByTimeAsync(pauseMs - 1);
    expect(requests).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(await creating).toMatchObject({ ok: true, link: { id: 'k7Qm2x' } });
    const [, first, second] = requests.map(({ url, init }) => url + bodyText(init));
    expect(second).toBe(first);
  });

  test('BOUND-1: a pause longer than the reservation is cut short', async () => {
    const { fetch, requests } = server(
      reserved,
      ...[0, 1, 2].map(() => json(503, { error: 'unavailable', retryAfterMs: 2 ** 40 })),
      opened,
    );
    const creating = make(fetch);
    await vi.advanceTimersByTimeAsync(7_499);
    expect(requests).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(RESERVATION_MS - 7_499);
    expect(await creating).toMatchObject({ ok: true });
  });

  test("after four tries it gives up, with the server's last answer", async () => {
    const { fetch, requests } = server(reserved, lost, lost, lost, lost);
    const creating = make(fetch);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await creating).toEqual({ ok: false, reason: 'unavailable', retryAfterMs: 2000 });
    expect(requests).toHaveLength(5);
  });

  test.each([
    ['in the pause', 1_000, lost],
    ['in the next try', 3_000, () => new Promise<Response>(() => {})],
  ])("aborted %s: the server's last answer", async (_when, afterMs, next) => {
    const abort = new AbortController();
    const { fetch: answer } = server(reserved, lost, next);
    const cut = new Promise<Response>((_resolve, reject) => {
      abort.signal.addEventListener('abort', () => reject(new TypeError('aborted')));
    });
    const fetch: typeof globalThis.fetch = (url, init) => Promise.race([answer(url, init), cut]);
    const creating = make(fetch, { signal: abort.signal });
    await vi.advanceTimersByTimeAsync(afterMs);
    abort.abort();
    await vi.advanceTimersByTimeAsync(0);
    expect(await creating).toEqual({ ok: false, reason: 'unavailable', retryAfterMs: 2000 });
  });
});
