// A problem that comes and goes, reported when it begins, when it gets worse and when it is over.

/** It is over after this long without a sign of it. Otherwise a problem that flickers would fill the log. */
export const CALM_MS = 5_000;

export type IncidentOptions<T> = {
  readonly now: () => number;
  /** Mildest first. */
  readonly troubles: readonly T[];
  /** It begins, or gets worse. */
  readonly onWorse: (trouble: T) => void;
  readonly onOver: (lastedMs: number) => void;
};

/** For /healthz. */
export type OngoingIncident<T> = { readonly trouble: T; readonly seconds: number };

type Current<T> = { readonly since: number; worst: T; latest: T; seenAt: number };

export class Incident<T> {
  readonly #options: IncidentOptions<T>;
  #current: Current<T> | undefined;

  constructor(options: IncidentOptions<T>) {
    this.#options = options;
  }

  /** The state now; undefined: well. Call about once a second. */
  note(trouble: T | undefined): void {
    if (trouble === undefined) this.#endWhenCalm();
    else this.#see(trouble);
  }

  get now(): OngoingIncident<T> | undefined {
    const current = this.#current;
    return (
      current && {
        trouble: current.latest,
        seconds: Math.floor((this.#options.now() - current.since) / 1000),
      }
    );
  }

  #see(trouble: T): void {
    const { now, troubles, onWorse } = this.#options;
    const known = this.#current;
    this.#current ??= { since: now(), worst: trouble, latest: trouble, seenAt: now() };
    Object.assign(this.#current, { latest: trouble, seenAt: now() });
    if (known !== undefined && troubles.indexOf(trouble) <= troubles.indexOf(known.worst)) return;
    this.#current.worst = trouble;
    onWorse(trouble);
  }

  #endWhenCalm(): void {
    const current = this.#current;
    if (current === undefined || this.#options.now() - current.seenAt < CALM_MS) return;
    this.#current = undefined;
    this.#options.onOver(current.seenAt - current.since);
  }
}
