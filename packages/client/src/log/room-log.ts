// The room's log as we read it, from one connection to the next: where we are in it, and the messages it brings.
// A reader serves one welcome, the receiver all of them; what is shown and what is sent are the room's.

import { type LogEvent, type Position, type Welcome, decodeCommand } from '@mayfly/protocol';
import type { WelcomeCommands } from '../governance/commands.ts';
import type { Statement } from '../crypto/event-hash.ts';
import { LogReader, type Read, continues, isContiguous } from './log-reader.ts';
import { Receiver, type ReceiverRoom } from './receiver.ts';
import type { Message } from '../room-updates.ts';

export type Batch = {
  readonly events: readonly LogEvent[];
  /** Written before this page came. */
  readonly history: readonly Message[];
  readonly fresh: readonly Message[];
  /** They arrive as they are sent. */
  readonly live: boolean;
};

export type Reading = Exclude<Read, { readonly outcome: 'events' }> | ({ readonly outcome: 'read' } & Batch);

/** Of the charter that was checked at a welcome. */
type InForce = Pick<ReceiverRoom, 'ownerPk'> & Pick<WelcomeCommands, 'moderators'>;

/** Our place in a log: position, last command, charter in force. */
type Asked = { readonly position: Position; readonly c: number; readonly charterC: number };

export class RoomLog {
  readonly #room: Omit<ReceiverRoom, 'ownerPk'>;
  readonly #now: () => number;
  // From the first welcome on.
  #receiver: Receiver | undefined;
  // Only while in: from a welcome to the loss of its connection.
  #reader: LogReader | undefined;
  // As it was when the last join was made, which named this position.
  #asked: Asked | undefined;
  // Number of the charter that the last welcome showed.
  #charterC = 0;
  // Messages up to here were written before this page came.
  #historyEnd = 0;

  constructor(room: Omit<ReceiverRoom, 'ownerPk'>, now: () => number) {
    this.#room = room;
    this.#now = now;
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

  /** What the next message states about it (EVENT-3). */
  statement(): Statement | undefined {
    return this.#receiver?.statement();
  }

  /** The position to name in a join; the welcome has to fit it. */
  ask(): Position | undefined {
    const { position, c, charterC } = this.#receiver ?? {};
    this.#asked = position && { position, c: c ?? 0, charterC: Math.max(this.#charterC, charterC ?? 0) };
    return position;
  }

  /** False where the server contradicts itself, or what we asked for. */
  fits(welcome: Welcome): boolean {
    if (!isContiguous(welcome) || announced(welcome) > welcome.limits.historyMessages) return false;
    if (this.#asked !== undefined && forgets(welcome, this.#asked)) return false;
    return (
      welcome.mode === 'reset' || (this.#asked !== undefined && continues(welcome, this.#asked.position))
    );
  }

  /**
   * Where the events that follow belong. A resume goes on where we are; while we asked, more may have come by the wire
   * that this one replaces.
   */
  enter(welcome: Welcome, { ownerPk, moderators }: InForce): void {
    const before = { logId: welcome.logId, seq: welcome.first - 1 };
    const told = { c: welcome.c, head: welcome.seq, moderators };
    if (this.#receiver === undefined) {
      this.#receiver = new Receiver({ ...this.#room, ownerPk }, before, told);
      this.#historyEnd = welcome.seq;
    } else if (welcome.mode === 'reset') {
      this.#receiver.skipTo(before, told);
    }
    this.#charterC = charterNumber(welcome);
    this.#reader = new LogReader(welcome, this.#receiver.position.seq);
  }

  read(event: LogEvent): Reading {
    if (this.#reader === undefined) return { outcome: 'held' };
    const live = this.#reader.caughtUp;
    const read = this.#reader.take(event);
    return read.outcome === 'events' ? { outcome: 'read', ...this.#receive(read.events, live) } : read;
  }

  /** Done with a wire. What was read and not given out yet is contiguous: the next welcome goes on behind it. */
  leave(): Batch {
    const held = this.#reader?.drain() ?? [];
    this.#reader = undefined;
    return this.#receive(held, false);
  }

  /** Nothing of it is kept. */
  clear(): void {
    this.#reader = undefined;
    this.#receiver = undefined;
  }

  #receive(events: readonly LogEvent[], live: boolean): Batch {
    const messages = this.#receiver?.receive(events, this.#now(), live) ?? [];
    const isHistory = ({ seq }: Message) => seq <= this.#historyEnd;
    return {
      events,
      history: messages.filter(isHistory),
      fresh: messages.filter((message) => !isHistory(message)),
      live,
    };
  }
}

// CHARTER-3: in one log, what was commanded stays.
function forgets(welcome: Welcome, { position, c, charterC }: Asked): boolean {
  if (position.logId !== welcome.logId) return false;
  return welcome.c < c || charterNumber(welcome) < charterC;
}

function charterNumber({ charter }: Welcome): number {
  return decodeCommand(charter)?.c ?? 0;
}

function announced({ first, seq }: Welcome): number {
  return seq - first + 1;
}
