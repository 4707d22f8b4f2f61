// How members leave rooms: told at once, or by time after their connection is gone. Whatever fails is asked again.

import { GRACE_MS, type RoomId } from '@mayfly/protocol';
import { AWAY_AFTER_MS } from '../member-rules.ts';
import type { MemberSession } from '../room-store.ts';
import { readSessions } from './answers.ts';
import type { Retry } from './retry.ts';
import type { FunctionName } from './library.ts';
import type { Argument } from './link.ts';
import { textOf } from './reply.ts';

/** Members of a dead node lost their connections a lease ago. */
const ADOPTED_LEFT_MS = 5_000;

type Call = (name: FunctionName, room: RoomId, args: readonly Argument[]) => Promise<unknown>;

export class LeaveTimers {
  readonly #retry: Retry;
  readonly #call: Call;
  readonly #onLeft: () => void;

  /** `onLeft`: a room may be empty now. */
  constructor(retry: Retry, call: Call, onLeft: () => void) {
    this.#retry = retry;
    this.#call = call;
    this.#onLeft = onLeft;
  }

  /** The connection is gone. */
  async detached(room: RoomId, session: MemberSession): Promise<void> {
    const since = this.#retry.now();
    if (await this.#step(room, session, 'quiet')) this.#byTime(room, session, since);
  }

  async left(room: RoomId, session: MemberSession): Promise<void> {
    await this.#step(room, session, 'leave');
  }

  /** A join was put off, and Redis may have let them in all the same: nobody is connected. */
  async withdrawn(room: RoomId, idPk: Uint8Array, attempt: Uint8Array): Promise<void> {
    const since = this.#retry.now();
    for (const session of await this.#sessions('withdraw', room, [idPk, attempt])) {
      this.#byTime(room, session, since);
    }
  }

  /** Another node is dead; `node` takes care of whoever was there. */
  async adopted(room: RoomId, dead: string, node: Uint8Array): Promise<void> {
    const since = this.#retry.now();
    for (const session of await this.#sessions('adopt', room, [bytesOfNode(dead), node])) {
      this.#byTime(room, session, since, { awayMs: 0, leftMs: ADOPTED_LEFT_MS });
    }
  }

  /** These nodes have been dead for longer than anybody's grace. */
  async reaped(room: RoomId, dead: readonly string[]): Promise<void> {
    await this.#call('reap', room, dead.map(bytesOfNode));
  }

  #byTime(
    room: RoomId,
    session: MemberSession,
    since: number,
    { awayMs, leftMs } = { awayMs: AWAY_AFTER_MS, leftMs: GRACE_MS },
  ): void {
    this.#retry.at(since + awayMs, async () => {
      if (!(await this.#step(room, session, 'away'))) return;
      this.#retry.at(since + leftMs, () => this.#step(room, session, 'left'));
    });
  }

  // False: the session is not the newest any more, or the room is over.
  async #step(
    room: RoomId,
    { slot, generation }: MemberSession,
    step: 'quiet' | 'away' | 'left' | 'leave',
  ): Promise<boolean> {
    const ask = () => this.#call('step_departure', room, [slot, generation, step]);
    const isDone = textOf(await this.#retry.untilAnswered(ask)) === 'done';
    if (isDone && (step === 'left' || step === 'leave')) this.#onLeft();
    return isDone;
  }

  async #sessions(
    name: 'withdraw' | 'adopt',
    room: RoomId,
    args: readonly Argument[],
  ): Promise<readonly MemberSession[]> {
    return readSessions(await this.#retry.untilAnswered(() => this.#call(name, room, args)));
  }
}

function bytesOfNode(node: string): Uint8Array {
  return new Uint8Array(Buffer.from(node, 'hex'));
}
