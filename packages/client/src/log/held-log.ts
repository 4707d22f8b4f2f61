// The part of a room's log that this page holds: its position, what it states about the log (EVENT-3), and how that compares
// with what others state (RECV-4, RECV-5). Indices keep rising when the log restarts its count.

import {
  type LogEvent,
  type Position,
  SERVER_KIND,
  concat,
  equalBytes,
  fromBase64url,
  toBase64url,
} from '@mayfly/protocol';
import { keepNewest } from './horizon.ts';
import { SEEN_EVENTS_MAX, type Statement, eventHash, logTagOf, makeStatement } from '../crypto/event-hash.ts';
import { stubHash } from '../crypto/stub.ts';

/** Of so many events of this log the hashes are kept, to compare them with what is stated or sent again. */
const HASHES_MAX = 1_024;
/** Of so many, so much is remembered by the page after a reload. */
const REMEMBERED_MAX = 64;
const REMEMBERED_BYTES = 16;

export class HeldLog {
  #position: Position;
  #logTag: Uint8Array;
  #indexOfZero = 0;
  // Of events of this log, by seq; also of those before a reset.
  readonly #hashes = new Map<number, Uint8Array>();
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
    const isOther = position.logId !== this.#position.logId;
    if (isOther || position.seq < this.#position.seq) this.#indexOfZero = this.head - position.seq;
    if (isOther) this.#hashes.clear();
    this.#isWhole = position.seq === 0;
    this.#position = position;
    this.#logTag = logTagOf(position.logId);
    this.#heldFrom = this.head;
    this.#lastMessageIndex = this.head;
  }

  /** `hash`: of the event. */
  hold(event: LogEvent, hash: Uint8Array): void {
    this.#hashes.delete(event.seq);
    this.#hashes.set(event.seq, hash);
    keepNewest(this.#hashes, HASHES_MAX);
    this.#position = { logId: this.#position.logId, seq: event.seq };
    if (event.type !== 'command') this.#lastMessageIndex = this.head;
  }

  /** `c`: number of the last command. */
  statement(c: number): Statement {
    const held = Math.min(SEEN_EVENTS_MAX, this.head - this.#heldFrom);
    return makeStatement(this.#position, c, this.#window(this.#position.seq, held) ?? []);
  }

  /** Whether this is, as far as this page knows, the event that it held at this seq. */
  isSame(seq: number, hash: Uint8Array): boolean {
    const known = this.#hashes.get(seq);
    return known === undefined || equalBytes(known, hash.subarray(0, known.length));
  }

  /** The newest events, for the page after a reload. */
  get memory(): string {
    const { logId, seq } = this.#position;
    const hashes: Uint8Array[] = [];
    for (let at = seq; hashes.length < REMEMBERED_MAX; at--) {
      const hash = this.#hashes.get(at);
      if (hash === undefined) break;
      hashes.push(hash.subarray(0, REMEMBERED_BYTES));
    }
    return `${logId} ${seq} ${toBase64url(concat(...hashes))}`;
  }

  /** `memory`: of the page before a reload. */
  recall(memory: string): void {
    const [logId, seq, hashes = ''] = memory.split(' ');
    if (logId !== this.#position.logId) return;
    const bytes = fromBase64url(hashes) ?? new Uint8Array(0);
    for (let i = 0; i * REMEMBERED_BYTES < bytes.length; i++)
      this.#hashes.set(Number(seq) - i, bytes.slice(i * REMEMBERED_BYTES, (i + 1) * REMEMBERED_BYTES));
  }

  /**
   * What the sender of the next event states, beside what this page holds: `undefined` if they can't be compared. `c`: of
   * the last command at the stated seq.
   */
  compare(stated: Statement, c: number): 'same' | 'other' | 'foreign' | undefined {
    if (!equalBytes(stated.logTag, this.#logTag)) return 'foreign';
    if (this.isAhead(stated)) return 'other';
    const window = this.#window(stated.seq, stated.events);
    if (window === undefined || window.length === 0) return undefined;
    const { seen } = makeStatement({ ...this.#position, seq: stated.seq }, c, window);
    return equalBytes(seen, stated.seen) ? 'same' : 'other';
  }

  /** No one can have seen what comes after their own message, which is the next event. */
  isAhead({ seq }: Statement): boolean {
    return seq > this.#position.seq;
  }

  // Undefined unless all of them were held without a hole.
  #window(seq: number, count: number): readonly Uint8Array[] | undefined {
    if (this.indexOf(seq) - count < this.#heldFrom) return undefined;
    const hashes = Array.from({ length: count }, (_, i) => this.#hashes.get(seq - count + 1 + i));
    return hashes.every((hash) => hash !== undefined) ? hashes : undefined;
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
