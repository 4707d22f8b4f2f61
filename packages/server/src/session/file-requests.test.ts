// What a session answers about files, and what it counts: nothing of it reads or writes bytes.

import { createHash } from 'node:crypto';
import { encodeClientControl } from '@mayfly/protocol';
import { describe, expect, test, vi } from 'vitest';
import { Bucket } from '../guard/bucket.ts';
import { ConnectionBudget, type FileBudget } from '../guard/connection-budget.ts';
import { limitsAt } from '../guard/limits.ts';
import { type FilePlace, type FileStore, NO_FILES } from '../store/file-store.ts';
import { StoreUnavailable } from '../store/store-unavailable.ts';
import { settled } from '../testing/clock.ts';
import { type Connection, ROOM, SessionFixture, send } from '../testing/session-fixture.ts';

const FID = new Uint8Array(16).fill(1);
const PROOF = new Uint8Array(16).fill(2);
const DEL_HASH = createHash('sha256').update(PROOF).digest().subarray(0, 16);
const BYTES_MAX = 10_000;
const OPEN: FilePlace = { outcome: 'open', have: new Uint8Array(1), lifeMs: 1_000 };

const ask = (size = 5_000) => encodeClientControl({ type: 'file', fid: FID, size, delHash: DEL_HASH });
const erase = encodeClientControl({ type: 'fileErase', fid: FID, proof: PROOF });

function makeFiles({
  open = async () => OPEN,
  erase: forget = async () => 'erased',
}: Partial<Pick<FileStore, 'open' | 'erase'>> = {}) {
  return {
    ...NO_FILES,
    open: vi.fn<FileStore['open']>(open),
    erase: vi.fn<FileStore['erase']>(forget),
  };
}

async function enter(
  store: FileStore | undefined,
  place: FileBudget['place'] = () => 'new',
  level: 'off' | 'default' = 'off',
) {
  const fixture = await new SessionFixture().open();
  const files = {
    place: vi.fn<FileBudget['place']>(place),
    gone: vi.fn<FileBudget['gone']>(),
    roomEnded: vi.fn<FileBudget['roomEnded']>(),
  };
  const limits = limitsAt(level);
  const budget = new ConnectionBudget({
    limits: limits.socket,
    now: () => fixture.clock.now(),
    roomBucket: () => new Bucket(limits.room.messages),
    mayJoin: () => undefined,
    joinFailed: () => {},
    passphrases: { mayTry: () => undefined, wrong: () => {} },
    gone: () => {},
    files,
  });
  const session = { budget, ...(store && { files: { store, bytesMax: BYTES_MAX } }) };
  const ann = await fixture.enter('ann', {}, session);
  return { fixture, ann, files };
}

const refusal = ({ socket }: Connection) => {
  const { code, retryAfterMs } = socket.last('fileRefused');
  return [code, retryAfterMs];
};

describe('a place', () => {
  test('FILE-2: the token goes to its author, and only its hash to the store', async () => {
    const store = makeFiles();
    const { ann, files } = await enter(store);
    await send(ann, ask());
    const { token, parts, fid } = ann.socket.last('fileOpen');
    expect([parts, fid]).toEqual([1, FID]);
    const wish = store.open.mock.calls[0]?.[2];
    expect(wish).toMatchObject({ fid: FID, size: 5_000, ttlMs: 0 });
    expect(wish?.delHash.every((byte, i) => byte === DEL_HASH[i])).toBe(true);
    expect(Buffer.from(wish?.tokenHash ?? []).equals(createHash('sha256').update(token).digest())).toBe(true);
    await send(ann, ask());
    expect(Buffer.from(ann.socket.last('fileOpen').token).equals(token)).toBe(false);
    expect(files.place.mock.calls[0]).toEqual([ROOM, '01'.repeat(16), 5_000, 60_000]);
    expect(files.gone).not.toHaveBeenCalled();
  });

  test('FILE-4: one byte too many is refused before anything is counted or asked', async () => {
    const store = makeFiles();
    const { ann, files } = await enter(store);
    await send(ann, ask(BYTES_MAX + 1));
    expect(refusal(ann)).toEqual(['too_big', 0]);
    expect([store.open.mock.calls, files.place.mock.calls]).toEqual([[], []]);
    await send(ann, ask(BYTES_MAX));
    expect(ann.socket.last('fileOpen').fid).toEqual(FID);
  });

  test.each([
    ['short of memory', () => 'short' as const, ['server_full', 30_000]],
    ['too much of one address', () => ({ code: 'rate' as const, retryAfterMs: 7 }), ['rate', 7]],
  ])('LIMIT-10, LIMIT-11: %s: refused, and the store is not asked', async (_why, place, said) => {
    const store = makeFiles();
    const { ann } = await enter(store, place);
    await send(ann, ask());
    expect([refusal(ann), store.open.mock.calls]).toEqual([said, []]);
  });

  test.each([
    ['room_full', { outcome: 'refused', code: 'room_full' }, ['room_full', 60_000]],
    ['server_full', { outcome: 'refused', code: 'server_full' }, ['server_full', 60_000]],
    ['rate', { outcome: 'refused', code: 'rate' }, ['rate', 60_000]],
    ['not_allowed', { outcome: 'refused', code: 'not_allowed' }, ['not_allowed', 0]],
  ] as const)(
    'FILE-4: a refusal (%s) counts nothing that did not count before',
    async (_code, place, said) => {
      for (const [known, gone] of [
        ['new', 1],
        ['known', 0],
      ] as const) {
        const { ann, files } = await enter(makeFiles({ open: async () => place }), () => known);
        await send(ann, ask());
        expect([refusal(ann), files.gone.mock.calls.length]).toEqual([said, gone]);
        expect(ann.socket.closed).toBeUndefined();
      }
    },
  );

  test.each([
    ['unavailable', 2_000],
    ['server_full', 5_000],
  ] as const)('FILE-4: a store that is %s is no reason to close', async (code, retryAfterMs) => {
    const lost = async () => Promise.reject(new StoreUnavailable(code));
    const { ann, files } = await enter(makeFiles({ open: lost, erase: lost }));
    await send(ann, ask());
    expect([refusal(ann), files.gone.mock.calls.length]).toEqual([[code, retryAfterMs], 1]);
    await send(ann, erase);
    expect(refusal(ann)).toEqual(['unavailable', retryAfterMs]);
    expect(ann.socket.closed).toBeUndefined();
  });

  test.each([
    ['replaced', 'replaced'],
    ['gone', 'ended'],
  ] as const)('SEND-3: a session that is %s closes', async (outcome, closed) => {
    const { ann } = await enter(makeFiles({ open: async () => ({ outcome }) }));
    await send(ann, ask());
    expect(ann.socket.closed).toBe(closed);
  });

  test('LIMIT-11: 2/s and a burst of 20, places and erasures together', async () => {
    const { ann, fixture } = await enter(makeFiles(), undefined, 'default');
    for (let i = 0; i < 10; i++) await send(ann, ask(), erase);
    await send(ann, ask());
    expect(refusal(ann)).toEqual(['rate', 500]);
    await send(ann, erase);
    expect(refusal(ann)).toEqual(['rate', 500]);
    fixture.clock.pass(500);
    ann.socket.received();
    await send(ann, ask());
    expect(ann.socket.received()).toEqual(['fileOpen']);
  });

  test('a bug in the store closes the connection, as everywhere', async () => {
    const { ann, fixture } = await enter(makeFiles({ open: async () => Promise.reject(new Error('bug')) }));
    await send(ann, ask());
    expect([ann.socket.closed, fixture.events.trouble.mock.calls.length]).toEqual(['serverError', 1]);
  });
});

test('FILE-8: the hash of the proof goes to the store; a wrong one changes nothing', async () => {
  const store = makeFiles();
  const { ann, files } = await enter(store);
  await send(ann, erase);
  expect(Buffer.from(store.erase.mock.calls[0]?.[2] ?? []).equals(DEL_HASH)).toBe(true);
  expect(ann.socket.received()).toContain('fileErased');
  expect(files.gone.mock.calls).toEqual([[ROOM, '01'.repeat(16)]]);
  store.erase.mockResolvedValue('not_allowed');
  await send(ann, erase);
  expect([refusal(ann), files.gone.mock.calls.length]).toEqual([['not_allowed', 0], 1]);
});

test('FILE-9: with its room a file stops counting', async () => {
  const { fixture, files } = await enter(makeFiles());
  await fixture.store.end(ROOM);
  await settled();
  expect(files.roomEnded.mock.calls).toEqual([[ROOM]]);
});

test('a server without files refuses places, and has nothing to erase', async () => {
  const { ann } = await enter(undefined);
  await send(ann, ask());
  expect(refusal(ann)).toEqual(['not_allowed', 0]);
  await send(ann, erase);
  expect(ann.socket.received()).toContain('fileErased');
});
