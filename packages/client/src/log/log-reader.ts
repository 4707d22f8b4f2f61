// Events in order and without a hole, or not at all (WELCOME-3). What was missed at a welcome comes out as one batch.

import type { LogEvent, Position, Welcome } from '@mayfly/protocol';

export type Read =
  /** More of what was missed will follow. */
  | { readonly outcome: 'held' }
  | { readonly outcome: 'events'; readonly events: readonly LogEvent[] }
  /** The server left something out: only a new join can repair it. */
  | { readonly outcome: 'hole' };

export class LogReader {
  readonly #head: number;
  readonly #known: number;
  #next: number;
  #held: LogEvent[] = [];

  /** A reader serves one welcome. `known`: events up to this seq arrived over another wire and are left out. */
  constructor({ first, seq }: Pick<Welcome, 'first' | 'seq'>, known = 0) {
    this.#next = first;
    this.#head = seq;
    this.#known = known;
  }

  /** Everything up to the moment of joining is here. */
  get caughtUp(): boolean {
    return this.#next > this.#head;
  }

  take(event: LogEvent): Read {
    if (event.seq !== this.#next) return { outcome: 'hole' };
    this.#next += 1;
    if (event.seq > this.#known) this.#held.push(event);
    return this.caughtUp ? { outcome: 'events', events: this.drain() } : { outcome: 'held' };
  }

  /** What was read but not returned yet. It is contiguous, so it needn't be lost with the connection. */
  drain(): readonly LogEvent[] {
    const events = this.#held;
    this.#held = [];
    return events;
  }
}

/** Whether a welcome continues exactly after the requested position (RESUME-1). */
export function continues(welcome: Pick<Welcome, 'logId' | 'first'>, position: Position): boolean {
  return welcome.logId === position.logId && welcome.first === position.seq + 1;
}

/** Nothing may be missing from what a welcome announces. */
export function isContiguous({ first, seq }: Pick<Welcome, 'first' | 'seq'>): boolean {
  return first >= 1 && first <= seq + 1;
}
