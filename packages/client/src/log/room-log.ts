// The room's log across connections: our position in it, and the messages it brings. A reader serves one welcome, the
// receiver all of them.

import { type LogEvent, type Position, type Welcome, decodeCommand } from '@mayfly/protocol';
import type { WelcomeLaw } from '../governance/room-law.ts';
import type { Statement } from '../crypto/event-hash.ts';
import { erasureOf } from '../crypto/stub.ts';
import type { Candidate } from './chain.ts';
import { LogReader, type Read, continues, isContiguous } from './log-reader.ts';
import { type CountedCommand, type Received, Receiver, type ReceiverOptions } from './receiver.ts';
import { type Sliced, finish } from './sliced.ts';
import type { LieKind, ReplyTo } from '../room-updates.ts';
import type { OwnPlace } from './own-places.ts';
import type { HeldMessage, Shown } from './talk.ts';

export type Batch = Pick<Received, 'unsent' | 'gone' | 'authors' | 'commands' | 'trouble'> & {
  /** Of each message event, its envelope, or the header that its stub keeps. */
  readonly echoes: readonly Uint8Array[];
  /** Written before this page came. */
  readonly history: Shown;
  readonly fresh: Shown;
  /** They arrive as they are sent. */
  readonly live: boolean;
};

export type Reading =
  | Exclude<Read, { readonly outcome: 'events' }>
  /** `live`: as in `Batch`. */
  | { readonly outcome: 'events'; readonly events: readonly LogEvent[]; readonly live: boolean };

/** For the newest events, through a reload. */
export type LogMemory = { load(): string; save(text: string): void };

/** Of the charter checked at a welcome. */
type AtWelcome = Pick<ReceiverOptions, 'ownerPk'> & Pick<WelcomeLaw, 'moderators'>;

/** What a join was asked from: position, last command, charter in force. */
type Asked = { readonly position: Position; readonly c: number; readonly charterC: number };

export class RoomLog {
  readonly #options: Omit<ReceiverOptions, 'ownerPk'>;
  readonly #now: () => number;
  readonly #memory: LogMemory;
  // From the first welcome on.
  #receiver: Receiver | undefined;
  // Only while in: from a welcome to the loss of its connection.
  #reader: LogReader | undefined;
  // As it was when the last join was made.
  #asked: Asked | undefined;
  // Number of the charter in the last welcome.
  #charterC = 0;
  // The newest ones that counted, oldest first.
  #counted: readonly CountedCommand[] = [];
  // Commands that another log lacks.
  #lost: readonly CountedCommand[] = [];
  // Messages up to here were written before this page came.
  #historyEnd = 0;

  constructor(options: Omit<ReceiverOptions, 'ownerPk'>, now: () => number, memory: LogMemory) {
    this.#options = options;
    this.#now = now;
    this.#memory = memory;
  }

  /** Whether events are expected. */
  get isOpen(): boolean {
    return this.#reader !== undefined;
  }

  /** Everything up to the moment of joining is here. */
  get caughtUp(): boolean {
    return this.#reader?.caughtUp ?? false;
  }

  get unverified(): number {
    return this.#receiver?.unverified ?? 0;
  }

  /** `key`: of a message. Undefined if this page doesn't hold it. */
  find(key: string): HeldMessage | undefined {
    return this.#receiver?.find(key);
  }

  /** The message that a reply answers. `ref`: the first half of its mid, hex. */
  replyTo(ref: string): ReplyTo {
    return this.#receiver?.replyTo(ref) ?? {};
  }

  /** As in `Talk`. */
  get handovers(): Iterable<Candidate> {
    return this.#receiver?.handovers ?? [];
  }

  /** EFFECT-4. */
  mayPin(pk: Uint8Array): boolean {
    return this.#receiver?.mayPin(pk) ?? false;
  }

  /** Number of the last command at our position. */
  get c(): number {
    return this.#receiver?.c ?? 0;
  }

  /** As in `Receiver`. */
  ownPlace(ref: string): OwnPlace | undefined {
    return this.#receiver?.ownPlace(ref);
  }

  /** Of a message of our own; undefined if it isn't in the current log. `ref`: as in `replyTo`. */
  seqOf(ref: string): number | undefined {
    const position = this.ownPlace(ref)?.position;
    return position?.logId === this.#receiver?.position.logId ? position?.seq : undefined;
  }

  /** As in `Receiver`. */
  refsToErase(key: string): readonly string[] {
    return this.#receiver?.refsToErase(key) ?? [];
  }

  /** When the next message ends by itself. */
  get nextEnd(): number | undefined {
    return this.#receiver?.nextEnd;
  }

  /** Takes away the messages whose time is over. `lie`: as in `Receiver`. */
  endTimed(lie?: LieKind): Batch {
    if (lie !== undefined) this.#receiver?.caught(lie);
    return finish(this.receive([], false));
  }

  /** What the next message states about it (EVENT-3). */
  statement(): Statement | undefined {
    return this.#receiver?.statement();
  }

  /** The position for a join; its welcome has to fit it. */
  ask(): Position | undefined {
    const { position, c, charterC } = this.#receiver ?? {};
    this.#asked = position && { position, c: c ?? 0, charterC: Math.max(this.#charterC, charterC ?? 0) };
    return position;
  }

  /** False if the server contradicts itself, or what we asked for. */
  fits(welcome: Welcome): boolean {
    if (!isContiguous(welcome) || announced(welcome) > welcome.limits.historyMessages) return false;
    if (this.#asked !== undefined && forgets(welcome, this.#asked)) return false;
    return (
      welcome.mode === 'reset' || (this.#asked !== undefined && continues(welcome, this.#asked.position))
    );
  }

  /**
   * The events that follow belong to this welcome. A resume continues at our position; meanwhile, more may have come over
   * the wire that this one replaces.
   */
  enter(welcome: Welcome, { ownerPk, moderators }: AtWelcome): void {
    const before = { logId: welcome.logId, seq: welcome.first - 1 };
    const law = { c: welcome.c, head: welcome.seq, moderators };
    if (this.#receiver === undefined) {
      this.#receiver = new Receiver({ ...this.#options, ownerPk }, before, law);
      this.#receiver.recall(this.#memory.load());
      this.#historyEnd = welcome.seq;
    } else if (welcome.mode === 'reset') {
      this.#receiver.skipTo(before, law);
    }
    this.#lost =
      this.#asked && isRolledBack(welcome, this.#asked) ? this.#counted.filter(isAfter(welcome)) : [];
    this.#charterC = charterNumber(welcome);
    this.#reader = new LogReader(welcome, this.#receiver.position.seq);
  }

  read(event: LogEvent): Reading {
    if (this.#reader === undefined) return { outcome: 'held' };
    const live = this.#reader.caughtUp;
    if (event.seq <= (this.#receiver?.position.seq ?? 0)) this.#receiver?.compare(event);
    const read = this.#reader.take(event);
    if (read.outcome === 'held') this.#receiver?.prepare(event);
    return read.outcome === 'events' ? { ...read, live } : read;
  }

  /** Commands that the server lost with an older log, to be brought again, in order (COMMAND-6). Once. */
  takeLost(): readonly CountedCommand[] {
    const lost = this.#lost;
    this.#lost = [];
    return lost;
  }

  /** The wire is gone. What was read so far is contiguous, so the next welcome can continue after it. */
  leave(): Batch {
    const held = this.#reader?.drain() ?? [];
    this.#reader = undefined;
    return finish(this.receive(held, false));
  }

  /** Forgets everything. */
  clear(): void {
    this.#reader = undefined;
    this.#receiver = undefined;
    this.#counted = [];
    this.#lost = [];
  }

  /** Takes what was read. Nothing else may be received meanwhile. */
  *receive(events: readonly LogEvent[], live: boolean): Sliced<Batch> {
    const receiver = this.#receiver;
    const { messages, notices, ...rest } =
      receiver === undefined ? NOTHING : yield* receiver.receiving(events, this.#now(), live);
    this.#counted = [...this.#counted, ...rest.commands].slice(-COMMANDS_KEPT);
    if (receiver !== undefined && events.length > 0) this.#memory.save(receiver.memory);
    const shown = (isHistory: boolean): Shown => ({
      messages: messages.filter(({ seq }) => this.#isHistory(seq) === isHistory),
      notices: notices.filter(({ seq }) => this.#isHistory(seq) === isHistory),
    });
    return { ...rest, echoes: events.flatMap(echoOf), history: shown(true), fresh: shown(false), live };
  }

  #isHistory(seq: number): boolean {
    return seq <= this.#historyEnd;
  }
}

/** As many as one connection may bring at once (LIMIT-5). */
const COMMANDS_KEPT = 5;

const NOTHING: Received = {
  messages: [],
  notices: [],
  unsent: [],
  gone: [],
  authors: [],
  commands: [],
  trouble: undefined,
};

function echoOf(event: LogEvent): readonly Uint8Array[] {
  if (event.type === 'message') return [event.envelope];
  return event.type === 'stub' && erasureOf(event) !== undefined ? [event.header] : [];
}

// CHARTER-3: in one log, commands stay.
function forgets(welcome: Welcome, { position, c, charterC }: Asked): boolean {
  if (position.logId !== welcome.logId) return false;
  return welcome.c < c || charterNumber(welcome) < charterC;
}

function isRolledBack(welcome: Welcome, { position, c }: Asked): boolean {
  return position.logId !== welcome.logId && welcome.c < c;
}

function isAfter({ c }: Welcome) {
  return ({ command }: CountedCommand) => command.c > c;
}

function charterNumber({ charter }: Welcome): number {
  return decodeCommand(charter)?.c ?? 0;
}

function announced({ first, seq }: Welcome): number {
  return seq - first + 1;
}
