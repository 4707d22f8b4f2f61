// What an owner makes to give a room another link: the charter, the keys, and slices for those who stay.

import { encodeSliceFrame } from '@mayfly/protocol';
import { type EpochKeys, type RoomSecrets, epochKeys, roomSecrets } from '../crypto/keys.ts';
import { makeNextCharter } from '../crypto/next-charter.ts';
import { type OwnerKeys, linkSecret } from '../crypto/owner.ts';
import { sealSlice } from '../crypto/slice.ts';
import { ID, KEYS, OWNER, SECRETS } from './author.ts';
import { seededRandom } from './random.ts';

type Epoch = { readonly secrets: RoomSecrets; readonly keys: EpochKeys };

export type NextEpoch = Epoch & {
  /** Its number. */
  readonly c: number;
  readonly charter: { readonly bytes: Uint8Array; readonly blob: Uint8Array };
  /** The frame that brings this member the new secrets. */
  sliceFor(member: { readonly pk: Uint8Array; readonly xPk: Uint8Array }): Uint8Array;
};

const FIRST: Epoch = { secrets: SECRETS, keys: KEYS };

/** `as`: whose link it is, and who signs the charter. `seed`: another one makes another link. */
export function epochAfter(
  before: Epoch = FIRST,
  {
    as = OWNER,
    c = 1 + before.keys.epoch + 1,
    seed = 'next',
  }: { as?: OwnerKeys; c?: number; seed?: string } = {},
): NextEpoch {
  const newEpoch = before.keys.epoch + 1;
  const random = seededRandom(`${seed} ${newEpoch}`);
  const r = random(32);
  const secrets = roomSecrets(linkSecret(as.pk, r));
  const roots = [{ epoch: before.keys.epoch, root: before.secrets.root }];
  const made = { id: ID, owner: as, r, secrets, moderators: [], words: {}, newEpoch, c, roots, fresh: false };
  return {
    c,
    secrets,
    keys: epochKeys(secrets.root, ID, newEpoch),
    charter: makeNextCharter(made, random),
    sliceFor: ({ pk, xPk }) =>
      encodeSliceFrame(
        newEpoch,
        sealSlice(before.keys, { ownerPk: OWNER.pk, idPk: pk, xPk }, secrets, random),
      ),
  };
}
