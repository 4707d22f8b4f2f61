// Tries everything a removed person still has on frames that the server shouldn't have sent them.

import { type ServerSealed, decodeServerSealed, epochOf } from '@mayfly/protocol';
import { decodeRotationFrame } from '@mayfly/protocol/rotation';
import type { Identity, RoomLink } from '@mayfly/client';
import { openManifest } from '../../packages/client/src/crypto/charter.ts';
import { openEnvelope } from '../../packages/client/src/crypto/envelope.ts';
import { type EpochKeys, epochKeys, roomSecrets } from '../../packages/client/src/crypto/keys.ts';
import { openProfile } from '../../packages/client/src/crypto/profile.ts';
import { openSlice } from '../../packages/client/src/crypto/slice.ts';

const MANIFEST_BYTES = 1064;
const EPOCHS = [0, 1, 2, 3];

type Kind = 'message' | 'profile' | 'charter' | 'slice';
type Tried = { readonly kind: Kind; readonly opens: boolean };

/** Of each kind, how many frames there were, and how many of them the old link and the old identity open. */
export function tryAll(
  frames: readonly Uint8Array[],
  link: RoomLink,
  identity: Pick<Identity, 'pk' | 'xSecret'>,
): Readonly<Record<Kind, { readonly tried: number; readonly opened: number }>> {
  const { root } = roomSecrets(link.secret, link.second);
  const keys = EPOCHS.map((epoch) => epochKeys(root, link.id, epoch));
  const sealed = frames.flatMap((frame) => decodeServerSealed(frame) ?? []);
  const owners = sealed.flatMap((frame) => (frame.type === 'command' ? [frame.command.signerPk] : []));
  const all = sealed.flatMap((frame) => tryOne(frame, keys, { ...identity, owners }));
  const count = (kind: Kind) => {
    const ofKind = all.filter((one) => one.kind === kind);
    return { tried: ofKind.length, opened: ofKind.filter(({ opens }) => opens).length };
  };
  return {
    message: count('message'),
    profile: count('profile'),
    charter: count('charter'),
    slice: count('slice'),
  };
}

function tryOne(
  frame: ServerSealed,
  all: readonly EpochKeys[],
  { pk, xSecret, owners }: { pk: Uint8Array; xSecret: Uint8Array; owners: readonly Uint8Array[] },
): readonly Tried[] {
  const tried = (kind: Kind, opens: (keys: EpochKeys) => boolean) => [{ kind, opens: all.some(opens) }];
  if (frame.type === 'message') return tried('message', (keys) => openEnvelope(keys, frame.envelope).ok);
  // After a reconnect, events from before the change come again.
  if (frame.type === 'profile' && epochOf(frame.sealed) > 0)
    return tried('profile', (keys) => openProfile(keys, frame) !== undefined);
  if (frame.type === 'command' && frame.blob.length > 0)
    return tried(
      'charter',
      (keys) => openManifest(keys, frame.blob.subarray(0, MANIFEST_BYTES)) !== undefined,
    );
  const slice = frame.type === 'rotation' ? decodeRotationFrame(frame.frame) : undefined;
  if (slice?.type !== 'slice') return [];
  const opensFor = (keys: EpochKeys, ownerPk: Uint8Array) =>
    openSlice(keys, { ownerPk, idPk: pk, xSecret }, slice.sealed) !== undefined;
  return tried('slice', (keys) => owners.some((ownerPk) => opensFor(keys, ownerPk)));
}
