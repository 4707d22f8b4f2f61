// The commands of a room, as its log gives them: their numbers (CMD-7), the charter in force and its epoch.
// Whatever the server logs, a command that isn't signed by somebody who may give it, or isn't the next, has no effect.

import {
  type Command,
  type Moderator,
  OP_CHARTER,
  POWER,
  type RoomId,
  decodeCharterArgs,
  equalBytes,
} from '@mayfly/protocol';
import { verify } from '../crypto/signature.ts';

export type CommandRoom = {
  readonly id: RoomId;
  /** By the charter that was checked at the welcome. */
  readonly ownerPk: Uint8Array;
};

/** What a welcome says of the commands so far. */
export type WelcomeCommands = {
  /** Number of the last one. */
  readonly c: number;
  /** The newest event then. */
  readonly head: number;
  /** By the charter in force. */
  readonly moderators: readonly Moderator[];
};

export class Commands {
  readonly #room: CommandRoom;
  #moderators: readonly Moderator[];
  #told: WelcomeCommands;
  // The last one in sight.
  #c: number | undefined;
  #charterC = 0;
  #epoch = 0;

  constructor(room: CommandRoom, told: WelcomeCommands) {
    this.#room = room;
    this.#moderators = told.moderators;
    this.#told = told;
  }

  /** Number of the last charter in sight; 0 for none. */
  get charterC(): number {
    return this.#charterC;
  }

  /** Number of the last command, for a page whose newest event is at `seq`. */
  lastC(seq: number): number {
    const { c, head } = this.#told;
    return seq < head ? (this.#c ?? c) : Math.max(this.#c ?? 0, c);
  }

  /** RECV-1: by the place in the log alone. Before the first charter in sight epochs may rise, never fall. */
  inForce(epoch: number): boolean {
    return this.#charterC > 0 ? epoch === this.#epoch : epoch >= this.#epoch;
  }

  /** A message of this epoch, in force here, was opened. */
  sawEpoch(epoch: number): void {
    this.#epoch = epoch;
  }

  /** The log goes on elsewhere. */
  skipTo(told: WelcomeCommands): void {
    this.#told = told;
    this.#moderators = told.moderators;
    this.#c = undefined;
    this.#charterC = 0;
  }

  /** A command event at `seq`. */
  obey(command: Command, seq: number): void {
    if (!this.#isNext(command.c, seq) || command.id !== this.#room.id || !this.#mayGive(command)) return;
    if (!verify(command.signerPk, 'cmd', command.signed, command.signature)) return;
    this.#c = command.c;
    const charter = command.op === OP_CHARTER ? decodeCharterArgs(command.args) : undefined;
    if (charter === undefined) return;
    this.#epoch = charter.newEpoch;
    this.#charterC = command.c;
    this.#moderators = charter.moderators;
  }

  // CMD-7: without a hole. Of those up to the head of the welcome, the first one in sight says where they begin.
  #isNext(c: number, seq: number): boolean {
    const isFirst = this.#c === undefined && seq <= this.#told.head;
    return isFirst ? c <= this.#told.c : c === this.lastC(seq - 1) + 1;
  }

  // CMD-3, by the charter in force at this place.
  #mayGive({ op, args, signerPk }: Command): boolean {
    if (equalBytes(signerPk, this.#room.ownerPk)) return true;
    const mask = this.#maskOf(signerPk);
    if ((mask & POWER.owner) !== 0) return POWER_FOR[op] !== undefined;
    const protectedTarget = op === OP_KICK && this.#maskOf(args) > 0;
    return !protectedTarget && (mask & (POWER_FOR[op] ?? 0)) !== 0;
  }

  #maskOf(idPk: Uint8Array): number {
    return this.#moderators.find((moderator) => equalBytes(moderator.idPk, idPk))?.mask ?? 0;
  }
}

const OP_KICK = 5;

/** What a moderator needs for an operation (CMD-2, CMD-3). The others are the owner's. */
const POWER_FOR: Readonly<Record<number, number>> = {
  2: POWER.door,
  3: POWER.door,
  [OP_KICK]: POWER.kick,
  6: POWER.admit,
  7: POWER.invite,
  8: POWER.invite,
};
