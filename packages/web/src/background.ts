// Work without anyone waiting for its result.

/** Starts it. An error is a bug, and the browser reports it as one. */
export function background(work: Promise<unknown>): void {
  work.catch((error: unknown) => reportError(error));
}
