// Commands as their signers make them (CMD-1).

import { type Command, type RoomId, encodeCommand, encodeUnsignedCommand } from '@mayfly/protocol';
import { type SigningKey, sign, verify } from './signature.ts';

export type NewCommand = Pick<Command, 'epoch' | 'c' | 'op' | 'args'> & { readonly id: RoomId };

export function makeCommand({ id, epoch, c, op, args }: NewCommand, signer: SigningKey): Uint8Array {
  const signed = encodeUnsignedCommand(id, epoch, c, op, args);
  return encodeCommand(signed, signer.pk, sign(signer.seed, 'cmd', signed));
}

/** Whether the signer that it names signed it. */
export function verifyCommand({ signerPk, signed, signature }: Command): boolean {
  return verify(signerPk, 'cmd', signed, signature);
}
