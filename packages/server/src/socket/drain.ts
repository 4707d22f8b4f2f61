// Stopping politely: everybody is told and has time to move to another server, whoever stays is closed in slices.

import type { CloseReason } from '@mayfly/protocol';
import type { Clock } from '../net/clock.ts';

export interface Departing {
  goaway(withinMs: number): void;
  /** Means nothing to one that is closed already. */
  close(why: CloseReason): void;
}

/** Everybody who is connected to a server that takes in nobody any more. */
export type Leftover = {
  readonly sessions: () => readonly Departing[];
  /** Resolves when the last connection is gone. */
  readonly empty: Promise<void>;
};

/** So many at once, and then a breath: they come back somewhere, and not all in the same moment. */
export const SLICE = { atLeast: 100, parts: 20, everyMs: 50 } as const;
/** Some choose the last moment of the window to set out, and then they need a while to be in elsewhere. */
export const ARRIVAL_MS = 2_000;
/** How long those who were closed may take to say goodbye. */
export const GOODBYE_MS = 2_000;

/** `windowMs`: the time to move; 0 where there is nowhere to move to. At most a few seconds more, then it is over. */
export async function drain(clock: Clock, { sessions, empty }: Leftover, windowMs: number): Promise<void> {
  if (windowMs > 0) {
    for (const session of sessions()) session.goaway(windowMs);
    await atMost(clock, windowMs + ARRIVAL_MS, empty);
  }
  await closeInSlices(clock, sessions(), empty);
  await atMost(clock, GOODBYE_MS, empty);
}

async function closeInSlices(clock: Clock, left: readonly Departing[], empty: Promise<void>): Promise<void> {
  const size = Math.max(SLICE.atLeast, Math.ceil(left.length / SLICE.parts));
  for (let at = 0; at < left.length; at += size) {
    if (at > 0) await atMost(clock, SLICE.everyMs, empty);
    for (const session of left.slice(at, at + size)) session.close('drain');
  }
}

async function atMost(clock: Clock, ms: number, done: Promise<void>): Promise<void> {
  let patience: Disposable | undefined;
  const over = new Promise<void>((resolve) => {
    patience = clock.after(ms, resolve);
  });
  await Promise.race([over, done]);
  patience?.[Symbol.dispose]();
}
