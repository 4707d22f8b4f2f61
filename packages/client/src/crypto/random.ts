// The source of random bytes, always passed as an argument, so tests can choose the bytes.

/** Returns that many unpredictable bytes. */
export type RandomBytes = (length: number) => Uint8Array;

/** The browser's own generator: unlike `crypto.subtle`, it exists on plain http too. */
export const secureRandom: RandomBytes = (length) =>
  globalThis.crypto.getRandomValues(new Uint8Array(length));
