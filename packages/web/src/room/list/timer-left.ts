// How much of a message's time is left, as its ring shows it.

import type { Timer } from '@mayfly/client';
import { marksTexts } from '../../words/marks.ts';
import { countdown } from '../model/countdown.ts';

const MINUTE_MS = 60_000;

/** `passed`: 0 to 100. `spoken` changes once a minute. */
export type TimerLeft = {
  readonly passed: number;
  readonly isLow: boolean;
  readonly shown: string;
  readonly spoken: string;
};

/** A sender's clock may be wrong: never more than the whole time, and never less than none. */
export function timerLeft({ ttlMs, endsAt }: Timer, now: number): TimerLeft {
  const leftMs = Math.min(ttlMs, Math.max(0, endsAt - now));
  return {
    passed: ttlMs > 0 ? Math.round(100 - (100 * leftMs) / ttlMs) : 100,
    isLow: leftMs < MINUTE_MS,
    shown: marksTexts.disappearsIn(countdown(leftMs)),
    spoken: leftMs < MINUTE_MS ? marksTexts.disappearsSoon : marksTexts.disappears(leftMs),
  };
}
