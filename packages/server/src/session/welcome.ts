// The answer to a join that got in, and everything that follows it at once (rules WELCOME-1 and WELCOME-2).

import { type Feature, type RoomLimits, type Welcome } from '@mayfly/protocol';
import { type Frame, encodeControl, encodeSnapshot } from '../delivery/frame.ts';
import type { Joined } from '../store/room-store.ts';

/** The slices that open it, the welcome, one presence snapshot, the profiles of those present, and the missed events. */
export function welcomeFrames(
  joined: Joined,
  limits: RoomLimits,
  features: readonly Feature[],
): readonly Frame[] {
  return [
    ...joined.slices,
    encodeControl(welcome(joined, limits, features)),
    joined.listed ? encodeSnapshot(joined.presence, joined.listed) : encodeControl(joined.presence),
    ...joined.profiles,
    ...joined.missed.map((event) => event.frame),
  ];
}

function welcome(joined: Joined, limits: RoomLimits, features: readonly Feature[]): Welcome {
  const { logId, seq, mode, reason, terms, lastN, expiresInMs } = joined;
  return {
    type: 'welcome',
    slot: joined.session.slot,
    logId,
    seq,
    first: firstOf(joined),
    mode,
    ...(reason && { reason }),
    ...terms,
    lastN,
    count: joined.presence.count,
    limits,
    expiresInMs,
    features,
  };
}

function firstOf({ missed, seq }: Joined): number {
  const first = missed[0]?.seq ?? seq + 1;
  if (first + missed.length !== seq + 1 || missed.some((event, i) => event.seq !== first + i)) {
    throw new Error('the store answered a join with a gap in the log');
  }
  return first;
}
