// Events in order and without a hole, or not at all (WELCOME-3): what is missed at a welcome comes out as one batch.

import type { LogEvent, Position, Welcome } from '@mayfly/protocol';

export type Read =
  /** More of what was missed is to come. */
  | { readonly outcome: 'held' }
  | { readonly outcome: 'events'; readonly events: readonly LogEvent[] }
  /** The server left something out: only a new join can repair it. */
  | { readonly outcome: 'hole' };

export class LogReader {
  readonly #head: number;
  readonly #known: number;
  #next: number;
  #held: LogEvent[] = [];

  /** A reader serves one welcome. `known`: events up to this seq came another way meanwhile, and are left out. */
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

  /** What was read and not given out yet: still contiguous, so nothing of it is lost with the connection. */
  drain(): readonly LogEvent[] {
    const events = this.#held;
    this.#held = [];
    return events;
  }
}

/** Whether a welcome goes on exactly behind the position it was asked for (RESUME-1). */
export function continues(welcome: Pick<Welcome, 'logId' | 'first'>, position: Position): boolean {
  return welcome.logId === position.logId && welcome.first === position.seq + 1;
}

/** Nothing may be missing inside what a welcome announces. */
export function isContiguous({ first, seq }: Pick<Welcome, 'first' | 'seq'>): boolean {
  return first >= 1 && first <= seq + 1;
}
