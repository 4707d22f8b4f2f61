// Who may give which command, and the epoch in force, at a position in the log: a fold over its events (CMD-3, CMD-7,
// CMD-8, RECV-1).
// A command without a right signature, or out of turn, changes nothing, whatever the server logs.

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
};

/** For a page that starts reading. */
export function lawAtWelcome(room: Pick<RoomLaw, 'id' | 'ownerPk'>, welcome: WelcomeLaw): RoomLaw {
  return { ...room, moderators: welcome.moderators, epoch: 0, welcome, seenC: undefined, charterC: 0 };
}

/** For a page that continues after a reset. */
export function lawAfterReset(law: RoomLaw, welcome: WelcomeLaw): RoomLaw {
  return { ...lawAtWelcome(law, welcome), epoch: law.epoch };
}

/** A message of this epoch, which was in force, opened. */
export function lawAfterMessage(law: RoomLaw, epoch: number): RoomLaw {
  return epoch === law.epoch ? law : { ...law, epoch };
}

/** `verifies`: whether the signer that the command names signed it. */
export function lawAfterCommand(
  law: RoomLaw,
  command: Command,
  seq: number,
  verifies: (command: Command) => boolean = verifyCommand,
): RoomLaw {
  if (command.id !== law.id || !isNext(law, command.c, seq) || !mayGive(law, command)) return law;
  if (!verifies(command)) return law;
  const charter = command.op === OP_CHARTER ? decodeCharterArgs(command.args) : undefined;
  const counted = { ...law, seenC: command.c };
  if (charter === undefined) return counted;
  return { ...counted, epoch: charter.newEpoch, charterC: command.c, moderators: charter.moderators };
}

/** Whether this is a tab of the owner's, by the charter in force. */
export function isOwner(law: RoomLaw, idPk: Uint8Array): boolean {
  return (maskOf(law, idPk) & POWER.owner) !== 0;
}

export function verifyCommand({ signerPk, signed, signature }: Command): boolean {
  return verify(signerPk, 'cmd', signed, signature);
}

/** Number of the last command, for a page whose newest event is at `seq`. */
export function lastC({ welcome, seenC }: RoomLaw, seq: number): number {
  return seq < welcome.head ? (seenC ?? welcome.c) : Math.max(seenC ?? 0, welcome.c);
}

/** RECV-1: by the position in the log alone. Before the first charter in sight epochs may rise, never fall. */
export function isInForce({ charterC, epoch }: RoomLaw, other: number): boolean {
  return charterC > 0 ? other === epoch : other >= epoch;
}

// CMD-7: without a gap. Up to the head of the welcome, numbering begins with the first command in sight.
function isNext(law: RoomLaw, c: number, seq: number): boolean {
  const isFirst = law.seenC === undefined && seq <= law.welcome.head;
  return isFirst ? c <= law.welcome.c : c === lastC(law, seq - 1) + 1;
}

// CMD-3, CMD-8: by the charter in force here.
function mayGive(law: RoomLaw, { op, args, signerPk }: Command): boolean {
  if (equalBytes(signerPk, law.ownerPk)) return true;
  const mask = maskOf(law, signerPk);
  if ((mask & POWER.owner) !== 0) return POWER_FOR[op] !== undefined;
  const protectedTarget = op === OP_KICK && maskOf(law, args) > 0;
  return !protectedTarget && (mask & (POWER_FOR[op] ?? 0)) !== 0;
}

function maskOf({ moderators }: RoomLaw, idPk: Uint8Array): number {
  return moderators.find((moderator) => equalBytes(moderator.idPk, idPk))?.mask ?? 0;
}

const OP_KICK = 5;

/** What a moderator needs for an operation (CMD-2, CMD-3). All others are the owner's. */
const POWER_FOR: Readonly<Record<number, number>> = {
  2: POWER.door,
  3: POWER.door,
  [OP_KICK]: POWER.kick,
  6: POWER.admit,
  7: POWER.invite,
  8: POWER.invite,
};
