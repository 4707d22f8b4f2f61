// Verifies commands, with public keys only (rule CMD-6). Whether they are still the next ones is the store's decision.

import {
  CHARTER_BLOB_BYTES,
  type GivenCommand,
  OP_CHARTER,
  OP_END,
  OP_KICK,
  type Powers,
  type RefusedCode,
  type RoomId,
  decodeCharter,
  decodeCharterArgs,
  decodeTerms,
  equalBytes,
  mayGive,
  moderatorsOf,
  removes,
} from '@mayfly/protocol';
import type { RoomLaw } from '../store/room-store.ts';
import { sha256, verifySignature } from './proof.ts';

type Given = Pick<GivenCommand, 'command' | 'blob'>;

/** Undefined: it may be logged. In the order of COMMAND-2, so a stale command says so to everyone. */
export function whyNot(
  given: Given,
  room: RoomId,
  law: RoomLaw,
  lifeMaxMs: number,
): Extract<RefusedCode, 'stale' | 'not_allowed'> | undefined {
  const { command } = given;
  if (command.id !== room) return 'not_allowed';
  if (command.epoch !== law.epoch || command.c !== law.c + 1) return 'stale';
  const powers = { ownerPk: law.ownerPk, moderators: moderatorsOf(law.charter) };
  if (!fits(given, law, powers, lifeMaxMs) || !mayGive(powers, command)) return 'not_allowed';
  const { signerPk, signed, signature } = command;
  return verifySignature('cmd', signerPk, signed, signature) ? undefined : 'not_allowed';
}

// Whether this version carries it out.
function fits({ command, blob }: Given, law: RoomLaw, powers: Powers, lifeMaxMs: number): boolean {
  if (command.op === OP_CHARTER) return amends({ command, blob }, law);
  if (blob.length > 0) return false;
  if (command.op === OP_KICK) return removes(command, powers);
  if (command.op === OP_END) return command.args.length === 0;
  const terms = decodeTerms(command);
  return terms !== undefined && (!('lifeMs' in terms) || terms.lifeMs <= lifeMaxMs);
}

// CHARTER-5: how one gets in stays as it is.
function amends({ command, blob }: Given, law: RoomLaw): boolean {
  const [before, after] = [decodeCharter(law.charter), decodeCharterArgs(command.args)];
  if (before === undefined || after === undefined || after.fresh) return false;
  const isSame =
    after.newEpoch === law.epoch &&
    after.door === before.door &&
    equalBytes(after.accessPk, before.accessPk) &&
    equalBytes(after.linkPk, before.linkPk);
  return isSame && blob.length === CHARTER_BLOB_BYTES && equalBytes(sha256(blob), after.blobHash);
}
