// A token bucket: a burst, then a steady rate. One number, no timer.

export type Rate = {
  readonly perSecond: number;
  /** The most that passes at once after a pause. */
  readonly burst: number;
};

/** Larger than the rounding error of summed fractions of a millisecond. */
const ROUNDING_MS = 1e-6;

export class Bucket {
  readonly #rate: Rate;
  #fullAt = -Infinity;

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /** Milliseconds from `now` until `cost` fits if nothing else is taken. 0: it fits now. */
  waitFor(cost: number, now: number): number {
    const { perSecond, burst } = this.#rate;
    const emptyFor = this.#fullAfter(cost, now) - now - (burst * 1000) / perSecond;
    return emptyFor > ROUNDING_MS ? Math.ceil(emptyFor - ROUNDING_MS) : 0;
  }

  /** Takes `cost` whether or not it fits: ask `waitFor` first. */
  take(cost: number, now: number): void {
    this.#fullAt = this.#fullAfter(cost, now);
  }

  /** Equal to a new bucket. */
  isFull(now: number): boolean {
    return this.#fullAt <= now;
  }

  #fullAfter(cost: number, now: number): number {
    return Math.max(this.#fullAt, now) + (cost * 1000) / this.#rate.perSecond;
  }
}
