// What the server takes from its process: time and randomness. Injected everywhere, so that tests hold both in hand.

/** The only time there is for the server. */
export interface Clock {
  /** Milliseconds since some moment; never jumps back, and means nothing outside this process. */
  now(): number;
  /** Runs `action` once, `ms` from now, unless disposed of before. */
  after(ms: number, action: () => void): Disposable;
}

/** Runs `run` once, after the network events that are already waiting. */
export type EndOfTurn = (run: () => void) => unknown;

/** That many bytes from a cryptographically secure source. */
export type RandomBytes = (length: number) => Uint8Array;
