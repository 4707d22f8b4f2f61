// The time shown with a message: its sender's clock, unless that is too far off.

import { CLOCK_TOLERANCE_MS } from '../clock.ts';
import type { Candidate } from './chain.ts';

/** Milliseconds since 1970. */
export function shownTime(message: Candidate): number {
  return isClockOff(message) ? message.arrivedAt : message.opened.at;
}

/** A history doesn't say when messages arrived. */
export function isClockOff({ opened, arrivedAt, live, late = false }: Candidate): boolean {
  const ahead = opened.at - arrivedAt;
  return !late && (ahead > CLOCK_TOLERANCE_MS || (live && ahead < -CLOCK_TOLERANCE_MS));
}
