// How many of those who were removed a room keeps out (docs/protocol.md, COMMAND-5). Thousands of commands: each store runs
// it once.

import { type RoomId, concat, u32 } from '@mayfly/protocol';
import { expect } from 'vitest';
import { unsignedKick } from '../../testing/signer.ts';
import type { MemberSession, RoomStore, VerifiedCharter } from '../room-store.ts';

const BARRED_MAX = 5_000;
/** Commands that are under way at the same time: a store that is asked for too much at once gives up. */
const AT_ONCE = 250;

const stranger = (i: number) => concat(u32(i), new Uint8Array(28).fill(1));

/** `session`: of a member, after whose join there was no command yet. */
export async function keepsTheLastBars(
  store: RoomStore,
  session: MemberSession,
  { room, charter }: { readonly room: RoomId; readonly charter: VerifiedCharter },
): Promise<void> {
  const verifiedWith = { accessPk: charter.args.accessPk, epoch: 0 };
  let c = 1;
  const remove = (i: number) =>
    store.command(room, session, unsignedKick(room, charter.command.signerPk, ++c, stranger(i)));
  const outcome = async (i: number) =>
    (await store.join(room, { idPk: stranger(i), as: 'key', verifiedWith })).outcome;

  for (let i = 0; i < BARRED_MAX; i += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, (_, more) => remove(i + more)));
  expect([await outcome(0), await outcome(BARRED_MAX - 1)]).toEqual(['denied', 'denied']);
  // Removed again, the first is the last.
  await remove(0);
  expect(await remove(BARRED_MAX)).toMatchObject({ outcome: 'appended' });
  for (const i of [0, 2, BARRED_MAX]) expect(await outcome(i)).toBe('denied');
  expect(await outcome(1)).toBe('joined');
}
