// Why a room is over for this page, and what that means for the identity kept in the tab.

import { CLOSE, type EndedReason, type TurnedBack } from '@mayfly/protocol';
import type { RoomEnd } from './room-updates.ts';

const END_BY_CODE: ReadonlyMap<number, RoomEnd> = new Map<number, RoomEnd>([
  // Whoever leaves does not listen for the answer: this one was not asked for.
  [CLOSE.left.code, { why: 'hung_up' }],
  [CLOSE.ended.code, { why: 'server' }],
  [CLOSE.kicked.code, { why: 'kicked' }],
  [CLOSE.full.code, { why: 'full' }],
  [CLOSE.replaced.code, { why: 'replaced' }],
]);

/** How the room stood when we last heard of it; `overdue`: its life would be over by now. */
export type LastSeen = 'never' | 'alive' | 'overdue';

/** For a connection that was closed for good without a word before. */
export function endByCode(code: number, lastSeen: LastSeen): RoomEnd {
  if (code === CLOSE.denied.code) return endByAnswer('denied', lastSeen);
  return END_BY_CODE.get(code) ?? { why: 'incompatible' };
}

/** A room's time is up when our own clock says so too; until then the server's word is no more than that. */
export function endByWord(reason: EndedReason, lastSeen: LastSeen): RoomEnd {
  return { why: reason === 'expired' && lastSeen !== 'overdue' ? 'server' : reason };
}

/** Whoever was in is not denied: the room that knew them is gone. */
export function endByAnswer(why: TurnedBack, lastSeen: LastSeen): RoomEnd {
  if (why !== 'denied' || lastSeen === 'never') return { why };
  return { why: lastSeen === 'overdue' ? 'expired' : 'vanished' };
}

const FORGOTTEN_AFTER: ReadonlySet<RoomEnd['why']> = new Set([
  'expired',
  'owner',
  'server',
  'vanished',
  'denied',
  'replaced',
  'kicked',
  'left',
]);

/** Nobody can, or should, be this identity again. After the other ends the same link may work later. */
export function isFinal({ why }: RoomEnd): boolean {
  return FORGOTTEN_AFTER.has(why);
}
