// Everyone sends at the same moment, loses the connection and returns.

import { equalBytes } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { SeededRandom } from '../../testing/random.ts';
import { envelope } from '../../testing/signer.ts';
import { type Fixture, type Fixtures, ROOM } from './fixture.ts';

export function manyAtOnce({ opened }: Fixtures): void {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'WELCOME-3, SEND-1: one gapless log for all (seed %i)',
    async (seed) => {
      const random = new SeededRandom(seed);
      const f = await opened({}, { maxMembers: 10, historyMessages: 1_000, historyBytes: 10_000_000 });
      const sent = await Promise.all(
        ['ann', 'bob', 'cem', 'dan'].map((who) => chatter(f, who, new SeededRandom(random.below(1e9)))),
      );
      const told = f.heard().flatMap((notice) => (notice.type === 'event' ? [notice.event] : []));
      expect(told.map((event) => event.seq)).toEqual(told.map((_, i) => i + 2));
      expect(told).toHaveLength(sent.reduce((sum, marks) => sum + marks.length, 0));
      for (const marks of sent) {
        const own = told
          .map((event) => event.frame.subarray(5))
          .filter((bytes) => marks.some((mark) => equalBytes(mark, bytes)));
        expect(own).toEqual(marks);
      }
      expect((await f.join('eve')).missed.slice(1)).toEqual(told);
    },
  );
}

/** Sends thirty messages, with repeats, gaps and new sessions in between; resolves to what must be in the log. */
async function chatter(f: Fixture, who: string, random: SeededRandom): Promise<readonly Uint8Array[]> {
  const marks: Uint8Array[] = [];
  let { session } = await f.join(who);
  const older = session;
  for (let n = 1; n <= 30; n++) {
    const mark = envelope(random.below(2 ** 31));
    marks.push(mark);
    const attempts = [
      f.append(session, n + 1),
      f.append(session, n, mark),
      f.append(session, n, envelope(0)),
    ];
    if (older !== session && random.below(3) === 0) attempts.push(f.append(older, n + 1));
    await Promise.all(attempts);
    if (random.below(4) === 0) await f.store.detach(ROOM, session);
    if (random.below(4) === 0) await f.pass(random.below(3));
    ({ session } = await f.join(who, { as: 'member' }));
  }
  return marks;
}
