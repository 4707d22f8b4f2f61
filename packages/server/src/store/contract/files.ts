// Files: places, parts, reading, erasing, and what their end leaves.

import { createHash } from 'node:crypto';
import {
  FILE_OPEN_MS,
  FILE_PART_BYTES,
  OP_KICK,
  filePartCount,
  filePartLength,
  hasFilePart,
  toHex,
} from '@mayfly/protocol';
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../testing/random.ts';
import { makeCommand } from '../../testing/signer.ts';
import { FILES_MAX, FILE_ERASED_MS, type FileWish } from '../file-store.ts';
import type { MemberSession } from '../room-store.ts';
import { type Fixture, type Fixtures, LIFE_MS, OWNER, ROOM, identity } from './fixture.ts';

const LIFE_OF_FILES_MS = 50_000;
const SIZE = 2 * FILE_PART_BYTES + 5_000;

const hash = (bytes: Uint8Array, length = 32) =>
  Uint8Array.from(createHash('sha256').update(bytes).digest().subarray(0, length));

/** A file, and everything that its author knows of it. */
class SentFile {
  readonly fid: Uint8Array;
  readonly proofHash: Uint8Array;
  readonly size: number;
  token = 0;
  readonly #pattern: Uint8Array;

  constructor(seed: number, size = SIZE) {
    const random = new SeededRandom(seed);
    this.fid = random.bytes(16);
    this.proofHash = random.bytes(16);
    this.size = size;
    this.#pattern = random.bytes(251);
  }

  get bytes(): Uint8Array {
    return Buffer.alloc(this.size, this.#pattern);
  }

  get tokenHash(): Uint8Array {
    return hash(Uint8Array.of(this.token));
  }

  wish(more: Partial<FileWish> = {}): FileWish {
    this.token += 1;
    const { fid, size, proofHash, tokenHash } = this;
    return { fid, size, delHash: proofHash, ttlMs: 0, tokenHash, ...more };
  }

  part(n: number): Uint8Array {
    const start = n * FILE_PART_BYTES;
    return Uint8Array.from(this.bytes.subarray(start, start + FILE_PART_BYTES));
  }

  put(f: Fixture, n: number) {
    return f.files.put(ROOM, this.fid, this.tokenHash, n, this.part(n));
  }

  async send(f: Fixture, session: MemberSession, more: Partial<FileWish> = {}): Promise<this> {
    expect(await f.files.open(ROOM, session, this.wish(more))).toMatchObject({ outcome: 'open' });
    for (let n = 0; n < filePartCount(this.size); n++) await this.put(f, n);
    return this;
  }

  find(f: Fixture) {
    return f.files.find(ROOM, this.fid);
  }

  async read(f: Fixture): Promise<string> {
    const parts: Uint8Array[] = [];
    for (let n = 0; n < filePartCount(this.size); n++) {
      parts.push((await f.files.read(ROOM, this.fid, n)) ?? new Uint8Array(0));
    }
    return toHex(hash(Buffer.concat(parts)));
  }
}

const partsIn = (have: Uint8Array) =>
  Array.from({ length: have.length * 8 }, (_, n) => n).filter((n) => hasFilePart(have, n));
const refused = (code: string) => ({ outcome: 'refused', code });

export function files({ fixture, opened }: Fixtures): void {
  describe('places', () => {
    test('FILE-2, FILE-5: parts in any order, the last one makes the file whole', async () => {
      const f = await opened();
      const { session } = await f.join('ann');
      const file = new SentFile(1);
      const place = await f.files.open(ROOM, session, file.wish());
      expect(place).toMatchObject({ outcome: 'open', lifeMs: LIFE_OF_FILES_MS });
      expect(place.outcome === 'open' && partsIn(place.have)).toEqual([]);
      expect(await file.put(f, 2)).toBe('stored');
      expect(await file.put(f, 0)).toBe('stored');
      expect([await file.find(f), await f.files.read(ROOM, file.fid, 0)]).toEqual([undefined, undefined]);
      expect(await file.put(f, 1)).toEqual({ lifeMs: LIFE_OF_FILES_MS });
      expect(await file.find(f)).toBe(SIZE);
      expect(await file.read(f)).toBe(toHex(hash(file.bytes)));
    });

    test('FILE-5: a part that is there stays as it is', async () => {
      const f = await opened();
      const { session } = await f.join('ann');
      const file = new SentFile(2);
      await f.files.open(ROOM, session, file.wish());
      await file.put(f, 0);
      const other = new Uint8Array(FILE_PART_BYTES).fill(9);
      expect(await f.files.put(ROOM, file.fid, file.tokenHash, 0, other)).toBe('stored');
      await file.put(f, 1);
      await file.put(f, 2);
      expect(await file.read(f)).toBe(toHex(hash(file.bytes)));
    });

    test('FILE-3: asking again tells what is there, and voids the token before', async () => {
      const f = await opened();
      const { session } = await f.join('ann');
      const file = new SentFile(3);
      await f.files.open(ROOM, session, file.wish());
      await file.put(f, 2);
      const old = file.tokenHash;
      const again = await f.files.open(ROOM, session, file.wish());
      expect(again.outcome === 'open' && partsIn(again.have)).toEqual([2]);
      expect(await f.files.expects(ROOM, file.fid, old)).toEqual({ outcome: 'unknown' });
      expect(await f.files.put(ROOM, file.fid, old, 0, file.part(0))).toBe('unknown');
      expect(await f.files.expects(ROOM, file.fid, file.tokenHash)).toEqual({ outcome: 'open', size: SIZE });
    });

    test('FILE-3: a newer session of the same identity goes on, an older one is told', async () => {
      const f = await opened();
      const { session: old } = await f.join('ann');
      const file = new SentFile(4);
      await f.files.open(ROOM, old, file.wish());
      await file.put(f, 0);
      const { session } = await f.join('ann', { as: 'member' });
      expect(await f.files.open(ROOM, old, file.wish())).toEqual({ outcome: 'replaced' });
      const again = await f.files.open(ROOM, session, file.wish());
      expect(again.outcome === 'open' && partsIn(again.have)).toEqual([0]);
    });

    test('FILE-3: the same fid with other values, or by another member, is not allowed', async () => {
      const f = await opened();
      const [ann, bob] = [await f.join('ann'), await f.join('bob')];
      const file = new SentFile(5);
      await f.files.open(ROOM, ann.session, file.wish());
      const token = file.tokenHash;
      const others = [{ size: SIZE + 1 }, { delHash: new Uint8Array(16) }];
      for (const other of others) {
        expect(await f.files.open(ROOM, ann.session, { ...file.wish(), ...other })).toEqual(
          refused('not_allowed'),
        );
      }
      expect(await f.files.open(ROOM, bob.session, file.wish())).toEqual(refused('not_allowed'));
      expect(await f.files.expects(ROOM, file.fid, token)).toMatchObject({ outcome: 'open' });
    });

    test('FILE-3: a whole file has all parts, and its token opens nothing', async () => {
      const f = await opened();
      const { session } = await f.join('ann');
      const file = await new SentFile(6).send(f, session);
      expect(await f.files.expects(ROOM, file.fid, file.tokenHash)).toEqual({ outcome: 'unknown' });
      const again = await f.files.open(ROOM, session, file.wish());
      expect(again.outcome === 'open' && partsIn(again.have)).toEqual([0, 1, 2]);
      expect(await file.put(f, 0)).toBe('unknown');
    });

    test('FILE-5: the token of another file, or of another room, opens nothing', async () => {
      const f = await opened();
      const { session } = await f.join('ann');
      const [one, two] = [new SentFile(7), new SentFile(8)];
      one.token = 40;
      await f.files.open(ROOM, session, one.wish());
      await f.files.open(ROOM, session, two.wish());
      expect(await f.files.put(ROOM, two.fid, one.tokenHash, 0, two.part(0))).toBe('unknown');
      const elsewhere = (await fixture()).files;
      expect(await elsewhere.expects(ROOM, one.fid, one.tokenHash)).toEqual({ outcome: 'unknown' });
    });
  });

  describe('limits', () => {
    test('LIMIT-11: three open files a member', async () => {
      const f = await opened();
      const [ann, bob] = [await f.join('ann'), await f.join('bob')];
      for (let i = 0; i < FILES_MAX.openPerMember; i++) {
        await f.files.open(ROOM, ann.session, new SentFile(20 + i, 5_000).wish());
      }
      expect(await f.files.open(ROOM, ann.session, new SentFile(30, 5_000).wish())).toEqual(refused('rate'));
      expect(await f.files.open(ROOM, bob.session, new SentFile(30, 5_000).wish())).toMatchObject({
        outcome: 'open',
      });
    });

    test('FILE-4: a room takes files to the last byte, and one byte more is refused', async () => {
      const f = await opened();
      const { session } = await f.join('ann');
      await f.files.open(ROOM, session, new SentFile(31, 1_995_000).wish());
      expect(await f.files.open(ROOM, session, new SentFile(32, 5_001).wish())).toEqual(refused('room_full'));
      const last = new SentFile(33, 5_000);
      expect(await f.files.open(ROOM, session, last.wish())).toMatchObject({ outcome: 'open' });
      await f.files.erase(ROOM, last.fid, last.proofHash);
      expect(await f.files.open(ROOM, session, new SentFile(32, 4_999).wish())).toMatchObject({
        outcome: 'open',
      });
    });

    test('LIMIT-11: 256 files a room, and nothing makes way', async () => {
      const f = await opened();
      const { session } = await f.join('ann');
      for (let i = 0; i < FILES_MAX.perRoom; i++) await new SentFile(100 + i, 4_128).send(f, session);
      expect(await f.files.open(ROOM, session, new SentFile(99, 4_128).wish())).toEqual(refused('room_full'));
      expect(await new SentFile(100).find(f)).toBe(4_128);
    });
  });

  describe('an end', () => {
    test('FILE-6: a place without a part goes after a minute, with one after ten', async () => {
      const f = await opened({ lifeMs: 3_600_000 });
      const { session } = await f.join('ann');
      const [none, some] = [new SentFile(40), new SentFile(41)];
      await f.files.open(ROOM, session, none.wish());
      await f.files.open(ROOM, session, some.wish());
      await some.put(f, 0);
      await f.pass(FILE_OPEN_MS.first);
      expect(await none.put(f, 0)).toBe('unknown');
      expect(await some.put(f, 0)).toBe('stored');
      await f.pass(FILE_OPEN_MS.next - FILE_OPEN_MS.first - 1);
      expect(await some.put(f, 0)).toBe('stored');
      await f.pass(1);
      expect(await some.put(f, 1)).toBe('unknown');
      const again = await f.files.open(ROOM, session, some.wish());
      expect(again.outcome === 'open' && partsIn(again.have)).toEqual([]);
    });

    test('FILE-6: asking again and repeating a part keep no place', async () => {
      const f = await opened({ lifeMs: 3_600_000 });
      const { session } = await f.join('ann');
      const file = new SentFile(42);
      await f.files.open(ROOM, session, file.wish());
      await f.pass(FILE_OPEN_MS.first - 1);
      await f.files.open(ROOM, session, file.wish());
      await f.pass(1);
      expect(await file.put(f, 0)).toBe('unknown');
    });

    test.each([
      ['its own time', { ttlMs: 7_000 }, 7_000],
      ["the server's", {}, LIFE_OF_FILES_MS],
      ["not more than the server's", { ttlMs: 10_000_000 }, LIFE_OF_FILES_MS],
    ])('FILE-2: a whole file lives %s', async (_what, more, lifeMs) => {
      const f = await opened({ lifeMs: 3_600_000 });
      const { session } = await f.join('ann');
      const file = await new SentFile(43).send(f, session, more);
      await f.pass(lifeMs - 1);
      expect(await file.find(f)).toBe(SIZE);
      await f.pass(1);
      expect([await file.find(f), await f.files.read(ROOM, file.fid, 0)]).toEqual([undefined, undefined]);
      expect(await f.files.open(ROOM, session, new SentFile(44, 1_999_000).wish())).toMatchObject({
        outcome: 'open',
      });
    });

    test("FILE-2: without a time of its own it is the room's life", async () => {
      const f = await opened({ lifeMs: 20_000 });
      const { session } = await f.join('ann');
      const file = await new SentFile(45).send(f, session);
      await f.pass(10_000);
      await f.store.renew(ROOM, session);
      await f.pass(9_999);
      expect(await file.find(f)).toBe(SIZE);
      await f.pass(1);
      expect(await file.find(f)).toBeUndefined();
    });

    test('FILE-9: files end with their room, and no late timer reads them', async () => {
      const f = await opened();
      const { session } = await f.join('ann');
      const whole = await new SentFile(46).send(f, session, { ttlMs: 40_000 });
      const open = new SentFile(47);
      await f.files.open(ROOM, session, open.wish());
      await f.pass(39_000);
      await open.put(f, 0);
      await f.pass(20_999);
      await f.jump(1);
      expect(await whole.find(f)).toBeUndefined();
      expect(await open.put(f, 0)).toBe('unknown');
      expect(await f.files.open(ROOM, session, open.wish())).toEqual({ outcome: 'gone' });
      await f.open();
      const { session: again } = await f.join('ann');
      const fresh = await f.files.open(ROOM, again, open.wish());
      expect(fresh.outcome === 'open' && partsIn(fresh.have)).toEqual([]);
    });

    test('FILE-6, COMMAND-5: with a member who is removed go the files they did not finish, and no others', async () => {
      const f = await opened();
      const [ann, bob] = [await f.join('ann'), await f.join('bob')];
      const whole = await new SentFile(51).send(f, bob.session);
      const [open, anns] = [new SentFile(52), new SentFile(53)];
      await f.files.open(ROOM, bob.session, open.wish());
      await f.files.open(ROOM, ann.session, anns.wish());
      await open.put(f, 0);
      const kick = makeCommand(ROOM, OWNER, { c: 2, op: OP_KICK, args: identity('bob') });
      await f.store.command(ROOM, ann.session, kick);
      expect(await f.files.expects(ROOM, open.fid, open.tokenHash)).toEqual({ outcome: 'unknown' });
      expect(await open.put(f, 1)).toBe('unknown');
      expect(await whole.read(f)).toBe(toHex(hash(whole.bytes)));
      expect(await anns.put(f, 0)).toBe('stored');
      const again = await f.files.open(ROOM, ann.session, open.wish());
      expect(again.outcome === 'open' && partsIn(again.have)).toEqual([]);
    });

    test('FILE-8: its author erases it, open or whole, and any other proof changes nothing', async () => {
      const f = await opened();
      const { session } = await f.join('ann');
      const whole = await new SentFile(48).send(f, session);
      const open = new SentFile(49);
      await f.files.open(ROOM, session, open.wish());
      await open.put(f, 0);
      for (const file of [whole, open]) {
        expect(await f.files.erase(ROOM, file.fid, new Uint8Array(16))).toBe('not_allowed');
      }
      expect(await whole.read(f)).toBe(toHex(hash(whole.bytes)));
      for (const file of [whole, open]) {
        expect(await f.files.erase(ROOM, file.fid, file.proofHash)).toBe('erased');
        expect(await f.files.erase(ROOM, file.fid, file.proofHash)).toBe('erased');
        expect([await file.find(f), await f.files.read(ROOM, file.fid, 0)]).toEqual([undefined, undefined]);
      }
      expect(await f.files.erase(ROOM, new Uint8Array(16), new Uint8Array(16))).toBe('erased');
    });

    test('FILE-5: a part for an erased file is late, for a minute and with the right token only', async () => {
      const f = await opened({ lifeMs: 3_600_000 });
      const { session } = await f.join('ann');
      const file = new SentFile(50);
      await f.files.open(ROOM, session, file.wish());
      await f.files.erase(ROOM, file.fid, file.proofHash);
      expect(await f.files.expects(ROOM, file.fid, file.tokenHash)).toEqual({ outcome: 'gone' });
      expect(await file.put(f, 0)).toBe('gone');
      expect(await f.files.expects(ROOM, file.fid, new Uint8Array(32))).toEqual({ outcome: 'unknown' });
      await f.pass(FILE_ERASED_MS);
      expect(await file.put(f, 0)).toBe('unknown');
    });
  });

  test('FILE-7: a room and a file that do not exist are the same', async () => {
    const none = await fixture();
    const f = await opened();
    for (const { files: store } of [none, f]) {
      const fid = new Uint8Array(16);
      expect(await store.find(ROOM, fid)).toBeUndefined();
      expect(await store.read(ROOM, fid, 0)).toBeUndefined();
      expect(await store.expects(ROOM, fid, new Uint8Array(32))).toEqual({ outcome: 'unknown' });
    }
    expect(filePartLength(SIZE, 3)).toBeUndefined();
    expect(LIFE_MS).toBeGreaterThan(LIFE_OF_FILES_MS);
  });
}
