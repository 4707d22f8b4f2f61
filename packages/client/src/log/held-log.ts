// The part of a room's log that this page holds: its position, what it states about the log (EVENT-3), and what a sender had
// seen of it. Indices keep rising when the log restarts its count.

import { type LogEvent, type Position, SERVER_KIND, equalBytes } from '@mayfly/protocol';
import { SEEN_EVENTS_MAX, type Statement, eventHash, logTagOf, makeStatement } from '../crypto/event-hash.ts';
import { stubHash } from '../crypto/stub.ts';

export class HeldLog {
  #position: Position;
  #logTag: Uint8Array;
  #indexOfZero = 0;
  #hashes: Uint8Array[] = [];
  #isWhole: boolean;
  #heldFrom: number;
  // Events that this page never got count as messages.
  #lastMessageIndex: number;

  /** `position`: before the first event that will come. */
  constructor(position: Position) {
    this.#position = position;
    this.#logTag = logTagOf(position.logId);
    this.#isWhole = position.seq === 0;
    this.#heldFrom = position.seq;
    this.#lastMessageIndex = position.seq;
  }

  get position(): Position {
    return this.#position;
  }

  /** Index of the last event that was held or lost. */
  get head(): number {
    return this.indexOf(this.#position.seq);
  }

  /** Every event after this index was held. */
  get heldFrom(): number {
    return this.#heldFrom;
  }

  indexOf(seq: number): number {
    return this.#indexOfZero + seq;
  }

  /** After a reset: events between are lost to us, the log went back, or it is another log. */
  skipTo(position: Position): void {
    const goesBack = position.logId !== this.#position.logId || position.seq < this.#position.seq;
    if (goesBack) this.#indexOfZero = this.head - position.seq;
    this.#isWhole = position.seq === 0;
    this.#position = position;
    this.#logTag = logTagOf(position.logId);
    this.#hashes = [];
    this.#heldFrom = this.head;
    this.#lastMessageIndex = this.head;
  }

  /** `hash`: of the event. */
  hold(event: LogEvent, hash: Uint8Array): void {
    this.#hashes = [...this.#hashes, hash].slice(-SEEN_EVENTS_MAX);
    this.#position = { logId: this.#position.logId, seq: event.seq };
    if (event.type !== 'command') this.#lastMessageIndex = this.head;
  }

  /** `c`: number of the last command. */
  statement(c: number): Statement {
    return makeStatement(this.#position, c, this.#hashes);
  }

  /** Whether a message with this statement was sealed for this log, and this page holds the log from its first event. */
  isWholeFor({ logTag }: Statement): boolean {
    return this.#isWhole && equalBytes(logTag, this.#logTag);
  }

  /**
   * Whether there are other messages between what the sender of the next event had seen and that event. Undefined if the
   * sender had not seen this log, or doesn't say. If it saw more than there is, the log went back.
   */
  isOvertaken({ logTag, seq }: Statement): boolean | undefined {
    if (seq === 0 || !equalBytes(logTag, this.#logTag)) return undefined;
    return seq > this.#position.seq || this.indexOf(seq) < this.#lastMessageIndex;
  }
}

/** Of the message that it is, or was before it was erased. */
export function hashOf(event: LogEvent): Uint8Array {
  if (event.type === 'stub') return stubHash(event);
  return eventHash(SERVER_KIND[event.type], event.type === 'message' ? event.envelope : event.bytes);
}
