// The charter that gives a room another link (CHARTER-5). Apart from the first one, which pages make far more often.

import { sha256 } from '@noble/hashes/sha2.js';
import { OP_CHARTER, concat, encodeCharterArgs, utf8 } from '@mayfly/protocol';
import { sealBox } from './box.ts';
import { type EpochRoot, type FirstCharter, ownerBoxAad, sealManifest } from './charter.ts';
import { makeCommand } from './command.ts';
import { doorOf, epochKeys, linkPkOf, wipeEpochKeys } from './keys.ts';
import type { RandomBytes } from './random.ts';
import { withJoined } from './wipe.ts';

export type NextCharter = FirstCharter & {
  /** That its link opens. */
  readonly newEpoch: number;
  readonly c: number;
  /** What newcomers may still read. */
  readonly roots: readonly EpochRoot[];
  /** They get nothing older. */
  readonly fresh: boolean;
};

/** With its blob. */
export function makeNextCharter(
  made: NextCharter,
  random: RandomBytes,
): { readonly bytes: Uint8Array; readonly blob: Uint8Array } {
  const { id, owner, r, secrets, moderators, words, newEpoch, c, roots, fresh } = made;
  const keys = epochKeys(secrets.root, id, newEpoch);
  const manifest = sealManifest(keys, { ownerPk: owner.pk, r, ...words, roots }, random);
  wipeEpochKeys(keys);
  const blob = concat(manifest, sealOwnerBox(made, random));
  const args = encodeCharterArgs({
    newEpoch,
    accessPk: secrets.access.pk,
    linkPk: linkPkOf(secrets),
    door: doorOf(secrets),
    fresh,
    blobHash: sha256(blob),
    moderators,
  });
  return { bytes: makeCommand({ id, epoch: newEpoch - 1, c, op: OP_CHARTER, args }, owner), blob };
}

function sealOwnerBox({ id, owner, secrets, newEpoch }: NextCharter, random: RandomBytes): Uint8Array {
  const { secret, second = new Uint8Array(32) } = secrets;
  return withJoined([utf8(secret), second], (both) =>
    sealBox(owner.boxKey, ownerBoxAad(id, newEpoch), both, random),
  );
}
