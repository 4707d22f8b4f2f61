// Stops gracefully: clients are asked to move to another server, and those still here in the end are closed in slices.

import type { CloseReason } from '@mayfly/protocol';
import type { Clock } from '../net/clock.ts';

export interface Drainable {
  goaway(withinMs: number): void;
  /** Does nothing if it is closed already. */
  close(why: CloseReason): void;
}

/** The connections of a server that accepts no new ones. */
export type OpenConnections = {
  readonly sessions: () => readonly Drainable[];
  /** Resolves when the last connection is gone. */
  readonly empty: Promise<void>;
};

/** Closes a slice at a time, because every client reconnects somewhere. */
export const SLICE = { atLeast: 100, parts: 20, everyMs: 50 } as const;
/** Some clients start moving at the end of the window and need this long to join elsewhere. */
export const ARRIVAL_MS = 2_000;
/** How long closed connections have to finish the closing handshake. */
export const GOODBYE_MS = 2_000;

/** `windowMs`: the time to move; 0 if there is no other server. Resolves at most a few seconds after it. */
export async function drain(
  clock: Clock,
  { sessions, empty }: OpenConnections,
  windowMs: number,
): Promise<void> {
  if (windowMs > 0) {
    for (const session of sessions()) session.goaway(windowMs);
    await atMost(clock, windowMs + ARRIVAL_MS, empty);
  }
  await closeInSlices(clock, sessions(), empty);
  await atMost(clock, GOODBYE_MS, empty);
}

async function closeInSlices(clock: Clock, left: readonly Drainable[], empty: Promise<void>): Promise<void> {
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
