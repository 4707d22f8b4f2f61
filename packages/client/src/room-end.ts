// Why a room is over for this page, and what that means for the identity kept in the tab.

import { CLOSE, type TurnedBack } from '@mayfly/protocol';
import type { RoomEnd } from './room-news.ts';

const END_BY_CODE: ReadonlyMap<number, RoomEnd> = new Map<number, RoomEnd>([
  [CLOSE.left.code, { why: 'left' }],
  [CLOSE.ended.code, { why: 'server' }],
  [CLOSE.kicked.code, { why: 'kicked' }],
  [CLOSE.full.code, { why: 'full' }],
  [CLOSE.replaced.code, { why: 'replaced' }],
]);

/** For a connection that was closed for good without a word before. */
export function endByCode(code: number, wasIn: boolean): RoomEnd {
  if (code === CLOSE.denied.code) return endByAnswer('denied', wasIn);
  return END_BY_CODE.get(code) ?? { why: 'incompatible' };
}

/** Whoever was in is not denied: the room that knew them is gone. */
export function endByAnswer(why: TurnedBack, wasIn: boolean): RoomEnd {
  return why === 'denied' && wasIn ? { why: 'vanished' } : { why };
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
