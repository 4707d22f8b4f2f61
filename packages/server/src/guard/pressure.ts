// The load of the process, from two figures read once a second. It only measures; the guard acts.

import { MEMORY_SHARE } from './limits.ts';

/** Readings of this process. */
export type Vitals = {
  /** Share of the memory limit, 0 to 1. */
  readonly memoryShare: number;
  /** Event loop delay in the last second: 99th percentile in milliseconds. */
  readonly loopP99Ms: number;
};

/**
 * What is short, mildest first: memory for new rooms; memory for newcomers too; time for both; memory for what is already there,
 * so some of it is dropped.
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

  /** The worst one. Undefined: nothing is short. */
  get trouble(): LoadTrouble | undefined {
    if (this.#memoryShare >= MEMORY_SHARE.shed) return 'shedding';
    // One slow second is a garbage collection; two in a row are load.
    if (this.#slowReadings >= 2) return 'slow';
    if (this.#memoryShare >= MEMORY_SHARE.noNewcomers) return 'newcomers';
    return this.#memoryShare >= MEMORY_SHARE.noRooms ? 'rooms' : undefined;
  }
}
