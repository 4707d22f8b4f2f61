// What a room receives, in order. Work pauses between slices, and while signatures are checked elsewhere; what comes
// after it waits. Who can't wait calls `finish`.

import type { OpenedMessage } from './crypto/envelope.ts';
import type { SignatureChecker } from './crypto/web-signatures.ts';
import type { Sliced } from './log/sliced.ts';

export type IntakeDeps = {
  /** Undefined: the work checks signatures by itself. */
  checks(): SignatureChecker | undefined;
  nextTask(run: () => void): void;
};

/** Past so many that wait, nothing pauses: then the network waits, as it does for any slow reader. */
export const WAITING_MAX = 64;

export class Intake {
  readonly #deps: IntakeDeps;
  readonly #waiting: (() => Sliced<void>)[] = [];
  #work: Sliced<void> | undefined;
  #isRunning = false;
  // Number of the last pause: what comes back from an earlier one is too late.
  #pause = 0;

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
  }

  /** Nothing waits. */
  get isIdle(): boolean {
    return this.#work === undefined && this.#waiting.length === 0;
  }

  /** Begins at once, or after what came before. */
  put(work: () => Sliced<void>): void {
    this.#waiting.push(work);
    if (this.#waiting.length > WAITING_MAX) this.finish();
    else if (this.#work === undefined) this.#run(undefined, true);
  }

  /** Everything that waits, without a pause. */
  finish(): void {
    this.#run(undefined, false);
  }

  clear(): void {
    this.#pause += 1;
    this.#waiting.length = 0;
    this.#work = undefined;
  }

  #run(signed: ReadonlySet<OpenedMessage> | undefined, mayPause: boolean): void {
    if (this.#isRunning) return;
    this.#pause += 1;
    this.#isRunning = true;
    try {
      for (let answer = signed; ; answer = undefined) {
        this.#work ??= this.#waiting.shift()?.();
        const step = this.#work?.next(answer);
        if (step === undefined) return;
        if (step.done === true) this.#work = undefined;
        else if (mayPause && this.#pauses(step.value)) return;
      }
    } finally {
      this.#isRunning = false;
    }
  }

  // False if there is nothing to wait for.
  #pauses(wanted: readonly OpenedMessage[]): boolean {
    const pause = this.#pause;
    const goOn = (signed?: ReadonlySet<OpenedMessage>) => {
      if (pause === this.#pause) this.#run(signed, true);
    };
    const checks = this.#deps.checks();
    if (wanted.length === 0) this.#deps.nextTask(goOn);
    else if (checks === undefined) return false;
    else checks.check(wanted, goOn);
    return true;
  }
}
