// What a wire brings, in slices of a few frames, each in a task of its own: in between, a page takes its user's keys.

import { inNextTask } from '../next-task.ts';

/** Frames of a slice. What a frame takes is bounded by its size. */
const SLICE = 8;
/** Past so many, each frame that comes in pushes one out, and the network waits as it does for any slow reader. */
const HELD_MAX = 1_000;

export class Slices {
  readonly #held: (() => void)[] = [];
  #left = SLICE;
  #waits = false;

  /** Runs it at once, or after those before it. */
  take(run: () => void): void {
    this.#held.push(run);
    this.#startTask();
    if (this.#left > 0 || this.#held.length > HELD_MAX) this.#runOne();
  }

  clear(): void {
    this.#held.length = 0;
  }

  #runOne(): void {
    this.#left -= 1;
    this.#held.shift()?.();
  }

  #startTask(): void {
    if (this.#waits) return;
    this.#waits = true;
    inNextTask(() => {
      this.#waits = false;
      this.#runSlice();
    });
  }

  #runSlice(): void {
    this.#left = SLICE;
    if (this.#held.length > 0) this.#startTask();
    while (this.#left > 0 && this.#held.length > 0) this.#runOne();
  }
}
