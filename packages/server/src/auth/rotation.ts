// Verifies a change of the link: a charter for the next epoch (rules COMMAND-2 and ROTATE-4). Whether its slices are there is
// the store's decision.

import {
  CHARTER_BLOB_BYTES,
  type GivenCommand,
  POWER,
  type RefusedCode,
  type RoomId,
  STAGE_TAG_BYTES,
  decodeCharterArgs,
  decodeCommand,
  equalBytes,
  maskOf,
} from '@mayfly/protocol';
import type { RoomLaw, VerifiedCharter } from '../store/room-store.ts';
import { sha256 } from '../store/stubs.ts';
import { verifySignature } from './proof.ts';

/** The charter, or why not. Only the owner signs one. */
export function verifyRotation(
  { bytes, command, blob }: Pick<GivenCommand, 'bytes' | 'command' | 'blob'>,
  room: RoomId,
  law: RoomLaw,
): VerifiedCharter | Extract<RefusedCode, 'stale' | 'not_allowed'> {
  if (command.id !== room) return 'not_allowed';
  if (command.epoch !== law.epoch || command.c !== law.c + 1) return 'stale';
  const args = decodeCharterArgs(command.args);
  if (args === undefined || args.newEpoch !== law.epoch + 1) return 'not_allowed';
  if (blob.length !== CHARTER_BLOB_BYTES || !equalBytes(sha256(blob), args.blobHash)) return 'not_allowed';
  const { signerPk, signed, signature } = command;
  const isOwners = equalBytes(signerPk, law.ownerPk) && verifySignature('cmd', signerPk, signed, signature);
  return isOwners ? { bytes, command, args, blob } : 'not_allowed';
}

/** Under which its slices wait (rule ROTATE-3). */
export function tagOf(charter: Uint8Array): Uint8Array {
  return sha256(charter).subarray(0, STAGE_TAG_BYTES);
}

/** ROTATE-2: a tab of the owner's, by the charter in force. */
export function isOwnersTab({ charter }: RoomLaw, idPk: Uint8Array): boolean {
  const args = decodeCommand(charter)?.args;
  const moderators = (args && decodeCharterArgs(args)?.moderators) ?? [];
  return (maskOf(moderators, idPk) & POWER.owner) !== 0;
}
