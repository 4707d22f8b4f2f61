// Who may give which command, and the epoch in force, at a position in the log: a fold over its events (CMD-3, CMD-7,
// CMD-8, RECV-1).
// A command without a right signature, or out of turn, changes nothing, whatever the server logs.

import {
  type Command,
  type Moderator,
  OP_CHARTER,
  OP_END,
  OP_KICK,
  POWER,
  type RoomId,
  decodeCharterArgs,
  equalBytes,
  maskOf,
  mayGive,
  removes,
  toHex,
} from '@mayfly/protocol';
import { verifyCommand } from '../crypto/command.ts';

/** What a checked welcome says of the commands so far. */
export type WelcomeLaw = {
  /** Number of the last command. */
  readonly c: number;
  /** The newest event's seq at that moment. */
  readonly head: number;
  /** By the charter in force. */
  readonly moderators: readonly Moderator[];
};

export type RoomLaw = {
  readonly id: RoomId;
  readonly ownerPk: Uint8Array;
  readonly moderators: readonly Moderator[];
  /** The epoch in force; before the first charter in sight, the newest that a message was sealed for. */
  readonly epoch: number;
  readonly welcome: WelcomeLaw;
  /** Number of the last command in sight; undefined before the first. */
  readonly seenC: number | undefined;
  /** Number of the last charter in sight; 0 before the first. */
  readonly charterC: number;
  /** Who was removed, in hex: what they wrote after that doesn't count (RECV-8). */
  readonly removed: ReadonlySet<string>;
};

/** For a page that starts reading. */
export function lawAtWelcome(room: Pick<RoomLaw, 'id' | 'ownerPk'>, welcome: WelcomeLaw): RoomLaw {
  return {
    ...room,
    moderators: welcome.moderators,
    epoch: 0,
    welcome,
    seenC: undefined,
    charterC: 0,
    removed: NO_ONE,
  };
}

/** For a page that continues after a reset. */
export function lawAfterReset(law: RoomLaw, welcome: WelcomeLaw): RoomLaw {
  return { ...lawAtWelcome(law, welcome), epoch: law.epoch, removed: law.removed };
}

/** A message of this epoch, which was in force, opened. */
export function lawAfterMessage(law: RoomLaw, epoch: number): RoomLaw {
  return epoch === law.epoch ? law : { ...law, epoch };
}

/** `verifies`: whether the signer that the command names signed it. Of one that can't be judged, only the number counts. */
export function lawAfterCommand(
  law: RoomLaw,
  command: Command,
  seq: number,
  verifies: (command: Command) => boolean = verifyCommand,
): RoomLaw {
  if (command.id !== law.id || !fitsEpoch(law, command)) return law;
  const may = mayGive(law, command);
  if (!may && (mayJudge(law, command, seq) || command.c > law.welcome.c)) return law;
  if (!isNext(law, command.c, seq) || !verifies(command)) return law;
  // An honest server logged what counted then, so what comes after it has the next number.
  if (!may) return { ...law, seenC: command.c };
  const charter = command.op === OP_CHARTER ? decodeCharterArgs(command.args) : undefined;
  const counted = { ...law, seenC: command.c, removed: removedAfter(law, command) };
  if (charter === undefined) return counted;
  return { ...counted, epoch: charter.newEpoch, charterC: command.c, moderators: charter.moderators };
}

/** Who a command removes, if it counts (CMD-10). */
export function removedBy(law: RoomLaw, command: Command): Uint8Array | undefined {
  return command.op === OP_KICK && removes(command, law) ? command.args : undefined;
}

/** Whether this is a tab of the owner's, by the charter in force. */
export function isOwner(law: RoomLaw, idPk: Uint8Array): boolean {
  return (maskOf(law.moderators, idPk) & POWER.owner) !== 0;
}

/** Number of the last command, for a page whose newest event is at `seq`. */
export function lastC({ welcome, seenC }: RoomLaw, seq: number): number {
  return seq < welcome.head ? (seenC ?? welcome.c) : Math.max(seenC ?? 0, welcome.c);
}

/** CMD-9: whether a command ends the room, if it counts. */
export function isEnd({ op, args }: Pick<Command, 'op' | 'args'>): boolean {
  return op === OP_END && args.length === 0;
}

/** RECV-1: by the position in the log alone. Before the first charter in sight epochs may rise, never fall. */
export function isInForce({ charterC, epoch }: RoomLaw, other: number): boolean {
  return charterC > 0 ? other === epoch : other >= epoch;
}

/** RECV-6: whether a command that changes nothing is false. Who had which power before the first charter in sight, only a welcome says, at its head. */
export function mayJudge(
  { charterC, ownerPk, welcome }: RoomLaw,
  { signerPk }: Command,
  seq: number,
): boolean {
  return charterC > 0 || seq > welcome.head || equalBytes(signerPk, ownerPk);
}

// CMD-7: without a gap. Up to the head of the welcome, numbering begins with the first command in sight.
function isNext(law: RoomLaw, c: number, seq: number): boolean {
  const isFirst = law.seenC === undefined && seq <= law.welcome.head;
  return isFirst ? c <= law.welcome.c : c === lastC(law, seq - 1) + 1;
}

// What a charter says of epochs is judged with the rest of it (CHARTER-3).
function fitsEpoch(law: RoomLaw, { op, epoch }: Command): boolean {
  return op === OP_CHARTER || isInForce(law, epoch);
}

function removedAfter(law: RoomLaw, command: Command): RoomLaw['removed'] {
  const idPk = removedBy(law, command);
  return idPk === undefined ? law.removed : new Set([...law.removed, toHex(idPk)]);
}

const NO_ONE: RoomLaw['removed'] = new Set();
