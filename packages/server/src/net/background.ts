// Work that runs without being awaited.

/** The one way to start it: errors go to `onError`. Unhandled, they would end the process. */
export function background(work: Promise<unknown>, onError: (error: unknown) => void): void {
  work.catch(onError);
}
