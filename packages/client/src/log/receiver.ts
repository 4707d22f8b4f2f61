// From the events of a log to messages that may be shown: RECV-0 to RECV-4 and RECV-7 of docs/crypto.md.
// Pure: no I/O, no clock of its own. Events come in order of seq and without a hole; that is the log reader's word.

import { type LogEvent, type Position, epochOf, equalBytes } from '@mayfly/protocol';
import { type Arrival, type Candidate, Chains } from './chains.ts';
import { type CommandRoom, Commands, type WelcomeCommands } from '../governance/commands.ts';
import { openEnvelope, textOf, verifyMessage } from '../crypto/envelope.ts';
import type { Statement } from '../crypto/event-hash.ts';
import type { EpochKeys } from '../crypto/keys.ts';
import { personOf } from '../crypto/person.ts';
import { Freshness } from './freshness.ts';
import { CLOCK_TOLERANCE_MS } from '../clock.ts';
import { HeldLog } from './held-log.ts';
import type { Message } from '../room-updates.ts';

export type ReceiverRoom = CommandRoom & {
  readonly idPk: Uint8Array;
  /** Undefined for an epoch whose keys we do not have. */
  keysOf(epoch: number): EpochKeys | undefined;
  /** Replaces the real ones where one log is read many times. */
  readonly crypto?: typeof realCrypto;
};

const realCrypto = { openEnvelope, verifyMessage };

export class Receiver {
  readonly #room: ReceiverRoom;
  readonly #crypto: typeof realCrypto;
  readonly #chains: Chains;
  readonly #freshness = new Freshness();
  readonly #log: HeldLog;
  readonly #commands: Commands;

  /** `position`: before the first event that will come. */
  constructor(room: ReceiverRoom, position: Position, told: WelcomeCommands) {
    this.#room = room;
    this.#crypto = room.crypto ?? realCrypto;
    this.#chains = new Chains(this.#crypto.verifyMessage);
    this.#log = new HeldLog(position);
    this.#commands = new Commands(room, told);
  }

  /** Number of the last command at our position. */
  get c(): number {
    return this.#commands.lastC(this.position.seq);
  }

  /** Number of the last charter in sight; 0 for none. */
  get charterC(): number {
    return this.#commands.charterC;
  }

  /** The last event that was received. */
  get position(): Position {
    return this.#log.position;
  }

  get unverified(): number {
    return this.#chains.unverified;
  }

  /** The log goes on elsewhere: events between are lost to us, it went back, or it is another log. */
  skipTo(position: Position, told: WelcomeCommands): void {
    this.#log.skipTo(position);
    this.#commands.skipTo(told);
  }

  /** What the next message states about the log (EVENT-3). */
  statement(): Statement {
    return this.#log.statement(this.c);
  }

  /** `live`: they arrive as they are sent. Returns messages to show, and messages to show anew, by seq. */
  receive(events: readonly LogEvent[], arrivedAt: number, live: boolean): readonly Message[] {
    const arrivals = events.flatMap((event) => this.#take(event, arrivedAt, live) ?? []);
    const changed = new Set<Candidate>();
    for (const message of this.#chains.accept(arrivals, this.#log.head)) {
      for (const other of this.#freshness.judge(message)) changed.add(other);
      changed.add(message);
    }
    return [...changed].sort((a, b) => a.place - b.place).map((message) => this.#toMessage(message));
  }

  #take(event: LogEvent, arrivedAt: number, live: boolean): Arrival | undefined {
    const opened = event.type === 'message' ? this.#open(event.envelope) : undefined;
    const arrival = opened && {
      place: this.#log.placeOf(event.seq),
      opened,
      arrivedAt,
      live,
      overtaken: this.#log.isOvertaken(opened.statement),
      heldFrom: this.#log.heldFrom,
      fromStart: this.#log.isWholeFor(opened.statement),
    };
    this.#log.hold(event);
    if (event.type === 'command') this.#commands.obey(event.command, event.seq);
    return arrival;
  }

  #open(envelope: Uint8Array) {
    const epoch = epochOf(envelope);
    const keys = this.#commands.inForce(epoch) ? this.#room.keysOf(epoch) : undefined;
    const result = keys && this.#crypto.openEnvelope(keys, envelope);
    if (!result?.ok) {
      this.#chains.countUnverified();
      return undefined;
    }
    this.#commands.sawEpoch(epoch);
    return result.message;
  }

  #toMessage(message: Candidate): Message {
    const { opened, place, mid, arrivedAt, conflicting, missingBefore = 0, late = false } = message;
    const { id, idPk } = this.#room;
    const clockOff = !late && isClockOff(message);
    return {
      key: mid,
      seq: place,
      from: personOf(id, opened.pk, opened.name),
      own: equalBytes(opened.pk, idPk),
      text: textOf(opened),
      at: clockOff ? arrivedAt : opened.at,
      clockOff,
      late,
      missingBefore,
      conflicting,
    };
  }
}

// The history doesn't say when it arrived.
function isClockOff({ opened, arrivedAt, live }: Candidate): boolean {
  const ahead = opened.at - arrivedAt;
  return ahead > CLOCK_TOLERANCE_MS || (live && ahead < -CLOCK_TOLERANCE_MS);
}
