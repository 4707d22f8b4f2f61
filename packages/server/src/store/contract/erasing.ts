// What is left of messages that their author took back, or whose time is over (docs/protocol.md, SEND-5 and SEND-9).

import { createHash } from 'node:crypto';
import { type Erase, type LogEvent, type Stub, decodeServerSealed, toHex } from '@mayfly/protocol';
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../testing/random.ts';
import { envelope, eraseProof } from '../../testing/signer.ts';
import type { Joined, MemberSession, StoredEvent } from '../room-store.ts';
import { type Fixture, type Fixtures, LIFE_MS, ROOM, seqs, types } from './fixture.ts';

const TTL_S = 10;
const timed = (mark: number, ttl = TTL_S) => envelope(mark, { ttl });
/** As the author of `envelope(mark)` does. */
const erase = (seq: number, mark: number): Erase => ({ seq, proof: eraseProof(mark) });
const REFUSED = { outcome: 'refused', code: 'not_allowed' };

function decoded({ frame }: StoredEvent): LogEvent {
  const event = decodeServerSealed(frame);
  if (event === undefined || !('seq' in event)) throw new Error('not an event');
  return event;
}

/** The events as letters: c a command, m a message, u unsent, e expired. */
function letters({ missed }: Joined): string {
  return missed.map((event) => letterOf(decoded(event))).join('');
}

function letterOf(event: LogEvent): string {
  if (event.type !== 'stub') return event.type === 'message' ? 'm' : 'c';
  return event.reason === 1 ? 'u' : 'e';
}

/** What an honest server leaves of it. */
function stubOf(seq: number, bytes: Uint8Array, proof?: Uint8Array): Stub {
  return {
    type: 'stub',
    seq,
    reason: proof === undefined ? 2 : 1,
    header: bytes.subarray(0, 23),
    restHash: Uint8Array.from(createHash('sha256').update(bytes.subarray(23)).digest()),
    proof: proof ?? new Uint8Array(16),
  };
}

/** Three messages of Ann: seq 2 to 4, with the marks 1 to 3. */
async function threeMessages(f: Fixture): Promise<MemberSession> {
  const { session } = await f.join('ann');
  await f.say(session, 1, 2, 3);
  f.heard();
  return session;
}

export function erasing({ opened }: Fixtures): void {
  test('SEND-5: with its proof, a message leaves a stub in its place, for newcomers and for those who return', async () => {
    const f = await opened();
    const ann = await threeMessages(f);
    expect(await f.append(ann, 4, envelope(4), erase(3, 2))).toEqual({ outcome: 'appended', seq: 5 });
    const stub = stubOf(3, envelope(2), eraseProof(2));
    const heard = f.heard();
    expect(types(heard)).toEqual(['erased', 'event']);
    expect(heard.flatMap((notice) => ('event' in notice ? [decoded(notice.event)] : []))).toMatchObject([
      stub,
      { type: 'message', seq: 5 },
    ]);
    const bob = await f.join('bob');
    expect([letters(bob), seqs(bob)]).toEqual(['cmumm', [1, 2, 3, 4, 5]]);
    expect(bob.missed.map(decoded)[2]).toEqual(stub);
    const position = { logId: bob.logId, seq: 2 };
    const back = await f.join('ann', { as: 'member', position });
    expect([back.mode, letters(back)]).toEqual(['resume', 'umm']);
  });

  const odd: readonly [string, Erase][] = [
    ['a wrong proof', { seq: 3, proof: eraseProof(99) }],
    ['the proof of another message', erase(3, 1)],
    ['a command', { seq: 1, proof: eraseProof(1) }],
    ['seq 0', erase(0, 1)],
    ['the place that it would get itself', erase(5, 4)],
    ['a place far beyond the log', erase(2 ** 32 - 1, 1)],
  ];
  test.each(odd)('SEND-5: %s is refused, and changes nothing', async (_what, bad) => {
    const f = await opened();
    const ann = await threeMessages(f);
    expect(await f.append(ann, 4, envelope(4), bad)).toEqual(REFUSED);
    expect(await f.append(ann, 4, envelope(4), bad)).toEqual(REFUSED);
    expect(f.heard()).toEqual([]);
    expect(letters(await f.join('bob'))).toBe('cmmm');
    expect(await f.append(ann, 4)).toEqual({ outcome: 'appended', seq: 5 });
  });

  test('SEND-5: what is checked first stays first: the session, its n, the epoch', async () => {
    const f = await opened();
    const ann = await threeMessages(f);
    const bad = erase(3, 1);
    expect(await f.append(ann, 3, envelope(9), bad)).toEqual({ outcome: 'repeated' });
    expect(await f.append(ann, 5, envelope(9), bad)).toMatchObject({ code: 'gap' });
    expect(await f.append(ann, 4, envelope(9, { epoch: 1 }), bad)).toMatchObject({ code: 'epoch' });
    const newer = await f.join('ann');
    f.heard();
    expect(await f.append(ann, 4, envelope(4), erase(3, 2))).toEqual({ outcome: 'replaced' });
    expect(f.heard()).toEqual([]);
    expect(newer.session.generation).toBeGreaterThan(ann.generation);
  });

  test('SEND-1: the same unsend again is a repeat; as a new message it is logged, and the stub stays', async () => {
    const f = await opened();
    const ann = await threeMessages(f);
    await f.append(ann, 4, envelope(4), erase(3, 2));
    const before = (await f.join('bob')).missed.map(({ frame }) => toHex(frame));
    f.heard();
    expect(await f.append(ann, 4, envelope(4), erase(3, 2))).toEqual({ outcome: 'repeated' });
    expect(f.heard()).toEqual([]);
    expect(await f.append(ann, 5, envelope(5), erase(3, 2))).toEqual({ outcome: 'appended', seq: 6 });
    expect(await f.append(ann, 6, envelope(6), erase(3, 1))).toEqual(REFUSED);
    expect(types(f.heard())).toEqual(['event']);
    const after = (await f.join('bob')).missed.map(({ frame }) => toHex(frame));
    expect(after.slice(0, -1)).toEqual(before);
  });

  test('SEND-5: an unsend can be erased like any message', async () => {
    const f = await opened();
    const ann = await threeMessages(f);
    await f.append(ann, 4, envelope(4), erase(3, 2));
    expect(await f.append(ann, 5, envelope(5), erase(5, 4))).toEqual({ outcome: 'appended', seq: 6 });
    expect(letters(await f.join('bob'))).toBe('cmumum');
  });

  test('SEND-5: what left the history is gone anyway, so its unsend is an ordinary message', async () => {
    const f = await opened({}, { historyMessages: 2 });
    const { session } = await f.join('ann');
    await f.say(session, ...Array.from({ length: 40 }, (_, i) => i + 1));
    f.heard();
    expect(await f.append(session, 41, envelope(41), erase(2, 1))).toEqual({ outcome: 'appended', seq: 42 });
    expect(types(f.heard())).toEqual(['event']);
  });

  test('SEND-3: everyone who holds the room may send the proof: it is the author who could make it', async () => {
    const f = await opened();
    await threeMessages(f);
    const bob = await f.join('bob');
    expect(await f.append(bob.session, 1, envelope(7), erase(3, 2))).toMatchObject({ outcome: 'appended' });
  });

  test('RESUME-4: after the newest message was erased the log goes on, and so does its trimming', async () => {
    const f = await opened({}, { historyMessages: 3 });
    const { session } = await f.join('ann');
    for (let n = 1; n <= 60; n += 2) {
      await f.append(session, n);
      await f.append(session, n + 1, envelope(n + 1), erase(n + 1, n));
    }
    const joined = await f.join('bob');
    expect([letters(joined), seqs(joined)]).toEqual(['mum', [59, 60, 61]]);
  });

  describe('SEND-9: a message with a ttl', () => {
    test('leaves a stub without a proof when its time is over, and says so', async () => {
      const f = await opened();
      const { session } = await f.join('ann');
      await f.append(session, 1, timed(1));
      await f.append(session, 2);
      f.heard();
      await f.pass(TTL_S * 1_000 - 1);
      expect(letters(await f.join('bob'))).toBe('cmm');
      f.heard();
      await f.pass(2);
      const heard = f.heard();
      expect(types(heard)).toEqual(['erased']);
      const stub = stubOf(2, timed(1));
      expect(heard.map((notice) => ('event' in notice ? decoded(notice.event) : undefined))).toEqual([stub]);
      const joined = await f.join('bob');
      expect(letters(joined)).toBe('cem');
      expect(joined.missed.map(decoded)[1]).toEqual(stub);
    });

    test('is never read after its time, also while no timer fired', async () => {
      const f = await opened();
      const { session, logId } = await f.join('ann');
      await f.append(session, 1, timed(1));
      await f.append(session, 2, timed(2, 20));
      await f.jump(TTL_S * 1_000);
      expect(letters(await f.join('bob'))).toBe('cem');
      await f.jump(TTL_S * 1_000);
      expect(letters(await f.join('ann', { as: 'member', position: { logId, seq: 1 } }))).toBe('ee');
    });

    test('is erased at its own time, in whatever order they were written', async () => {
      const f = await opened();
      const { session } = await f.join('ann');
      for (const [i, ttl] of [30, 5, 20, 5].entries()) await f.append(session, i + 1, timed(i + 1, ttl));
      const seen: string[] = [];
      for (let i = 0; i < 4; i++) {
        await f.pass(8_000);
        seen.push(letters(await f.join('bob')).slice(1));
      }
      expect(seen).toEqual(['meme', 'meme', 'meee', 'eeee']);
    });

    test('that was unsent before stays unsent; one that expired can be unsent without harm', async () => {
      const f = await opened();
      const { session } = await f.join('ann');
      await f.append(session, 1, timed(1));
      await f.append(session, 2, timed(2));
      await f.append(session, 3, envelope(3), erase(2, 1));
      await f.pass(TTL_S * 1_000 + 1);
      expect(letters(await f.join('bob'))).toBe('cuem');
      expect(await f.append(session, 4, envelope(4), erase(3, 2))).toMatchObject({ outcome: 'appended' });
      expect(await f.append(session, 5, envelope(5), erase(3, 9))).toEqual(REFUSED);
      expect(letters(await f.join('bob'))).toBe('cuemm');
    });

    test("LIFE-1: an end of its time doesn't restart the room's life", async () => {
      const f = await opened();
      const { session } = await f.join('ann');
      await f.append(session, 1, timed(1, 30));
      await f.pass(LIFE_MS - 1);
      expect((await f.join('bob', { as: 'key' })).missed).toHaveLength(2);
      await f.pass(LIFE_MS + 1);
      expect(await f.outcome('cem')).toBe('denied');
    });

    test('that left the history before is forgotten', async () => {
      const f = await opened({}, { historyMessages: 2 });
      const { session } = await f.join('ann');
      for (let n = 1; n <= 200; n++) await f.append(session, n, timed(n, 30));
      f.heard();
      await f.pass(31_000);
      const erased = f.heard().filter(({ type }) => type === 'erased');
      expect(erased.length).toBeLessThan(20);
      expect(letters(await f.join('bob'))).toBe('ee');
    });
  });

  test('RESUME-1: whatever was erased, expired and trimmed, a resume is gapless, and each place says the same to all', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = new SeededRandom(seed);
      const f = await opened(
        {},
        { historyMessages: 1 + random.below(12), historyBytes: 319 + random.below(4_000) },
      );
      const { session, logId } = await f.join('ann');
      const total = 10 + random.below(30);
      for (let n = 1; n <= total; n++) {
        const mark = 1 + random.below(n);
        const target = random.below(3) === 0 ? erase(mark + 1, mark) : undefined;
        const bytes = random.below(3) === 0 ? timed(n, 1 + random.below(9)) : envelope(n);
        const answer = await f.append(session, n, bytes, mark < n ? target : undefined);
        expect(answer, `seed ${seed}`).toEqual({ outcome: 'appended', seq: n + 1 });
        if (random.below(4) === 0) await f.pass(random.below(4_000));
      }
      const all = await f.join('bob');
      for (let seq = 0; seq <= total + 1; seq++) {
        const joined = await f.join('ann', { as: 'member', position: { logId, seq } });
        const got = seqs(joined);
        const first = joined.mode === 'resume' ? seq + 1 : joined.seq + 1 - got.length;
        const wanted = Array.from({ length: joined.seq + 1 - first }, (_, i) => first + i);
        expect(got, `seed ${seed}`).toEqual(wanted);
        const same = all.missed.slice(all.missed.length - got.length).map(({ frame }) => toHex(frame));
        expect(
          joined.missed.map(({ frame }) => toHex(frame)),
          `seed ${seed}`,
        ).toEqual(same);
      }
    }
  });

  test('a room that is over leaves nothing of its stubs and timers', async () => {
    const f = await opened();
    const ann = await threeMessages(f);
    await f.append(ann, 4, timed(4, 30), erase(3, 2));
    await f.pass(LIFE_MS + 1);
    expect(await f.outcome('bob')).toBe('denied');
    expect(await f.store.append(ROOM, ann, 5, envelope(5), erase(2, 1))).toEqual({ outcome: 'gone' });
  });
}
