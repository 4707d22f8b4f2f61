// How much the process can still take, from two figures that are read once a second. It decides nothing by itself.

import { MEMORY_SHARE } from './limits.ts';

/** What the process says of itself. */
export type Vitals = {
  /** Of the memory it may have, 0 to 1. */
  readonly memoryShare: number;
  /** How late the event loop was in the last second: the 99th percentile, in milliseconds. */
  readonly loopP99Ms: number;
};

export class Pressure {
  readonly #loopP99Ms: number;
  #memoryShare = 0;
  #slowReadings = 0;

  constructor(loopP99Ms: number) {
    this.#loopP99Ms = loopP99Ms;
  }

  read({ memoryShare, loopP99Ms }: Vitals): void {
    this.#memoryShare = memoryShare;
    this.#slowReadings = loopP99Ms > this.#loopP99Ms ? this.#slowReadings + 1 : 0;
  }

  get refusesRooms(): boolean {
    return this.#memoryShare >= MEMORY_SHARE.noRooms || this.#isSlow;
  }

  get refusesNewcomers(): boolean {
    return this.#memoryShare >= MEMORY_SHARE.noNewcomers || this.#isSlow;
  }

  get sheds(): boolean {
    return this.#memoryShare >= MEMORY_SHARE.shed;
  }

  // One late second is a pause for collecting garbage; two in a row are too much work.
  get #isSlow(): boolean {
    return this.#slowReadings >= 2;
  }
}
