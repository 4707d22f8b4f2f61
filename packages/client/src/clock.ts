// The SDK's view of time: one wall clock and one-shot timers, both of which tests can replace.

/** A source of time. Tests bring their own. */
export type Clock = {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `run` once, `ms` milliseconds from now, unless disposed before. */
  after(ms: number, run: () => void): Disposable;
  /** Runs it soon, in a task of its own. Unset: in the next one of this program. */
  nextTask?(run: () => void): void;
};

/** A sender's time is trusted if it differs from ours by no more than this. */
export const CLOCK_TOLERANCE_MS = 10 * 60_000;

// `setTimeout` fires at once for anything longer.
const TIMEOUT_MS_MAX = 2 ** 31 - 1;

/** The machine's own. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, TIMEOUT_MS_MAX));
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
