// The remote store can't be reached right now.

/**
 * The outcome is unknown: the call may have been carried out or not. Retrying with the same bytes settles it.
 * Carries nothing of the call, so nothing of a room can reach a log.
 */
export class StoreUnavailable extends Error {
  readonly code: 'unavailable' | 'server_full';
  readonly retryAfterMs: number;

  /** `reason`: the word in which Redis refused. */
  constructor(code: 'unavailable' | 'server_full' = 'unavailable', reason: string = code) {
    super(reason);
    this.code = code;
    this.retryAfterMs = code === 'unavailable' ? 2_000 : 5_000;
  }
}
