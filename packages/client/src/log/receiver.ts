// From the events of a log to messages that may be shown: RECV-0 to RECV-4 and RECV-7 of docs/crypto.md.
// Pure: no I/O, no clock. Events come by seq and without a hole; the log reader sees to that.

import { type LogEvent, type Position, type RoomId, type Stub, epochOf, toHex } from '@mayfly/protocol';
import { type Arrival, type Candidate, Chains } from './chains.ts';
import {
  type RoomLaw,
  type WelcomeLaw,
  isInForce,
  isOwner,
  lastC,
  lawAfterCommand,
  lawAfterMessage,
  lawAfterReset,
  lawAtWelcome,
  verifyCommand,
} from '../governance/room-law.ts';
import { openEnvelope, readHeader, verifyMessage } from '../crypto/envelope.ts';
import type { Statement } from '../crypto/event-hash.ts';
import type { EpochKeys } from '../crypto/keys.ts';
import { erasureOf, stubHash } from '../crypto/stub.ts';
import { Freshness } from './freshness.ts';
import { HeldLog } from './held-log.ts';
import type { Message, ReplyTo, RoomNotice, UnsentMessage } from '../room-updates.ts';
import { shownTime } from './shown-time.ts';
import { type HeldMessage, type Shown, Talk } from './talk.ts';

export type ReceiverOptions = {
  readonly id: RoomId;
  /** Our own key. */
  readonly idPk: Uint8Array;
  readonly ownerPk: Uint8Array;
  /** Undefined for an epoch whose keys we don't have. */
  keysOf(epoch: number): EpochKeys | undefined;
  /** Replaces the real ones in tests that read one log many times. */
  readonly crypto?: typeof realCrypto;
};

const realCrypto = { openEnvelope, verifyMessage, verifyCommand };

/** The author of a message, as named in it. */
type Author = { readonly pk: Uint8Array; readonly name: string; readonly at: number };

/** What a batch of events brings, by seq. */
export type Received = {
  /** To show, or to update. */
  readonly messages: readonly Message[];
  readonly notices: readonly RoomNotice[];
  readonly unsent: readonly UnsentMessage[];
  /** Of the messages that were written when they entered the log (RECV-4). */
  readonly authors: readonly Author[];
};

export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #crypto: typeof realCrypto;
  readonly #chains: Chains;
  readonly #freshness = new Freshness();
  readonly #log: HeldLog;
  readonly #talk: Talk;
  // By delH: messages that opened, and stubs. A stub of one of them is a repeat.
  readonly #seen = new Set<string>();
  #law: RoomLaw;
  // By which pins were last shown.
  #moderators: RoomLaw['moderators'];

  /** `position`: right before the first event that will come. */
  constructor(options: ReceiverOptions, position: Position, welcome: WelcomeLaw) {
    this.#options = options;
    this.#crypto = options.crypto ?? realCrypto;
    this.#chains = new Chains(this.#crypto.verifyMessage);
    this.#log = new HeldLog(position);
    this.#talk = new Talk({ ...options, mayPin: (pk) => this.mayPin(pk) });
    this.#law = lawAtWelcome({ id: options.id, ownerPk: options.ownerPk }, welcome);
    this.#moderators = this.#law.moderators;
  }

  /** Number of the last command at our position. */
  get c(): number {
    return lastC(this.#law, this.position.seq);
  }

  /** Number of the last charter in sight; 0 before the first. */
  get charterC(): number {
    return this.#law.charterC;
  }

  /** Of the last event received. */
  get position(): Position {
    return this.#log.position;
  }

  /** EFFECT-4: by the charter in force. */
  mayPin(pk: Uint8Array): boolean {
    return isOwner(this.#law, pk);
  }

  /** `key`: of a message. */
  find(key: string): HeldMessage | undefined {
    return this.#talk.find(key);
  }

  /** `ref`: the first half of a mid, hex. */
  replyTo(ref: string): ReplyTo {
    return this.#talk.replyTo(ref);
  }

  get unverified(): number {
    return this.#chains.unverified;
  }

  /** After a reset: events between are lost to us, the log went back, or it is another log. */
  skipTo(position: Position, welcome: WelcomeLaw): void {
    this.#log.skipTo(position);
    this.#law = lawAfterReset(this.#law, welcome);
  }

  /** What the next message states about the log (EVENT-3). */
  statement(): Statement {
    return this.#log.statement(this.c);
  }

  /** `live`: they arrive as they are sent. */
  receive(events: readonly LogEvent[], arrivedAt: number, live: boolean): Received {
    const arrivals: Arrival[] = [];
    const unsent: UnsentMessage[] = [];
    for (const event of events) {
      if (event.type === 'stub') unsent.push(...this.#takeStub(event));
      if (event.type === 'message') arrivals.push(...this.#takeMessage(event, arrivedAt, live));
      if (event.type === 'command')
        this.#law = lawAfterCommand(this.#law, event.command, event.seq, this.#crypto.verifyCommand);
      this.#log.hold(event);
    }
    return { ...this.#accept(arrivals), unsent };
  }

  #accept(arrivals: readonly Arrival[]): Omit<Received, 'unsent'> {
    const changed = new Set<Candidate>();
    for (const message of this.#chains.accept(arrivals, this.#log.head)) {
      for (const other of this.#freshness.judge(message)) changed.add(other);
      changed.add(message);
    }
    const sorted = [...changed].sort((a, b) => a.index - b.index);
    const inTime = sorted.filter(({ late = false }) => !late);
    return { ...this.#show(sorted), authors: inTime.map(authorOf) };
  }

  #show(messages: readonly Candidate[]): Shown {
    const { moderators } = this.#law;
    const mayPinChanged = moderators !== this.#moderators;
    this.#moderators = moderators;
    return this.#talk.take(messages, { head: this.#log.head, mayPinChanged });
  }

  #takeMessage(
    { envelope, seq }: Extract<LogEvent, { type: 'message' }>,
    arrivedAt: number,
    live: boolean,
  ): readonly Arrival[] {
    const opened = this.#open(envelope);
    if (opened === undefined) return [];
    this.#seen.add(toHex(opened.delH));
    return [
      {
        index: this.#log.indexOf(seq),
        opened,
        arrivedAt,
        live,
        overtaken: this.#log.isOvertaken(opened.statement),
        heldFrom: this.#log.heldFrom,
        fromStart: this.#log.isWholeFor(opened.statement),
      },
    ];
  }

  #open(envelope: Uint8Array) {
    const epoch = epochOf(envelope);
    const keys = isInForce(this.#law, epoch) ? this.#options.keysOf(epoch) : undefined;
    const result = keys && this.#crypto.openEnvelope(keys, envelope);
    if (!result?.ok) {
      this.#chains.countUnverified();
      return undefined;
    }
    this.#law = lawAfterMessage(this.#law, epoch);
    return result.message;
  }

  // EVENT-2: a stub without proof is a message withheld. One that comes again explains no other gap.
  #takeStub(stub: Stub): readonly UnsentMessage[] {
    const erasure = erasureOf(stub);
    if (erasure === undefined) this.#chains.countUnverified();
    const delH = toHex(readHeader(stub.header).delH);
    if (erasure === undefined || this.#seen.has(delH)) return [];
    const index = this.#log.indexOf(stub.seq);
    this.#seen.add(delH);
    this.#chains.noteErased(index);
    return erasure === 'unsent' ? [{ key: toHex(stubHash(stub)), seq: index }] : [];
  }
}

function authorOf(message: Candidate): Author {
  const { pk, name } = message.opened;
  return { pk, name, at: shownTime(message) };
}
