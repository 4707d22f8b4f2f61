// A connection's frames, handled strictly one at a time: two at once would let a later `n` overtake an earlier one.

import { background } from '../net/background.ts';
import type { Frame } from '../delivery/frame.ts';

/** How much may wait while one frame is handled (rule FRAME-5). */
export const INBOX_MAX = { frames: 64, bytes: 512 * 1024 } as const;

export type InboxDeps = {
  /** Undefined: it is done already, and the next one may follow at once. */
  readonly handle: (frame: Frame) => Promise<void> | undefined;
  /** `handle` failed: its caller decides about the frames behind. */
  readonly onError: (error: unknown) => void;
};

export class Inbox {
  readonly #deps: InboxDeps;
  readonly #waiting: Frame[] = [];
  #bytes = 0;
  #busy = false;

  constructor(deps: InboxDeps) {
    this.#deps = deps;
  }

  /** False: more is waiting than may wait. */
  push(frame: Frame): boolean {
    this.#waiting.push(frame);
    this.#bytes += frame.length;
    if (this.#busy) return this.#waiting.length <= INBOX_MAX.frames && this.#bytes <= INBOX_MAX.bytes;
    this.#work();
    return true;
  }

  clear(): void {
    this.#waiting.length = 0;
    this.#bytes = 0;
  }

  #work(): void {
    this.#busy = true;
    try {
      for (let frame = this.#next(); frame !== undefined; frame = this.#next()) {
        const unfinished = this.#deps.handle(frame);
        if (unfinished !== undefined) return background(this.#workAfter(unfinished), this.#deps.onError);
      }
    } catch (error) {
      this.#deps.onError(error);
    }
    this.#busy = false;
  }

  async #workAfter(unfinished: Promise<void>): Promise<void> {
    try {
      await unfinished;
    } catch (error) {
      this.#busy = false;
      return this.#deps.onError(error);
    }
    this.#work();
  }

  #next(): Frame | undefined {
    const frame = this.#waiting.shift();
    this.#bytes -= frame?.length ?? 0;
    return frame;
  }
}
