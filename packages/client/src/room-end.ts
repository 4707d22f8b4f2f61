// Why a room is over for this page, and what that means for the identity kept in the tab.

import { CLOSE, type EndedReason, type TurnedBack } from '@mayfly/protocol';
import type { RoomEnd } from './room-updates.ts';

const END_BY_CODE: ReadonlyMap<number, RoomEnd> = new Map<number, RoomEnd>([
  // A page that leaves doesn't wait for the answer, so it didn't ask for this one.
  [CLOSE.left.code, { why: 'hung_up' }],
  [CLOSE.ended.code, { why: 'server' }],
  [CLOSE.kicked.code, { why: 'kicked' }],
  [CLOSE.full.code, { why: 'full' }],
  [CLOSE.replaced.code, { why: 'replaced' }],
]);

/** The room's state as we last knew it. `overdue`: its life would be over by now. */
export type LastSeen = 'never' | 'alive' | 'overdue';

/** For a connection closed permanently, without a frame that says why. */
export function endByCode(code: number, lastSeen: LastSeen): RoomEnd {
  if (code === CLOSE.denied.code) return endByAnswer('denied', lastSeen);
  return END_BY_CODE.get(code) ?? { why: 'incompatible' };
}

/** `expired` needs our own clock to agree; otherwise it is only the server's word. */
export function endByWord(reason: EndedReason, lastSeen: LastSeen): RoomEnd {
  return { why: reason === 'expired' && lastSeen !== 'overdue' ? 'server' : reason };
}

/** A member isn't denied: the room that knew them is gone. */
export function endByAnswer(why: TurnedBack, lastSeen: LastSeen): RoomEnd {
  if (why !== 'denied' || lastSeen === 'never') return { why };
  return { why: lastSeen === 'overdue' ? 'expired' : 'vanished' };
}

const FORGOTTEN_AFTER: ReadonlySet<RoomEnd['why']> = new Set([
  'expired',
  'owner',
  'ended_by_owner',
  'ended_by_you',
  'server',
  'vanished',
  'denied',
  'replaced',
  'kicked',
  'removed',
  'link_changed',
  'left',
]);

/** This identity can't, or shouldn't, be used again. After other ends the link may work later. */
export function isFinal({ why }: RoomEnd): boolean {
  return FORGOTTEN_AFTER.has(why);
}
