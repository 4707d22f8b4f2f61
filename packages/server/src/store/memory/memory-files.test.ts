// What only memory can promise of files: exact sums, no timers and no bytes left, and time that passes in sleep.

import { FILE_OPEN_MS, FILE_PART_BYTES } from '@mayfly/protocol';
import { describe, expect, test } from 'vitest';
import { ownPages } from '../../net/own-pages.ts';
import { TestClock } from '../../testing/clock.ts';
import { SeededRandom } from '../../testing/random.ts';
import { roomId } from '../../testing/signer.ts';
import { type FileRoom, MemoryFiles } from './memory-files.ts';

const ROOMS = ['Room11', 'Room22', 'Room33', 'Room44', 'Room55'].map(roomId);
const LIMITS = { roomBytes: 1_000_000, allBytes: 1_500_000, lifeMs: 100_000 };
const PROOF = new Uint8Array(16);
const random = new SeededRandom(5);

function setUp(limits = LIMITS) {
  const clock = new TestClock();
  const room: FileRoom = { lifeMs: 200_000, isSpeaking: () => true };
  const files = new MemoryFiles({
    clock,
    limits,
    room: (id) => (ROOMS.includes(id) ? room : undefined),
  });
  const open = async (id = ROOMS[0] ?? roomId('Room11'), size = 4_128) => {
    const [fid, slot, tokenHash] = [random.bytes(16), random.bytes(8), random.bytes(32)];
    const wish = { fid, size, delHash: PROOF, ttlMs: 0, tokenHash };
    return { id, fid, tokenHash, ...(await files.open(id, { slot, generation: 1 }, wish)) };
  };
  return { clock, files, open };
}

describe('sums', () => {
  test('FILE-4: all rooms together take files to the last byte', async () => {
    const { files, open } = setUp();
    expect(await open(ROOMS[0], 1_000_000)).toMatchObject({ outcome: 'open' });
    expect(await open(ROOMS[1], 500_001)).toMatchObject({ outcome: 'refused', code: 'server_full' });
    expect(await open(ROOMS[1], 500_000)).toMatchObject({ outcome: 'open' });
    expect(files.bytes).toBe(1_500_000);
    for (const room of ROOMS) files.roomEnded(room);
    expect(files.bytes).toBe(0);
  });

  test('FILE-6: a hundred uploads begun and never finished leave no byte and no timer', async () => {
    const size = 2 * FILE_PART_BYTES;
    const { clock, files, open } = setUp({ ...LIMITS, roomBytes: 20 * size, allBytes: 100 * size });
    const parts: Uint8Array[] = [];
    for (let i = 0; i < 100; i++) {
      const { id, fid, tokenHash, outcome } = await open(ROOMS[i % ROOMS.length], size);
      expect(outcome).toBe('open');
      const part = ownPages(FILE_PART_BYTES).fill(7);
      await files.put(id, fid, tokenHash, 1, part);
      parts.push(part);
    }
    expect([files.bytes, clock.pending]).toEqual([100 * size, 100]);
    expect(await open(ROOMS[0], 4_128)).toMatchObject({ outcome: 'refused' });
    clock.pass(FILE_OPEN_MS.next);
    expect([files.bytes, clock.pending]).toEqual([0, 0]);
    expect(parts.every(({ length }) => length === 0)).toBe(true);
  });
});

test('FILE-9: what a file held is overwritten when its room ends, but not what is on its way to someone', async () => {
  const { files, open } = setUp();
  const { id, fid, tokenHash } = await open();
  const part = new Uint8Array(4_128).fill(7);
  expect(await files.put(id, fid, tokenHash, 0, part)).toEqual({ lifeMs: 100_000 });
  const read = await files.read(id, fid, 0);
  files.roomEnded(id);
  expect(part.every((byte) => byte === 0)).toBe(true);
  expect(read?.every((byte) => byte === 7)).toBe(true);
});

test('LIFE-1: a file whose time ran out while the machine slept is gone when it wakes', async () => {
  const { clock, files, open } = setUp();
  const { id, fid, tokenHash } = await open();
  await files.put(id, fid, tokenHash, 0, new Uint8Array(4_128));
  clock.jump(100_000);
  files.woke();
  expect([files.bytes, clock.pending]).toEqual([0, 0]);
});
