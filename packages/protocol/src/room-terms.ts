// What the owner orders about the use of a room: the arguments of commands 2 to 4 (rules CMD-11 to CMD-13).

import { ByteReader, concat, u16, u32, u8 } from './bytes.ts';
import { type Command, OP_DOOR, OP_LIFE, OP_SLOW } from './command.ts';
import type { HistoryPolicy } from './frames/server-frames.ts';
import { LIFE_SECONDS, WAIT_MS_MAX } from './limits.ts';

/** As in a welcome. `slow` is in seconds. */
export type TermsChange =
  | { readonly closed: boolean }
  | { readonly slow: number }
  | { readonly lifeMs: number; readonly history: HistoryPolicy };

type Order = Pick<Command, 'op' | 'args'>;

/** The longest pause of slow mode, in seconds. */
export const SLOW_SECONDS_MAX = WAIT_MS_MAX / 1000;

export function encodeTerms(change: TermsChange): Order {
  if ('closed' in change) return { op: OP_DOOR, args: u8(change.closed ? 1 : 0) };
  if ('slow' in change) return { op: OP_SLOW, args: u16(change.slow) };
  const { lifeMs, history } = change;
  return { op: OP_LIFE, args: concat(u32(lifeMs / 1000), u8(history === 'all' ? 1 : 0)) };
}

/** Undefined for other operations, and for arguments that no rule gives a meaning. */
export function decodeTerms({ op, args }: Order): TermsChange | undefined {
  const reader = new ByteReader(args);
  const change = READ[op]?.(reader);
  return reader.ended ? change : undefined;
}

const READ: Readonly<Record<number, (reader: ByteReader) => TermsChange | undefined>> = {
  [OP_DOOR]: (reader) => {
    const closed = reader.u8();
    return closed > 1 ? undefined : { closed: closed === 1 };
  },
  [OP_SLOW]: (reader) => {
    const slow = reader.u16();
    return slow > SLOW_SECONDS_MAX ? undefined : { slow };
  },
  [OP_LIFE]: (reader) => {
    const [seconds, all] = [reader.u32(), reader.u8()];
    const isLife = seconds >= LIFE_SECONDS.min && seconds <= LIFE_SECONDS.max && all <= 1;
    return isLife ? { lifeMs: seconds * 1000, history: all === 1 ? 'all' : 'none' } : undefined;
  },
};
