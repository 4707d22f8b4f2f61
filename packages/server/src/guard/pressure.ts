// How much the process can still take, from two figures that are read once a second. It decides nothing by itself.

import { MEMORY_SHARE } from './limits.ts';

/** What the process says of itself. */
export type Vitals = {
  /** Of the memory it may have, 0 to 1. */
  readonly memoryShare: number;
  /** How late the event loop was in the last second: the 99th percentile, in milliseconds. */
  readonly loopP99Ms: number;
};

/**
 * What is short, the mildest first: memory for new rooms; memory for newcomers as well; time, for both; memory for what is
 * there already, so that some of it is given up.
 */
export const LOAD_TROUBLES = ['rooms', 'newcomers', 'slow', 'shedding'] as const;
export type LoadTrouble = (typeof LOAD_TROUBLES)[number];

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

  /** The worst of it. Undefined: rooms and people may come. */
  get trouble(): LoadTrouble | undefined {
    if (this.#memoryShare >= MEMORY_SHARE.shed) return 'shedding';
    // One late second is a pause for collecting garbage; two in a row are too much work.
    if (this.#slowReadings >= 2) return 'slow';
    if (this.#memoryShare >= MEMORY_SHARE.noNewcomers) return 'newcomers';
    return this.#memoryShare >= MEMORY_SHARE.noRooms ? 'rooms' : undefined;
  }
}
