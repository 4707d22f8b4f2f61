// The first frame of a connection: who we are, and that we may come in (PROOF-1 to PROOF-4).

import { type Join, type Look, type Position, type RoomId, joinTranscript } from '@mayfly/protocol';
import type { RoomSecrets } from './keys.ts';
import { type SigningKey, sign } from './signature.ts';

export type JoinRequest = {
  readonly id: RoomId;
  readonly identity: SigningKey;
  /** The challenge: a proof is good for this one connection. */
  readonly nonce: Uint8Array;
  /** `member`: the room has a record of this identity. */
  readonly as: 'key' | 'member';
  readonly secrets: RoomSecrets;
  readonly epoch?: number;
  readonly position?: Position;
};

export function makeJoin({ id, identity, nonce, as, secrets, epoch, position }: JoinRequest): Join {
  const transcript = joinTranscript(id, nonce, identity.pk);
  return {
    type: 'join',
    id,
    idPk: identity.pk,
    as,
    idSig: sign(identity.seed, 'id', transcript),
    ...(as === 'key' && keyProofs(secrets, transcript)),
    ...(epoch !== undefined && { epoch }),
    ...(position && { position }),
  };
}

/** A look proves the room's key for a purpose of its own, by an identity that is used once (LOOK-1). */
export function makeLook({ id, identity, nonce, secrets }: Omit<JoinRequest, 'as'>): Look {
  const transcript = joinTranscript(id, nonce, identity.pk);
  return {
    type: 'look',
    id,
    idPk: identity.pk,
    idSig: sign(identity.seed, 'id', transcript),
    lookSig: sign(secrets.access.seed, 'look', transcript),
  };
}

function keyProofs({ access, link }: RoomSecrets, transcript: Uint8Array): Pick<Join, 'keySig' | 'linkSig'> {
  return {
    keySig: sign(access.seed, 'join', transcript),
    ...(link && { linkSig: sign(link.seed, 'link', transcript) }),
  };
}
