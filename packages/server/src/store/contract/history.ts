// What the log keeps, and where a returning member continues.

import type { Position } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { SeededRandom } from '../../testing/random.ts';
import { envelope } from '../../testing/signer.ts';
import { CHARTER, type Fixture, type Fixtures, ROOM, seqs } from './fixture.ts';

export function history({ opened }: Fixtures): void {
  test('RESUME-4: history is bounded by number; the charter in force is kept apart', async () => {
    const { f } = await sevenEvents(await opened());
    const joined = await f.join('bob');
    expect(seqs(joined)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(joined.terms.charter).toEqual(CHARTER.bytes);
    expect(joined.terms.blob).toEqual(CHARTER.blob);
  });

  test('RESUME-4: history is bounded by bytes of envelopes', async () => {
    const f = await opened({}, { historyBytes: envelope(0).length * 2 });
    const { session } = await f.join('ann');
    await f.say(session, 1, 2, 3);
    expect(seqs(await f.join('bob'))).toEqual([3, 4]);
    await f.append(session, 4, envelope(4, { bucket: 1 }));
    expect(seqs(await f.join('bob'))).toEqual([5]);
    await f.append(session, 5, envelope(5, { bucket: 3 }));
    const none = await f.join('bob');
    expect(seqs(none)).toEqual([]);
    expect(none.seq).toBe(6);
  });

  const matrix: readonly [string, (logId: string) => Position | undefined, object, number][] = [
    ['RESUME-2: no position', () => undefined, { mode: 'reset', reason: 'fresh' }, 2],
    [
      'RESUME-2: another log',
      () => ({ logId: 'AAAAAAAAAAA', seq: 5 }),
      { mode: 'reset', reason: 'new_log' },
      2,
    ],
    ['RESUME-2: ahead by one', (logId) => ({ logId, seq: 8 }), { mode: 'reset', reason: 'ahead' }, 2],
    ['RESUME-2: too old by one', (logId) => ({ logId, seq: 0 }), { mode: 'reset', reason: 'too_old' }, 2],
    ['RESUME-1: the oldest that still is', (logId) => ({ logId, seq: 1 }), { mode: 'resume' }, 2],
    ['RESUME-1: in the middle', (logId) => ({ logId, seq: 4 }), { mode: 'resume' }, 5],
    ['RESUME-1: nothing missed', (logId) => ({ logId, seq: 7 }), { mode: 'resume' }, 8],
  ];
  test.each(matrix)('%s', async (_title, position, verdict, first) => {
    const { f, logId } = await sevenEvents(await opened());
    const at = position(logId);
    const joined = await f.join('ann', { as: 'member', ...(at && { position: at }) });
    expect(joined).toMatchObject({ seq: 7, lastN: 6, ...verdict });
    expect('reason' in joined).toBe('reason' in verdict);
    expect(seqs(joined)).toEqual([2, 3, 4, 5, 6, 7].filter((seq) => seq >= first));
  });

  test('RESUME-3: without history a newcomer sees nothing from before, whatever position they claim', async () => {
    const { f, logId } = await sevenEvents(await opened({ history: 'none' }));
    const bob = await f.join('bob');
    expect(bob.missed).toEqual([]);
    expect(bob.seq).toBe(7);
    await f.say(bob.session, 1);
    const positions = [
      { logId, seq: 0 },
      { logId, seq: 3 },
      { logId, seq: 7 },
      { logId, seq: 99 },
    ];
    for (const position of [undefined, { logId: 'AAAAAAAAAAA', seq: 0 }, ...positions]) {
      for (const as of ['key', 'member'] as const) {
        const again = await f.join('bob', { as, ...(position && { position }) });
        expect(seqs(again)).toEqual([8]);
      }
    }
    const cem = await f.join('cem', { position: { logId, seq: 0 } });
    expect(cem.missed).toEqual([]);
  });

  test('RESUME-3: without history a member gets everything since their first join, even after leaving', async () => {
    const f = await opened({ history: 'none' });
    const [ann, bob] = [await f.join('ann'), await f.join('bob')];
    await f.say(ann.session, 1);
    await f.store.leave(ROOM, bob.session);
    await f.say(ann.session, 2);
    expect(seqs(await f.join('bob', { as: 'member' }))).toEqual([2, 3]);
  });

  test('RESUME-1: whatever was sent and kept, a resume is gapless from the position to the newest', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = new SeededRandom(seed);
      const f = await opened(
        {},
        { historyMessages: 1 + random.below(8), historyBytes: 319 + random.below(3_000) },
      );
      const { session, logId } = await f.join('ann');
      const total = random.below(20);
      for (let n = 1; n <= total; n++) await f.append(session, n, envelope(n, { bucket: random.below(3) }));
      const position = { logId, seq: random.below(total + 2) };
      const joined = await f.join('ann', { as: 'member', position });
      const got = seqs(joined);
      const first = joined.mode === 'resume' ? position.seq + 1 : joined.seq + 1 - got.length;
      expect(got, `seed ${seed}`).toEqual(
        Array.from({ length: joined.seq + 1 - first }, (_, i) => first + i),
      );
    }
  });
}

/** Seven events, of which the newest six are kept: seq 2 to 7. */
async function sevenEvents(f: Fixture): Promise<{ readonly f: Fixture; readonly logId: string }> {
  const { session, logId } = await f.join('ann');
  await f.say(session, 1, 2, 3, 4, 5, 6);
  return { f, logId };
}
