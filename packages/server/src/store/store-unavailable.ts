// The store's memory is elsewhere, and cannot be asked right now.

/**
 * The outcome is unknown: what was asked for may have happened, or may not. A retry of the same bytes finds out.
 * Carries nothing of the question, so that nothing of a room can reach a log.
 */
export class StoreUnavailable extends Error {
  readonly code: 'unavailable' | 'server_full';
  readonly retryAfterMs: number;

  /** `told`: a word of whoever cannot. */
  constructor(code: 'unavailable' | 'server_full' = 'unavailable', told: string = code) {
    super(told);
    this.code = code;
    this.retryAfterMs = code === 'unavailable' ? 2_000 : 5_000;
  }
}
