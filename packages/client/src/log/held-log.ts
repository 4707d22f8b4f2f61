// The part of a room's log that this page holds: where it is, what it can state about it (EVENT-3), and what a sender had
// seen of it. Places go on rising when the log itself counts anew.

import { type LogEvent, type Position, SERVER_KIND, equalBytes } from '@mayfly/protocol';
import { SEEN_EVENTS_MAX, type Statement, eventHash, logTagOf, makeStatement } from '../crypto/event-hash.ts';

export class HeldLog {
  #position: Position;
  #logTag: Uint8Array;
  #placeOfZero = 0;
  #hashes: Uint8Array[] = [];
  #isWhole: boolean;
  #heldFrom: number;
  // Events that this page never got may have been messages.
  #lastMessagePlace: number;

  /** `position`: before the first event that will come. */
  constructor(position: Position) {
    this.#position = position;
    this.#logTag = logTagOf(position.logId);
    this.#isWhole = position.seq === 0;
    this.#heldFrom = position.seq;
    this.#lastMessagePlace = position.seq;
  }

  get position(): Position {
    return this.#position;
  }

  /** Place of the last event that was held, or lost to us. */
  get head(): number {
    return this.placeOf(this.#position.seq);
  }

  /** Every event behind this place was held. */
  get heldFrom(): number {
    return this.#heldFrom;
  }

  placeOf(seq: number): number {
    return this.#placeOfZero + seq;
  }

  /** The log goes on elsewhere: events between are lost to us, it went back, or it is another log. */
  skipTo(position: Position): void {
    const goesBack = position.logId !== this.#position.logId || position.seq < this.#position.seq;
    if (goesBack) this.#placeOfZero = this.head - position.seq;
    this.#isWhole = position.seq === 0;
    this.#position = position;
    this.#logTag = logTagOf(position.logId);
    this.#hashes = [];
    this.#heldFrom = this.head;
    this.#lastMessagePlace = this.head;
  }

  hold(event: LogEvent): void {
    const bytes = event.type === 'message' ? event.envelope : event.bytes;
    this.#hashes = [...this.#hashes, eventHash(SERVER_KIND[event.type], bytes)].slice(-SEEN_EVENTS_MAX);
    this.#position = { logId: this.#position.logId, seq: event.seq };
    if (event.type === 'message') this.#lastMessagePlace = this.head;
  }

  /** `c`: number of the last command. */
  statement(c: number): Statement {
    return makeStatement(this.#position, c, this.#hashes);
  }

  /** Whether a message that states this was sealed for this log, and this page holds the log from its first event. */
  isWholeFor({ logTag }: Statement): boolean {
    return this.#isWhole && equalBytes(logTag, this.#logTag);
  }

  /**
   * Whether other messages stand between what the sender of the next event had seen and that event. Undefined where the
   * sender had not seen this log, or doesn't say. Nobody has seen what comes after: such a log went back.
   */
  isOvertaken({ logTag, seq }: Statement): boolean | undefined {
    if (seq === 0 || !equalBytes(logTag, this.#logTag)) return undefined;
    return seq > this.#position.seq || this.placeOf(seq) < this.#lastMessagePlace;
  }
}
