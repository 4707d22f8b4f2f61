// How members leave: at once by their own word, or in steps after their connection is lost. Failed calls are repeated.

import { GRACE_MS, type RoomId } from '@mayfly/protocol';
import { AWAY_AFTER_MS } from '../member-rules.ts';
import type { MemberSession } from '../room-store.ts';
import { readSessions } from './answers.ts';
import type { Argument } from './link.ts';
import { textOf } from './reply.ts';
import type { Retry } from './retry.ts';
import type { RoomCalls } from './room-calls.ts';

/** Members of a dead node lost their connections a whole lease ago. */
const ADOPTED_LEFT_MS = 5_000;

export class LeaveTimers {
  readonly #retry: Retry;
  readonly #calls: RoomCalls;
  readonly #onLeft: () => void;

  /** `onLeft`: a room may be empty now. */
  constructor(retry: Retry, calls: RoomCalls, onLeft: () => void) {
    this.#retry = retry;
    this.#calls = calls;
    this.#onLeft = onLeft;
  }

  /** The connection is gone. */
  async detached(room: RoomId, session: MemberSession): Promise<void> {
    const since = this.#retry.now();
    if (await this.#step(room, session, 'quiet')) this.#schedule(room, session, since);
  }

  async left(room: RoomId, session: MemberSession): Promise<void> {
    await this.#step(room, session, 'leave');
  }

  /** This join failed here, but Redis may have carried it out: no connection belongs to that member. */
  async withdrawn(room: RoomId, idPk: Uint8Array, attempt: Uint8Array): Promise<void> {
    const since = this.#retry.now();
    for (const session of await this.#sessions('withdraw', room, [idPk, attempt])) {
      this.#schedule(room, session, since);
    }
  }

  /** Node `dead` is gone; `node` takes over its members. */
  async adopted(room: RoomId, dead: string, node: Uint8Array): Promise<void> {
    const since = this.#retry.now();
    for (const session of await this.#sessions('adopt', room, [bytesOfNode(dead), node])) {
      this.#schedule(room, session, since, { awayMs: 0, leftMs: ADOPTED_LEFT_MS });
    }
  }

  /** These nodes have been dead for longer than any grace lasts. */
  async reaped(room: RoomId, dead: readonly string[]): Promise<void> {
    await this.#calls.once('reap', room, dead.map(bytesOfNode));
  }

  #schedule(
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

  // False: a newer session has replaced this one, or the room is over.
  async #step(
    room: RoomId,
    { slot, generation }: MemberSession,
    step: 'quiet' | 'away' | 'left' | 'leave',
  ): Promise<boolean> {
    const answer = await this.#calls.untilAnswered('step_departure', room, [slot, generation, step]);
    const isDone = textOf(answer) === 'done';
    if (isDone && (step === 'left' || step === 'leave')) this.#onLeft();
    return isDone;
  }

  async #sessions(
    name: 'withdraw' | 'adopt',
    room: RoomId,
    args: readonly Argument[],
  ): Promise<readonly MemberSession[]> {
    return readSessions(await this.#calls.untilAnswered(name, room, args));
  }
}

function bytesOfNode(node: string): Uint8Array {
  return new Uint8Array(Buffer.from(node, 'hex'));
}
