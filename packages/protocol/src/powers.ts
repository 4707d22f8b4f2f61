// Who may give a command: by the owner's key and the charter in force (rules CMD-3 and CMD-8). Nodes and pages ask here.

import { equalBytes } from './bytes.ts';
import { type Command, type Moderator, OP_DOOR, OP_KICK, OP_SLOW, POWER, decodeCharter } from './command.ts';
import { PUBLIC_KEY_BYTES } from './ids.ts';

/** Whose commands a room takes. */
export type Powers = { readonly ownerPk: Uint8Array; readonly moderators: readonly Moderator[] };

/** What a moderator needs for an operation (CMD-2, CMD-3). All others are the owner's. */
const POWER_FOR: Readonly<Record<number, number>> = {
  [OP_DOOR]: POWER.door,
  [OP_SLOW]: POWER.door,
  [OP_KICK]: POWER.kick,
  6: POWER.admit,
  7: POWER.invite,
  8: POWER.invite,
};

/** Whether its signer has the power for it. */
export function mayGive(
  { ownerPk, moderators }: Powers,
  { op, args, signerPk }: Pick<Command, 'op' | 'args' | 'signerPk'>,
): boolean {
  if (equalBytes(signerPk, ownerPk)) return true;
  const mask = maskOf(moderators, signerPk);
  if ((mask & POWER.owner) !== 0) return POWER_FOR[op] !== undefined;
  const protectedTarget = op === OP_KICK && maskOf(moderators, args) > 0;
  return !protectedTarget && (mask & (POWER_FOR[op] ?? 0)) !== 0;
}

/** Whether it can remove someone: not its signer, and not a tab of the owner's (rule CMD-10). */
export function removes(
  { args, signerPk }: Pick<Command, 'args' | 'signerPk'>,
  { moderators }: Powers,
): boolean {
  const isOwner = (maskOf(moderators, args) & POWER.owner) !== 0;
  return args.length === PUBLIC_KEY_BYTES && !isOwner && !equalBytes(args, signerPk);
}

/** By a charter, as it stands in the log. */
export function moderatorsOf(charter: Uint8Array): readonly Moderator[] {
  return decodeCharter(charter)?.moderators ?? [];
}

/** A sum of `POWER`; 0 for everyone else. */
export function maskOf(moderators: readonly Moderator[], idPk: Uint8Array): number {
  return moderators.find((moderator) => equalBytes(moderator.idPk, idPk))?.mask ?? 0;
}
