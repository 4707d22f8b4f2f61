// The first frame of a connection: our identity, and the proof that we may enter (PROOF-1 to PROOF-4).

import { type Join, type Look, type Position, type RoomId, joinTranscript } from '@mayfly/protocol';
import type { RoomSecrets } from './keys.ts';
import { ownerKeys } from './owner.ts';
import { type SigningKey, sign } from './signature.ts';
import { wipe } from './wipe.ts';

/** The kind of proof (JOIN-2). `member`: the room has a record of this identity. */
export type JoinProof =
  | { readonly as: 'key' | 'member' }
  | { readonly as: 'owner'; readonly ownerCode: string };

export type JoinRequest = JoinProof & {
  readonly id: RoomId;
  readonly identity: SigningKey;
  /** The challenge: a proof is good for this one connection. */
  readonly nonce: Uint8Array;
  readonly secrets: RoomSecrets;
  readonly epoch?: number;
  readonly position?: Position;
};

export function makeJoin(request: JoinRequest): Join {
  const { id, identity, nonce, epoch, position } = request;
  const transcript = joinTranscript(id, nonce, identity.pk);
  return {
    type: 'join',
    id,
    idPk: identity.pk,
    as: request.as,
    idSig: sign(identity.seed, 'id', transcript),
    ...proofsOf(request, transcript),
    ...(epoch !== undefined && { epoch }),
    ...(position && { position }),
  };
}

type LookRequest = Pick<JoinRequest, 'id' | 'identity' | 'nonce' | 'secrets'>;

/** A look proves the room's key, under a separate signing purpose and with a throwaway identity (LOOK-1). */
export function makeLook({ id, identity, nonce, secrets }: LookRequest): Look {
  const transcript = joinTranscript(id, nonce, identity.pk);
  return {
    type: 'look',
    id,
    idPk: identity.pk,
    idSig: sign(identity.seed, 'id', transcript),
    lookSig: sign(secrets.access.seed, 'look', transcript),
  };
}

type Proofs = Pick<Join, 'keySig' | 'linkSig'>;

function proofsOf(request: JoinRequest, transcript: Uint8Array): Proofs {
  switch (request.as) {
    case 'key':
      return keyProofs(request.secrets, transcript);
    case 'owner':
      return ownerProof(request.ownerCode, transcript);
    case 'member':
      return {};
  }
}

function ownerProof(ownerCode: string, transcript: Uint8Array): Proofs {
  const { seed, boxKey } = ownerKeys(ownerCode);
  const keySig = sign(seed, 'owner', transcript);
  wipe(seed, boxKey);
  return { keySig };
}

function keyProofs({ access, link }: RoomSecrets, transcript: Uint8Array): Proofs {
  return {
    keySig: sign(access.seed, 'join', transcript),
    ...(link && { linkSig: sign(link.seed, 'link', transcript) }),
  };
}
