// Work that nobody waits for.

/** The one way to begin it: an error is a bug, and the browser reports it as such. */
export function background(work: Promise<unknown>): void {
  work.catch((error: unknown) => reportError(error));
}
