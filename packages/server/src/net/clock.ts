// Time and randomness, injected everywhere so tests control both.

/** The server's only source of time. */
export interface Clock {
  /** Monotonic milliseconds since an arbitrary moment. */
  now(): number;
  /** Runs `action` once, `ms` from now, unless disposed of first. */
  after(ms: number, action: () => void): Disposable;
}

/** Runs `run` once, after the network events that are already waiting. */
export type EndOfTurn = (run: () => void) => unknown;

/** That many bytes from a cryptographically secure source. */
export type RandomBytes = (length: number) => Uint8Array;
