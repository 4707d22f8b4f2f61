// Time as the SDK sees it: one wall clock and one-shot timers, so that tests can own both.

export type Clock = {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `run` once, `ms` milliseconds from now, unless disposed before. */
  after(ms: number, run: () => void): Disposable;
};

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
