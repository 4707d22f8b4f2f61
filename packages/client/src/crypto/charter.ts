// The owner's signed statement of what a room is: created once here, checked at every welcome (CHARTER-1 to CHARTER-5).

import { sha256 } from '@noble/hashes/sha2.js';
import {
  CHARTER_BLOB_BYTES,
  type CharterArgs,
  type Command,
  type JsonObject,
  MANIFEST_BYTES,
  type Moderator,
  OP_CHARTER,
  type RoomId,
  allZero,
  bytesField,
  concat,
  decodeCharterArgs,
  decodeCommand,
  decodeUtf8,
  encodeCharterArgs,
  equalBytes,
  field,
  isJsonObject,
  listOf,
  parseJsonObject,
  roomIdBytes,
  toBase64url,
  u32,
  utf8,
  wholeNumber,
} from '@mayfly/protocol';
import { BOX_OVERHEAD, openBox, sealBox } from './box.ts';
import { makeCommand } from './command.ts';
import { type EpochKeys, type RoomSecrets, doorOf, epochKeys, linkPkOf, wipeEpochKeys } from './keys.ts';
import { type OwnerKeys, SECRET_LENGTH, linkSecret } from './owner.ts';
import type { RandomBytes } from './random.ts';
import { type RoomWords, cleanRoomWords } from './room-words.ts';
import { verify } from './signature.ts';
import { withJoined, withSecret } from './wipe.ts';

const MANIFEST_TEXT_BYTES = MANIFEST_BYTES - BOX_OVERHEAD;
const ROOTS_MAX = 8;

/** The sealed settings of a room. */
export type Manifest = RoomWords & {
  readonly ownerPk: Uint8Array;
  /** With the owner's key it gives S: the link commits to its owner. */
  readonly r: Uint8Array;
  /** Older epochs whose messages may still be in the log. */
  readonly roots: readonly EpochRoot[];
};

/** The keys of an epoch come from here. */
export type EpochRoot = { readonly epoch: number; readonly root: Uint8Array };

export type FirstCharter = {
  readonly id: RoomId;
  readonly owner: OwnerKeys;
  readonly r: Uint8Array;
  /** Of the link that `owner` and `r` give. */
  readonly secrets: RoomSecrets;
  readonly moderators: readonly Moderator[];
  /** They fit. */
  readonly words?: RoomWords;
};

/** Command 1 of a room, with its blob (CHARTER-2). Its door is that of the secrets. */
export function makeFirstCharter(
  first: FirstCharter,
  random: RandomBytes,
): { readonly bytes: Uint8Array; readonly blob: Uint8Array } {
  const { id, owner, r, secrets, moderators, words } = first;
  const keys = epochKeys(secrets.root, id, 0);
  const manifest = sealManifest(keys, { ownerPk: owner.pk, r, ...words, roots: [] }, random);
  const blob = concat(manifest, sealOwnerBox(owner, id, secrets, random));
  wipeEpochKeys(keys);
  const args = encodeCharterArgs({
    newEpoch: 0,
    accessPk: secrets.access.pk,
    linkPk: linkPkOf(secrets),
    door: doorOf(secrets),
    fresh: false,
    blobHash: sha256(blob),
    moderators,
  });
  return { bytes: makeCommand({ id, epoch: 0, c: 1, op: OP_CHARTER, args }, owner), blob };
}

/** Of the epoch of these keys. */
export function sealManifest(keys: EpochKeys, manifest: Manifest, random: RandomBytes): Uint8Array {
  const { ownerPk, r, roots, ...words } = manifest;
  const text = JSON.stringify({
    o: toBase64url(ownerPk),
    r: toBase64url(r),
    ...words,
    roots: roots.map(({ epoch, root }) => ({ e: epoch, root: toBase64url(root) })),
  });
  const padded = new Uint8Array(MANIFEST_TEXT_BYTES);
  withSecret(utf8(text), (bytes) => padded.set(bytes));
  return withSecret(padded, () =>
    withJoined(manifestAad(keys), (aad) => sealBox(keys.manifest, aad, padded, random)),
  );
}

function sealOwnerBox(owner: OwnerKeys, id: RoomId, secrets: RoomSecrets, random: RandomBytes): Uint8Array {
  const aad = ownerBoxAad(id, 0);
  const second = secrets.second ?? new Uint8Array(32);
  return withSecret(utf8(secrets.secret), (secret) =>
    withJoined([secret, second], (both) => sealBox(owner.boxKey, aad, both, random)),
  );
}

/** Of the box in which the owner finds the room's secrets. */
export function ownerBoxAad(id: RoomId, epoch: number): Uint8Array {
  return concat(utf8('mayfly/v1 ownerbox\0'), roomIdBytes(id), u32(epoch));
}

/** S and P as the owner sealed them for the holder of the owner code, from a charter's blob. Undefined if it isn't theirs. */
export function openOwnerBox(
  { boxKey }: Pick<OwnerKeys, 'boxKey'>,
  id: RoomId,
  epoch: number,
  blob: Uint8Array,
): { readonly secret: string; readonly second: Uint8Array | undefined } | undefined {
  const both = openBox(boxKey, ownerBoxAad(id, epoch), blob.subarray(MANIFEST_BYTES));
  return both && withSecret(both, readOwnerBox);
}

function readOwnerBox(both: Uint8Array): ReturnType<typeof openOwnerBox> {
  const secret = decodeUtf8(both.subarray(0, SECRET_LENGTH));
  const second = both.slice(SECRET_LENGTH);
  if (secret === undefined) return undefined;
  return { secret, second: allZero(second) ? undefined : second };
}

function manifestAad(keys: EpochKeys): readonly Uint8Array[] {
  return [utf8('mayfly/v1 man\0'), keys.ctx];
}

/** Undefined if it was sealed with other keys, or reads otherwise. */
export function openManifest(keys: EpochKeys, sealed: Uint8Array): Manifest | undefined {
  const padded = withJoined(manifestAad(keys), (aad) => openBox(keys.manifest, aad, sealed));
  return padded && withSecret(padded, readPadded);
}

function readPadded(padded: Uint8Array): Manifest | undefined {
  const end = padded.indexOf(0);
  const text = decodeUtf8(end < 0 ? padded : padded.subarray(0, end));
  if (text === undefined || (end >= 0 && padded.subarray(end).some((byte) => byte !== 0))) return undefined;
  const object = parseJsonObject(text);
  return object && readManifest(object);
}

function readManifest(object: JsonObject): Manifest | undefined {
  const ownerPk = bytesField(field(object, 'o'), 32);
  const r = bytesField(field(object, 'r'), 32);
  const name = field(object, 'name');
  const topic = field(object, 'topic');
  const roots = listOf(field(object, 'roots') ?? [], ROOTS_MAX, readRoot);
  if (ownerPk === undefined || r === undefined || roots === undefined) return undefined;
  if (!isOptionalText(name) || !isOptionalText(topic)) return undefined;
  return { ownerPk, r, ...cleanRoomWords({ ...(name && { name }), ...(topic && { topic }) }), roots };
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}

/** As a manifest spells it. */
export function readRoot(value: unknown): EpochRoot | undefined {
  if (!isJsonObject(value)) return undefined;
  const epoch = wholeNumber(field(value, 'e'), 0xffff_ffff);
  const root = bytesField(field(value, 'root'), 32);
  return epoch === undefined || root === undefined ? undefined : { epoch, root };
}

/** The charter as a server shows it, and what it has to match. */
export type ShownCharter = {
  readonly id: RoomId;
  readonly secrets: RoomSecrets;
  /** Of the epoch that the server says the room is in. */
  readonly keys: EpochKeys;
  /** How newcomers get in, by the link. */
  readonly door: CharterArgs['door'];
  /** Number of the room's last command, by the server's word. */
  readonly lastC: number;
  readonly bytes: Uint8Array;
  readonly blob: Uint8Array;
};

/** The failed check of CHARTER-3. */
type CharterRefusal =
  | 'not_a_charter'
  | 'other_room'
  | 'blob'
  | 'manifest'
  | 'owner_signature'
  | 'link_commitment'
  | 'epoch'
  | 'door'
  | 'keys'
  | 'number';

/** A charter that passed all checks. */
type Charter = CharterArgs & { readonly c: number };

export type CharterResult =
  | { readonly ok: true; readonly charter: Charter; readonly manifest: Manifest }
  | { readonly ok: false; readonly reason: CharterRefusal };

/** CHARTER-3: unless everything holds, this isn't the room that the link was made for, and nothing is sent to it. */
export function checkCharter(shown: ShownCharter): CharterResult {
  const command = decodeCommand(shown.bytes);
  const args = command?.op === OP_CHARTER ? decodeCharterArgs(command.args) : undefined;
  if (command === undefined || args === undefined) return { ok: false, reason: 'not_a_charter' };
  if (shown.blob.length !== CHARTER_BLOB_BYTES || !equalBytes(sha256(shown.blob), args.blobHash)) {
    return { ok: false, reason: 'blob' };
  }
  const manifest = openManifest(shown.keys, shown.blob.subarray(0, MANIFEST_BYTES));
  if (manifest === undefined) return { ok: false, reason: 'manifest' };
  const reason = misfit(shown, command, args) ?? forgery(shown, command, manifest);
  return reason ? { ok: false, reason } : { ok: true, charter: { ...args, c: command.c }, manifest };
}

function misfit(shown: ShownCharter, command: Command, args: CharterArgs): CharterRefusal | undefined {
  if (command.id !== shown.id) return 'other_room';
  if (args.newEpoch !== shown.keys.epoch) return 'epoch';
  if (args.newEpoch - command.epoch > 1 || args.newEpoch < command.epoch) return 'epoch';
  if (args.door !== shown.door) return 'door';
  if (!equalBytes(args.accessPk, shown.secrets.access.pk)) return 'keys';
  if (!equalBytes(args.linkPk, linkPkOf(shown.secrets))) return 'keys';
  if (command.c > shown.lastC) return 'number';
  return undefined;
}

function forgery(shown: ShownCharter, command: Command, manifest: Manifest): CharterRefusal | undefined {
  const { ownerPk, r } = manifest;
  if (linkSecret(ownerPk, r) !== shown.secrets.secret) return 'link_commitment';
  const byOwner = equalBytes(command.signerPk, ownerPk);
  return byOwner && verify(ownerPk, 'cmd', command.signed, command.signature) ? undefined : 'owner_signature';
}
