// From the events of a log to messages that may be shown: RECV-0 to RECV-4 and RECV-7 of docs/crypto.md.
// Pure: no I/O, no clock of its own. Events come in order of seq and without a hole; that is the log reader's word.

import {
  type Command,
  type LogEvent,
  OP_CHARTER,
  type Position,
  type RoomId,
  SERVER_KIND,
  decodeCharterArgs,
  epochOf,
  equalBytes,
} from '@mayfly/protocol';
import { type Accepted, type Arrival, Chains } from './chains.ts';
import { openEnvelope, textOf, verifyMessage } from './crypto/envelope.ts';
import { SEEN_EVENTS_MAX, type Statement, eventHash, makeStatement } from './crypto/event-hash.ts';
import type { EpochKeys } from './crypto/keys.ts';
import { personOf } from './crypto/person.ts';
import { verify } from './crypto/signature.ts';
import type { Message } from './room-news.ts';

export type ReceiverRoom = {
  readonly id: RoomId;
  readonly idPk: Uint8Array;
  /** By the charter that was checked at the welcome. */
  readonly ownerPk: Uint8Array;
  /** Undefined for an epoch whose keys we do not have. */
  keysOf(epoch: number): EpochKeys | undefined;
  /** Replaces the real ones where one log is read many times. */
  readonly crypto?: typeof realCrypto;
};

const realCrypto = { openEnvelope, verifyMessage };

/** How far a sender's clock may be off before it is not believed. */
export const CLOCK_TOLERANCE_MS = 10 * 60_000;

export class Receiver {
  readonly #room: ReceiverRoom;
  readonly #crypto: typeof realCrypto;
  readonly #chains: Chains;
  #position: Position;
  // A log that counts from 1 again, or goes back, is told behind all that we hold.
  #placeOfZero = 0;
  #hashes: Uint8Array[] = [];
  // The number of the last command at this place, as the server said.
  #told: { readonly c: number; readonly head: number };
  // The last one in sight.
  #c: number | undefined;
  #charterC = 0;
  #epoch = 0;

  /** `position`: before the first event that will come. `c`: number of the last command at `head`, the newest event. */
  constructor(room: ReceiverRoom, position: Position, c: number, head = position.seq) {
    this.#room = room;
    this.#crypto = room.crypto ?? realCrypto;
    this.#chains = new Chains(this.#crypto.verifyMessage);
    this.#position = position;
    this.#told = { c, head };
  }

  /** Number of the last command at our position. */
  get c(): number {
    const { c, head } = this.#told;
    return this.#position.seq < head ? (this.#c ?? c) : Math.max(this.#c ?? 0, c);
  }

  /** Number of the last charter in sight; 0 for none. */
  get charterC(): number {
    return this.#charterC;
  }

  /** The last event that was received. */
  get position(): Position {
    return this.#position;
  }

  get unverified(): number {
    return this.#chains.unverified;
  }

  /** The log goes on elsewhere: events between are lost to us, or it is another log. */
  skipTo(position: Position, c: number, head = position.seq): void {
    const place = this.#place(this.#position.seq);
    this.#chains.markHole(place);
    const goesBack = position.logId !== this.#position.logId || position.seq < this.#position.seq;
    if (goesBack) this.#placeOfZero = place - position.seq;
    this.#position = position;
    this.#told = { c, head };
    this.#c = undefined;
    this.#hashes = [];
    this.#charterC = 0;
  }

  /** What the next message states about the log (EVENT-3). */
  statement(): Statement {
    return makeStatement(this.#position, this.c, this.#hashes);
  }

  /** `live`: they arrive as they are sent. Returns messages to show, and messages to show anew, by seq. */
  receive(events: readonly LogEvent[], arrivedAt: number, live: boolean): readonly Message[] {
    const arrivals: Arrival[] = [];
    for (const event of events) {
      const { c } = this;
      this.#hold(event);
      const opened = event.type === 'message' ? this.#open(event.envelope) : undefined;
      if (opened) arrivals.push({ place: this.#place(event.seq), opened, arrivedAt, live });
      if (event.type === 'command') this.#obey(event.command, c);
    }
    const head = this.#place(this.#position.seq);
    return this.#chains.accept(arrivals, head).map((accepted) => this.#toMessage(accepted));
  }

  #place(seq: number): number {
    return this.#placeOfZero + seq;
  }

  #hold(event: LogEvent): void {
    const bytes = event.type === 'message' ? event.envelope : event.bytes;
    this.#hashes = [...this.#hashes, eventHash(SERVER_KIND[event.type], bytes)].slice(-SEEN_EVENTS_MAX);
    this.#position = { logId: this.#position.logId, seq: event.seq };
  }

  // RECV-1: by the place in the log alone. Before the first charter in sight epochs may rise, never fall.
  #open(envelope: Uint8Array) {
    const epoch = epochOf(envelope);
    const inForce = this.#charterC > 0 ? epoch === this.#epoch : epoch >= this.#epoch;
    const keys = inForce ? this.#room.keysOf(epoch) : undefined;
    const result = keys && this.#crypto.openEnvelope(keys, envelope);
    if (!result?.ok) {
      this.#chains.countUnverified();
      return undefined;
    }
    this.#epoch = epoch;
    return result.message;
  }

  // A command that is not the owner's, or not the next one, has no effect, whatever the server says.
  #obey(command: Command, lastC: number): void {
    const { id, ownerPk } = this.#room;
    if (!this.#isNext(command.c, lastC)) return;
    if (command.id !== id || !equalBytes(command.signerPk, ownerPk)) return;
    if (!verify(ownerPk, 'cmd', command.signed, command.signature)) return;
    this.#c = command.c;
    const charter = command.op === OP_CHARTER ? decodeCharterArgs(command.args) : undefined;
    if (charter === undefined) return;
    this.#epoch = charter.newEpoch;
    this.#charterC = command.c;
  }

  // CMD-7: without a hole. Of those up to the head of the welcome, the first one in sight says where they begin.
  #isNext(c: number, lastC: number): boolean {
    const isFirst = this.#c === undefined && this.#position.seq <= this.#told.head;
    return isFirst ? c <= this.#told.c : c === lastC + 1;
  }

  #toMessage({ opened, place, mid, arrivedAt, live, conflicting, missingBefore }: Accepted): Message {
    const { id, idPk } = this.#room;
    const ahead = opened.at - arrivedAt;
    const clockOff = ahead > CLOCK_TOLERANCE_MS || (live && ahead < -CLOCK_TOLERANCE_MS);
    return {
      key: mid,
      seq: place,
      from: personOf(id, opened.pk, opened.name),
      own: equalBytes(opened.pk, idPk),
      text: textOf(opened),
      at: clockOff ? arrivedAt : opened.at,
      clockOff,
      missingBefore,
      conflicting,
    };
  }
}
