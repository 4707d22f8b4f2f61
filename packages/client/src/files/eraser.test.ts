// How often a server is asked to erase a file that it will not erase.

import { type FileErase, toHex } from '@mayfly/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import { RoomStorage } from '../storage/tab-storage.ts';
import { ID } from '../testing/author.ts';
import { seededRandom } from '../testing/random.ts';
import { StorageDouble } from '../testing/storage.ts';
import { Eraser } from './eraser.ts';
import { FilePort } from './file-port.ts';
import { KeptFiles } from './kept-files.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function room() {
  const said: FileErase[] = [];
  const port = new FilePort({
    id: ID,
    clock: systemClock,
    random: seededRandom('eraser'),
    storage: new RoomStorage(new StorageDouble(), ID),
    seed: new Uint8Array(32),
    say: (frame) => {
      if (frame.type === 'fileErase') said.push(frame);
    },
    keepAlive: () => {},
    post: () => '',
  });
  const eraser = new Eraser(port, new KeptFiles(port.deps.storage));
  const limits = { members: 5, historyMessages: 5, historyBytes: 5, files: { file: 9, room: 9, part: 9 } };
  port.enter({ features: ['files'], limits });
  const refuse = (fid: Uint8Array, retryAfterMs = 0) =>
    port.receive({ type: 'fileRefused', fid, code: 'rate', retryAfterMs });
  return { said, port, eraser, refuse };
}

const fidOf = (seed: number) => new Uint8Array(16).fill(seed);

test('BOUND-3: answered without end, it asks again after growing pauses, once for each', () => {
  const { said, eraser, refuse } = room();
  const files = [1, 2, 3].map(fidOf);
  for (const fid of files) eraser.erase(fid);
  for (let ms = 0; ms < 120_000; ms += 50) {
    for (const fid of files) refuse(fid);
    expect(vi.getTimerCount()).toBeLessThanOrEqual(files.length);
    vi.advanceTimersByTime(50);
  }
  for (const fid of files) {
    const times = said.filter((frame) => toHex(frame.fid) === toHex(fid)).length;
    expect(times).toBeGreaterThan(4);
    expect(times).toBeLessThanOrEqual(8);
  }
});

test('FILE-8: a refusal that says when to come back is heard, and what is erased meanwhile is not asked for', () => {
  const { said, port, eraser, refuse } = room();
  const fid = fidOf(1);
  eraser.erase(fid);
  refuse(fid, 5_000);
  vi.advanceTimersByTime(4_999);
  expect(said).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(said).toHaveLength(2);
  refuse(fid, 5_000);
  port.receive({ type: 'fileErased', fid });
  vi.advanceTimersByTime(60_000);
  expect(said).toHaveLength(2);
});
