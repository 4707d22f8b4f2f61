// From the events of a log to messages that may be shown: RECV-0 to RECV-7 of docs/crypto.md.
// Pure: no I/O, no clock. Events come by seq and without a hole; the log reader sees to that.

import {
  ENVELOPE_HEADER_BYTES,
  type Command,
  type LogEvent,
  OP_CHARTER,
  type Position,
  type RoomId,
  type Stub,
  epochOf,
  equalBytes,
  mayGive,
  toHex,
} from '@mayfly/protocol';
import { type Arrival, type Candidate, VOUCHING_REACH } from './chain.ts';
import { type Changes, Chains } from './chains.ts';
import {
  type RoomLaw,
  type WelcomeLaw,
  isEnd,
  isInForce,
  isOwner,
  lastC,
  lawAfterCommand,
  lawAfterMessage,
  lawAfterReset,
  lawAtWelcome,
  mayJudge,
  removedBy,
} from '../governance/room-law.ts';
import {
  type OpenResult,
  type OpenedMessage,
  REF_BYTES,
  openEnvelope,
  verifyMessage,
} from '../crypto/envelope.ts';
import { verifyCommand } from '../crypto/command.ts';
import type { Statement } from '../crypto/event-hash.ts';
import type { EpochKeys } from '../crypto/keys.ts';
import { type Erasure, erasureOf } from '../crypto/stub.ts';
import { CommandPlaces } from './command-places.ts';
import { Erased } from './erased.ts';
import { Freshness } from './freshness.ts';
import { HeldLog, hashOf } from './held-log.ts';
import { REACH_EVENTS, keepOnly } from './horizon.ts';
import { type OwnPlace, OwnPlaces } from './own-places.ts';
import type { LieKind, Message, ReplyTo, RoomNotice, Trouble, UnsentMessage } from '../room-updates.ts';
import { shownTime } from './shown-time.ts';
import { type Sliced, finish, inSlices } from './sliced.ts';
import { type HeldMessage, Talk } from './talk.ts';
import { Trust } from './trust.ts';
import { Unsends } from './unsends.ts';

export type ReceiverOptions = {
  readonly id: RoomId;
  /** Our own key. */
  readonly idPk: Uint8Array;
  readonly ownerPk: Uint8Array;
  /** Undefined for an epoch whose keys we don't have. */
  keysOf(epoch: number): EpochKeys | undefined;
  /** Whether a charter that its owner signed has what it names with it (CHARTER-5). */
  holds?(charter: CommandEvent): boolean;
  /** Replaces the real ones in tests that read one log many times. */
  readonly crypto?: typeof realCrypto;
};

/** So many old events are forgotten at once. */
const FORGOTTEN_AT_ONCE = 500;

const realCrypto = { openEnvelope, verifyMessage, verifyCommand };

/** The author of a message, as named in it. */
type Author = { readonly pk: Uint8Array; readonly name: string; readonly at: number };

/** What a batch of events brings, by seq. */
export type Received = {
  /** To show, or to update. */
  readonly messages: readonly Message[];
  readonly notices: readonly RoomNotice[];
  /** Lines to insert. */
  readonly unsent: readonly UnsentMessage[];
  /** Keys of what was shown and is no more: messages, notices and lines. */
  readonly gone: readonly string[];
  /** Of the messages that were written when they entered the log (RECV-4). */
  readonly authors: readonly Author[];
  /** Those that count (CMD-8). */
  readonly commands: readonly CountedCommand[];
  /** Undefined if it is what it was. */
  readonly trouble: Trouble | undefined;
};

type CommandEvent = Extract<LogEvent, { type: 'command' }>;

/** A command that its signer had the power to give, in its turn. */
export type CountedCommand = Pick<CommandEvent, 'bytes' | 'command' | 'blob'> & {
  /** As in `Message`. */
  readonly seq: number;
  /** The key that this command removes, and whose word that is: the owner's key, or a moderator's. */
  readonly removed: Uint8Array | undefined;
};

/** A message that opened. */
type Written = { readonly header: string; readonly pk: Uint8Array; readonly delH: string };

type Timed = { readonly endsAt: number; readonly index: number };

/** When events come, how, and where those of them go that are commands. */
type Taking = Pick<Arrival, 'arrivedAt' | 'live'> & { readonly commands: CountedCommand[] };

export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #crypto: typeof realCrypto;
  readonly #chains: Chains;
  readonly #freshness = new Freshness();
  readonly #log: HeldLog;
  readonly #talk: Talk;
  readonly #erased = new Erased();
  readonly #opened = new WeakMap<Uint8Array, OpenResult>();
  readonly #unsends = new Unsends();
  readonly #own = new OwnPlaces();
  readonly #commands = new CommandPlaces();
  readonly #trust: Trust;
  // By the first half of their mid.
  readonly #accepted = new Map<string, Candidate>();
  // All that opened, in the same way.
  readonly #written = new Map<string, Written>();
  // By header: when their time is over, and where they stand.
  readonly #timed = new Map<string, Timed>();
  // By header: what is to be erased next.
  readonly #doomed = new Map<string, Erasure>();
  #law: RoomLaw;
  // The room has ended, or we were removed: a server has no more to say (CMD-9, CMD-10).
  #isOver = false;
  // Everything before this index has been forgotten.
  #keptFrom = 0;
  // By which pins were last shown.
  #moderators: RoomLaw['moderators'];

  /** `position`: right before the first event that will come. */
  constructor(options: ReceiverOptions, position: Position, welcome: WelcomeLaw) {
    this.#options = options;
    this.#crypto = options.crypto ?? realCrypto;
    this.#chains = new Chains(this.#crypto.verifyMessage);
    this.#log = new HeldLog(position);
    this.#talk = new Talk({ ...options, mayPin: (pk) => this.mayPin(pk) });
    this.#trust = new Trust(options);
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

  /** As in `Talk`. */
  get handovers(): Iterable<Candidate> {
    return this.#talk.handovers;
  }

  /** `key`: of a message. */
  find(key: string): HeldMessage | undefined {
    return this.#talk.find(key);
  }

  /** `ref`: the first half of a mid, hex. */
  replyTo(ref: string): ReplyTo {
    return this.#talk.replyTo(ref);
  }

  /** Where a message of our own stands. `ref`: as in `replyTo`. */
  ownPlace(ref: string): OwnPlace | undefined {
    const message = this.#accepted.get(ref);
    return message && this.#own.get(message.header);
  }

  /** The refs of a message's edits, newest first, and its own (UNSEND-3). */
  refsToErase(key: string): readonly string[] {
    return [...this.#talk.editsOf(key).map(refOf).reverse(), key.slice(0, 2 * REF_BYTES)];
  }

  get unverified(): number {
    return this.#chains.unverified;
  }

  /** After a reset: events between are lost to us, the log went back, or it is another log. */
  skipTo(position: Position, welcome: WelcomeLaw): void {
    this.#log.skipTo(position);
    this.#law = lawAfterReset(this.#law, welcome);
    this.#commands.clear();
    this.#trust.beginLog();
  }

  /** What the next message states about the log (EVENT-3). */
  statement(): Statement {
    return this.#log.statement(this.c);
  }

  /** RECV-6: what the page after a reload remembers of the newest events. */
  get memory(): string {
    return this.#log.memory;
  }

  recall(memory: string): void {
    this.#log.recall(memory);
  }

  /** RECV-6: in what came beside the log. The next batch says so. */
  caught(lie: LieKind): void {
    this.#trust.caught(lie);
  }

  /** RECV-6: an event that this page may hold already. */
  compare(event: LogEvent, hash = hashOf(event)): void {
    if (!this.#log.isSame(event.seq, hash)) this.#trust.caught('changed_event');
  }

  /** Opens a message that waits for others, so what waits is accepted in one go, but not opened in one go. */
  prepare(event: LogEvent): void {
    if (event.type === 'message') this.#result(event.envelope);
  }

  /** `live`: they arrive as they are sent. Also ends what is due by then. */
  receive(events: readonly LogEvent[], arrivedAt: number, live: boolean): Received {
    return finish(this.receiving(events, arrivedAt, live));
  }

  /** The same with pauses. Nothing else may be received meanwhile. */
  *receiving(events: readonly LogEvent[], arrivedAt: number, live: boolean): Sliced<Received> {
    const arrivals: Arrival[] = [];
    const commands: CountedCommand[] = [];
    yield* inSlices(events, (slice) => {
      for (const event of slice)
        if (!this.#isOver) arrivals.push(...this.#take(event, { arrivedAt, live, commands }));
    });
    this.#endTimed(arrivedAt);
    const settled = yield* this.#settle(arrivals);
    return { ...settled, gone: [...settled.gone, ...this.#forgetOld()], commands };
  }

  // EFFECT-9. What can still be accepted is about nothing before it.
  get #horizon(): number {
    return this.#log.head - REACH_EVENTS - VOUCHING_REACH;
  }

  // Returns the keys of what is forgotten.
  #forgetOld(): readonly string[] {
    const from = this.#horizon;
    if (from < this.#keptFrom + FORGOTTEN_AT_ONCE) return [];
    this.#keptFrom = from;
    const old = [...this.#accepted.values()].filter(({ index }) => index < from);
    for (const message of old) this.#accepted.delete(refOf(message));
    for (const part of [this.#chains, this.#freshness, this.#talk, this.#erased, this.#unsends])
      part.forget(from);
    keepOnly(this.#written, ({ header }) => this.#erased.isKnown(header));
    return old.map(({ mid }) => mid);
  }

  #take(event: LogEvent, { arrivedAt, live, commands }: Taking): readonly Arrival[] {
    const hash = hashOf(event);
    if (event.type === 'stub') this.#takeStub(event);
    const arrivals = event.type === 'message' ? this.#takeMessage(event, { hash, arrivedAt, live }) : [];
    if (event.type === 'command') commands.push(...this.#takeCommand(event, hash));
    this.compare(event, hash);
    this.#log.hold(event, hash);
    return arrivals;
  }

  /** When the next message ends by itself. */
  get nextEnd(): number | undefined {
    let next: number | undefined;
    for (const { endsAt } of this.#timed.values()) next = Math.min(next ?? endsAt, endsAt);
    return next;
  }

  *#settle(arrivals: readonly Arrival[]): Sliced<Omit<Received, 'commands'>> {
    const standing = new Map<Candidate, 'changed' | 'gone'>();
    const { changed: accepted } = yield* this.#chains.accept(arrivals, this.#log.head);
    yield* inSlices(accepted, (slice) => this.#note({ changed: slice, gone: [] }, standing));
    const erased = this.#eraseDoomed();
    if (erased.size > 0) this.#note(this.#chains.erase(erased, this.#log.head), standing);
    const all = [...standing].sort(([a], [b]) => a.index - b.index);
    const changed = all.flatMap(([message, how]) => (how === 'changed' ? [message] : []));
    const gone = all.flatMap(([message, how]) => (how === 'gone' ? [message] : []));
    return yield* this.#report(changed, gone);
  }

  *#report(changed: readonly Candidate[], lost: readonly Candidate[]): Sliced<Omit<Received, 'commands'>> {
    const shown = yield* this.#show(changed, lost);
    const lines = this.#erased.changeLines((delH) => this.#unsends.leavesLine(delH));
    const authors = changed.filter(({ late = false }) => !late).map(authorOf);
    const gone = [...shown.gone, ...lines.gone];
    return { ...shown, unsent: lines.unsent, gone, authors, trouble: this.#trust.takeNews() };
  }

  #note({ changed, gone }: Changes, standing: Map<Candidate, 'changed' | 'gone'>): void {
    for (const message of gone) {
      if (this.#accepted.get(refOf(message)) === message) this.#accepted.delete(refOf(message));
      standing.set(message, 'gone');
    }
    for (const message of changed) {
      for (const other of this.#freshness.judge(message))
        if (this.#isAccepted(other)) standing.set(other, 'changed');
      if (!this.#accepted.has(refOf(message))) this.#accept(message);
      standing.set(message, 'changed');
    }
  }

  #accept(message: Candidate): void {
    this.#accepted.set(refOf(message), message);
    this.#trust.take(message);
  }

  #isAccepted(message: Candidate): boolean {
    return this.#accepted.get(refOf(message)) === message;
  }

  /** The headers of what is erased now. */
  #eraseDoomed(): ReadonlySet<string> {
    const headers = new Set<string>();
    for (const [header, how] of this.#doomed) {
      const index = this.#erased.erase(header, how);
      this.#timed.delete(header);
      this.#unsends.remove(header);
      if (index === undefined) continue;
      this.#chains.noteErased(index);
      headers.add(header);
    }
    this.#doomed.clear();
    return headers;
  }

  #endTimed(now: number): void {
    for (const [header, { endsAt, index }] of this.#timed)
      if (endsAt <= now || index < this.#horizon) this.#doom(header, 'expired');
  }

  // Whichever comes first, a proof of its author leaves a line (UNSEND-3).
  #doom(header: string, how: Erasure): void {
    if (how === 'unsent' || !this.#doomed.has(header)) this.#doomed.set(header, how);
  }

  #show(messages: readonly Candidate[], gone: readonly Candidate[]): ReturnType<Talk['take']> {
    const { moderators } = this.#law;
    const mayPinChanged = moderators !== this.#moderators;
    this.#moderators = moderators;
    return this.#talk.take(messages, { head: this.#log.head, mayPinChanged, gone });
  }

  // Nothing if it doesn't count.
  #takeCommand(event: CommandEvent, hash: Uint8Array): readonly CountedCommand[] {
    const { command, seq, bytes, blob } = event;
    const before = this.#law;
    this.#law = lawAfterCommand(before, command, seq, this.#crypto.verifyCommand);
    if (this.#law === before || !mayGive(before, command)) return this.#refuseCommand(command, seq, hash);
    this.#commands.add(seq, command.c, hash);
    const isCharter = command.op === OP_CHARTER;
    if (isCharter && this.#options.holds?.(event) === false) this.#trust.caught('false_command');
    const index = this.#log.indexOf(seq);
    const removed = removedBy(before, command);
    this.#isOver = isEnd(command) || (removed !== undefined && equalBytes(removed, this.#options.idPk));
    return [{ seq: index, bytes, blob, command, removed }];
  }

  // RECV-6. The same command again, at another place, does no harm.
  #refuseCommand(command: Command, seq: number, hash: Uint8Array): readonly [] {
    if (!mayJudge(this.#law, command, seq)) this.#commands.add(seq, undefined, hash);
    else if (!this.#commands.has(hash)) this.#trust.caught('false_command');
    return [];
  }

  // A message that was erased, posted again by anyone, is as gone as before.
  #takeMessage(
    { envelope, seq }: Extract<LogEvent, { type: 'message' }>,
    arrival: Pick<Arrival, 'hash' | 'arrivedAt' | 'live'>,
  ): readonly Arrival[] {
    const header = toHex(envelope.subarray(0, ENVELOPE_HEADER_BYTES));
    if (this.#erased.has(header) || this.#doomed.has(header)) return [];
    const opened = this.#open(envelope);
    if (opened === undefined) return [];
    const index = this.#log.indexOf(seq);
    const endsAt = endOf(opened, arrival);
    if (endsAt !== undefined && !this.#erased.isKnown(header)) this.#timed.set(header, { endsAt, index });
    this.#takeUnsend(opened, header, index);
    this.#erased.see(header, { index, hash: arrival.hash });
    this.#write(opened, header);
    if (equalBytes(opened.pk, this.#options.idPk))
      this.#own.see(header, { logId: this.position.logId, seq }, envelope);
    return [
      {
        ...arrival,
        ...(endsAt !== undefined && { endsAt }),
        index,
        opened,
        header,
        overtaken: this.#log.isOvertaken(opened.statement),
        stated: this.#compareStatement(opened.statement),
        heldFrom: this.#log.heldFrom,
        fromStart: this.#log.isWholeFor(opened.statement),
      },
    ];
  }

  // UNSEND-1. Whether either is accepted can depend on messages that newcomers no longer get.
  #takeUnsend(opened: OpenedMessage, header: string, index: number): void {
    const named = this.#unsends.add(opened, header, index);
    if (named === undefined) return;
    this.#erased.name(named.delH);
    const target = this.#written.get(named.ref);
    if (target?.delH === named.delH && equalBytes(target.pk, opened.pk)) this.#doom(target.header, 'unsent');
  }

  #write({ mid, pk, delH }: OpenedMessage, header: string): void {
    const ref = toHex(mid.subarray(0, REF_BYTES));
    if (!this.#written.has(ref)) this.#written.set(ref, { header, pk, delH: toHex(delH) });
  }

  // RECV-5. In a history, many may have been sealed for the log that was before.
  #compareStatement(statement: Statement): Arrival['stated'] {
    const { c, head } = this.#law.welcome;
    const isPastHead = this.position.seq >= head;
    const known = this.#commands.at(statement.seq);
    const stated = this.#log.compare(statement, typeof known === 'number' ? known : c);
    if (stated === 'foreign') return isPastHead ? stated : undefined;
    const isSure =
      typeof known === 'number' || (known === 'none' && isPastHead) || this.#log.isAhead(statement);
    return stated === 'other' && !isSure ? undefined : stated;
  }

  #open(envelope: Uint8Array) {
    const epoch = epochOf(envelope);
    const result = isInForce(this.#law, epoch) ? this.#result(envelope) : undefined;
    this.#opened.delete(envelope);
    if (!result?.ok || this.#law.removed.has(toHex(result.message.pk))) {
      this.#chains.countUnverified();
      return undefined;
    }
    this.#law = lawAfterMessage(this.#law, epoch);
    return result.message;
  }

  #result(envelope: Uint8Array): OpenResult | undefined {
    const keys = this.#options.keysOf(epochOf(envelope));
    const result = this.#opened.get(envelope) ?? (keys && this.#crypto.openEnvelope(keys, envelope));
    if (result !== undefined) this.#opened.set(envelope, result);
    return result;
  }

  // EVENT-2: a stub without proof is a message withheld. One that comes again explains no other gap.
  #takeStub(stub: Stub): void {
    const erasure = erasureOf(stub);
    if (erasure === undefined) {
      this.#trust.caught('false_stub');
      return this.#chains.countUnverified();
    }
    const header = toHex(stub.header);
    this.#erased.seeStub(stub, this.#log.indexOf(stub.seq));
    this.#doom(header, erasure);
  }
}

// SEND-9, by our own clock. A history doesn't say when a message came, only when it was written.
function endOf(
  { ttl, at }: OpenedMessage,
  { arrivedAt, live }: Pick<Arrival, 'arrivedAt' | 'live'>,
): number | undefined {
  return ttl === 0 ? undefined : (live ? arrivedAt : Math.min(at, arrivedAt)) + ttl * 1_000;
}

function refOf({ mid }: Candidate): string {
  return mid.slice(0, 2 * REF_BYTES);
}

function authorOf(message: Candidate): Author {
  const { pk, name } = message.opened;
  return { pk, name, at: shownTime(message) };
}
