// Verifies commands, with public keys only (rule CMD-6). Whether they are still the next ones is the store's decision.

import {
  type GivenCommand,
  OP_END,
  OP_KICK,
  type Powers,
  type RefusedCode,
  type RoomId,
  decodeCharterArgs,
  decodeCommand,
  mayGive,
  removes,
} from '@mayfly/protocol';
import type { RoomLaw } from '../store/room-store.ts';
import { verifySignature } from './proof.ts';

/** Undefined: it may be logged. In the order of COMMAND-2, so a stale command says so to everyone. */
export function whyNot(
  { command, blob }: Pick<GivenCommand, 'command' | 'blob'>,
  room: RoomId,
  law: RoomLaw,
): Extract<RefusedCode, 'stale' | 'not_allowed'> | undefined {
  if (command.id !== room) return 'not_allowed';
  if (command.epoch !== law.epoch || command.c !== law.c + 1) return 'stale';
  const powers = { ownerPk: law.ownerPk, moderators: moderatorsOf(law) };
  if (!fits(command, powers) || blob.length > 0 || !mayGive(powers, command)) return 'not_allowed';
  const { signerPk, signed, signature } = command;
  return verifySignature('cmd', signerPk, signed, signature) ? undefined : 'not_allowed';
}

// Whether this version carries it out.
function fits(command: GivenCommand['command'], powers: Powers): boolean {
  if (command.op === OP_KICK) return removes(command, powers);
  return command.op === OP_END && command.args.length === 0;
}

function moderatorsOf({ charter }: RoomLaw) {
  const args = decodeCommand(charter)?.args;
  return (args && decodeCharterArgs(args)?.moderators) ?? [];
}
