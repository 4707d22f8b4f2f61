// The charter in other words, or with other moderators: the link stays as it is (CHARTER-5).

import { sha256 } from '@noble/hashes/sha2.js';
import {
  MANIFEST_BYTES,
  MODERATORS_MAX,
  type Moderator,
  concat,
  decodeCharter,
  encodeCharterArgs,
} from '@mayfly/protocol';
import { openManifest, sealManifest } from './charter.ts';
import type { EpochKeys } from './keys.ts';
import type { RandomBytes } from './random.ts';
import { type RoomWords, fittingRoomWords } from './room-words.ts';
import { wipe } from './wipe.ts';

/** A charter as it stands in the log. */
export type CharterBytes = { readonly bytes: Uint8Array; readonly blob: Uint8Array };

/** What the owner may change about it. */
export type Amendable = { readonly words: RoomWords; readonly moderators: readonly Moderator[] };

/**
 * Arguments and blob of the next charter. `before` is in force, and was checked. Undefined if it would name too many
 * moderators. Throws a RangeError for words that are too long.
 */
export function amendCharter(
  before: CharterBytes,
  keys: EpochKeys,
  change: (now: Amendable) => Amendable,
  random: RandomBytes,
): { readonly args: Uint8Array; readonly blob: Uint8Array } | undefined {
  const charter = decodeCharter(before.bytes);
  const manifest = openManifest(keys, before.blob.subarray(0, MANIFEST_BYTES));
  if (charter === undefined || manifest === undefined) return undefined;
  const { ownerPk, r, roots, ...was } = manifest;
  const { words, moderators } = change({ words: was, moderators: charter.moderators });
  if (moderators.length > MODERATORS_MAX) return undefined;
  const sealed = sealManifest(keys, { ownerPk, r, ...fittingRoomWords(words), roots }, random);
  wipe(r, ...roots.map(({ root }) => root));
  // The owner box holds the same secrets as before.
  const blob = concat(sealed, before.blob.subarray(MANIFEST_BYTES));
  const args = encodeCharterArgs({ ...charter, fresh: false, blobHash: sha256(blob), moderators });
  return { args, blob };
}
