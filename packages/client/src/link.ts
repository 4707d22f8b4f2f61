// Links to a room (LINK-1 to LINK-3, LINK-5). `find-link.ts` finds them in a text.

import { sha256 } from '@noble/hashes/sha2.js';
import { type RoomId, utf8 } from '@mayfly/protocol';
import { base58map } from './crypto/base58.ts';

/** A room and the secret that opens it. */
export type RoomLink = {
  readonly id: RoomId;
  readonly secret: string;
  /** The room needs a passphrase as well. Absent: the link is enough. */
  readonly door?: 2;
  /** P, from that passphrase (see `passphraseKey` of `@mayfly/client/passphrase`). Without it such a room answers `denied`. */
  readonly second?: Uint8Array;
};

const LINK_FLAGS = [1, 2, 3, 4, 5] as const;
/** LINK-1: 1 the link is enough, 2 passphrase, 3 knock, 4 invite, 5 owner. */
export type LinkFlag = (typeof LINK_FLAGS)[number];

const FLAG_LINK_IS_ENOUGH = 1;
export const FLAG_PASSPHRASE = 2;
export const FRAGMENT_LENGTH = 35;

/**
 * The whole link, with the key in its fragment: browsers never send that part to a server. `server`: its origin, and the path
 * it runs under, if any. `door` as in `RoomLink`.
 */
export function makeLink(
  server: string,
  id: RoomId,
  secret: string,
  door: LinkFlag = FLAG_LINK_IS_ENOUGH,
): string {
  return `${withoutLastSlash(server)}/chat/${id}#${makeFragment(door, secret)}`;
}

/** Addresses of servers are given with or without one. */
export function withoutLastSlash(server: string): string {
  return server.endsWith('/') ? server.slice(0, -1) : server;
}

/** LINK-1: flag, 32 characters, checksum. */
export function makeFragment(flag: LinkFlag, secret: string): string {
  return `${flag}${secret}${checksum(`${flag}${secret}`)}`;
}

/** The content of a fragment of 35 base58 characters; undefined if its checksum doesn't match (LINK-3). */
export function readFragment(fragment: string): { flag: LinkFlag; secret: string } | undefined {
  const flag = LINK_FLAGS.find((known) => fragment.startsWith(String(known)));
  const secret = fragment.slice(1, -2);
  return flag !== undefined && makeFragment(flag, secret) === fragment ? { flag, secret } : undefined;
}

function checksum(text: string): string {
  return base58map(sha256(utf8(`mayfly/v1 sum ${text}`))).slice(0, 2);
}
