// Work that nobody waits for.

/** The one way to begin it: an error reaches `onError`, and not the process, which would end. */
export function background(work: Promise<unknown>, onError: (error: unknown) => void): void {
  work.catch(onError);
}
