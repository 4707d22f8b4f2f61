// The room's remaining life as text.

/** `29:40`, `1:05:00`: the time left, rounded up: 0:00 means over. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0'));
  const hours = Math.floor(seconds / 3600);
  return (hours > 0 ? [String(hours), ...parts] : parts).join(':');
}

const MINUTE_MS = 60_000;
const SPOKEN_MS = [MINUTE_MS, 5 * MINUTE_MS] as const;

/** The last five minutes, or half of a shorter life. */
export function isLow(leftMs: number, lifeMs: number): boolean {
  return leftMs <= Math.min(5 * MINUTE_MS, lifeMs / 2);
}

/** The mark to announce that lies between `beforeMs` and `nowMs`. */
export function passedMark(beforeMs: number, nowMs: number): number | undefined {
  return SPOKEN_MS.find((mark) => beforeMs > mark && nowMs <= mark);
}
