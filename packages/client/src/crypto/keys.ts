// The key schedule: from a link's secret to the keys of one room and epoch (KEY-2, KEY-3).

import { type Door, PUBLIC_KEY_BYTES, type RoomId, concat, roomIdBytes, u32, utf8 } from '@mayfly/protocol';
import { expandKey, extractFor } from './derive.ts';
import { type SigningKey, signingKey } from './signature.ts';
import { wipe, withJoined } from './wipe.ts';

/** Unlocked by the link's secret S, and by P if the door needs one. */
export type RoomSecrets = {
  /** S, the 32 characters of the link. */
  readonly secret: string;
  /** P; undefined at door 1. */
  readonly second: Uint8Array | undefined;
  /** Proves S and P to the server, which holds its public key only. */
  readonly access: SigningKey;
  /** Proves S alone; undefined at door 1. */
  readonly link: SigningKey | undefined;
  /** The keys of this S's epoch come from here. */
  readonly root: Uint8Array;
};

export function roomSecrets(secret: string, second?: Uint8Array): RoomSecrets {
  const s = utf8(secret);
  const prk = withJoined([s, second ?? new Uint8Array()], (joined) => extractFor('room-prk', joined));
  const prk0 = extractFor('link-prk', s);
  const secrets = {
    secret,
    second: second && Uint8Array.from(second),
    access: signingKey(expandKey(prk, 'auth')),
    link: second && signingKey(expandKey(prk0, 'link-auth')),
    root: expandKey(prk, 'root'),
  };
  wipe(s, prk, prk0);
  return secrets;
}

/** As far as they can be reached. */
export function wipeRoomSecrets({ second, access, link, root }: RoomSecrets): void {
  wipe(second, access.seed, link?.seed, root);
}

/** How newcomers get in with these. */
export function doorOf({ link }: RoomSecrets): Door {
  return link === undefined ? 1 : 2;
}

/** The link key for a charter: zeros if the link alone is enough. */
export function linkPkOf(secrets: RoomSecrets): Uint8Array {
  return secrets.link?.pk ?? new Uint8Array(PUBLIC_KEY_BYTES);
}

export type EpochKeys = {
  readonly epoch: number;
  /** Secret too: it binds link, room and epoch, and enters every seal and signature of the epoch. */
  readonly ctx: Uint8Array;
  readonly message: Uint8Array;
  readonly ephemeral: Uint8Array;
  readonly profile: Uint8Array;
  readonly manifest: Uint8Array;
  /** Shown as the room's safety code. */
  readonly fingerprint: Uint8Array;
};

export function epochKeys(root: Uint8Array, id: RoomId, epoch: number): EpochKeys {
  const ctx = expandKey(root, 'ctx', 32, concat(roomIdBytes(id), u32(epoch)));
  return {
    epoch,
    ctx,
    message: expandKey(ctx, 'msg'),
    ephemeral: expandKey(ctx, 'eph'),
    profile: expandKey(ctx, 'profile'),
    manifest: expandKey(ctx, 'manifest'),
    fingerprint: expandKey(ctx, 'fingerprint'),
  };
}

export function wipeEpochKeys({ ctx, message, ephemeral, profile, manifest, fingerprint }: EpochKeys): void {
  wipe(ctx, message, ephemeral, profile, manifest, fingerprint);
}
