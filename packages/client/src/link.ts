// Links to a room, and what people paste instead of one (LINK-1 to LINK-5). All of it is decided before any request.

import { sha256 } from '@noble/hashes/sha2.js';
import { type RoomId, parseRoomId, utf8 } from '@mayfly/protocol';
import { base58map } from './crypto/base58.ts';

/** A room and the secret that opens it. */
export type RoomLink = { readonly id: RoomId; readonly secret: string };

/** What a text that should have been a link turned out to be. */
export type ParsedLink =
  /** `host` is where the link leads, as written there, in lower case; undefined for `ID#key`. */
  | { readonly type: 'room'; readonly link: RoomLink; readonly host: string | undefined }
  /** The address of a room without its key. */
  | { readonly type: 'missing_key'; readonly id: RoomId }
  /** Nothing but what could be a room's id. */
  | { readonly type: 'bare_code'; readonly id: RoomId }
  /** The key, or the address, was cut off or changed on the way. */
  | { readonly type: 'damaged' }
  /** A whole link of a kind this version cannot open: passphrase, knock, invite, owner. */
  | { readonly type: 'newer_kind'; readonly flag: LinkFlag }
  | { readonly type: 'not_a_link' };

const LINK_FLAGS = [1, 2, 3, 4, 5] as const;
/** LINK-1: 1 the link is enough, 2 passphrase, 3 knock, 4 invite, 5 owner. */
export type LinkFlag = (typeof LINK_FLAGS)[number];

const FLAG_LINK_IS_ENOUGH = 1;
const FRAGMENT = /^([1-5])([1-9A-HJ-NP-Za-km-z]{32})([1-9A-HJ-NP-Za-km-z]{2})$/;

/** The whole link, with the key in its fragment: browsers never send that part to a server. */
export function makeLink(origin: string, id: RoomId, secret: string): string {
  return `${origin}/chat/${id}#${makeFragment(FLAG_LINK_IS_ENOUGH, secret)}`;
}

/** LINK-1: flag, 32 characters, checksum. */
export function makeFragment(flag: LinkFlag, secret: string): string {
  return `${flag}${secret}${checksum(`${flag}${secret}`)}`;
}

function checksum(text: string): string {
  return base58map(sha256(utf8(`mayfly/v1 sum ${text}`))).slice(0, 2);
}

/** Reads a link, `ID#key`, or the sentence that one stands in. */
export function parseRoomLink(text: string): ParsedLink {
  const address = findAddress(text);
  if (address === undefined) return { type: 'not_a_link' };
  const hash = address.indexOf('#');
  const place = readPlace(hash < 0 ? address : address.slice(0, hash));
  const fragment = hash < 0 ? '' : address.slice(hash + 1);
  if (place === undefined) return { type: 'not_a_link' };
  const id = parseRoomId(place.id);
  if (id === undefined) return { type: place.bare ? 'not_a_link' : 'damaged' };
  if (fragment !== '') return readKey(id, fragment, place.host);
  return place.bare && hash < 0 ? { type: 'bare_code', id } : { type: 'missing_key', id };
}

const INVISIBLE = /[\u200B-\u200D\u2060\uFEFF]/gu;
// What sentences and messengers put around a link; none of it occurs at the ends of one.
const OPENING: ReadonlySet<string> = new Set('<([{"\'`*«“‘„');
const CLOSING: ReadonlySet<string> = new Set('>)]}"\'`*»”’.,;:!?…');

const TEXT_LENGTH_MAX = 4096;

function findAddress(text: string): string | undefined {
  if (text.length > TEXT_LENGTH_MAX) return undefined;
  const words = text.replace(INVISIBLE, '').split(/\s+/u);
  const addresses = words.map(unwrapped).filter((word) => word !== '');
  if (addresses.length <= 1) return addresses[0];
  return (
    addresses.find((word) => readPlace(word.split('#', 1)[0] ?? '')?.bare === false) ??
    addresses.find((word) => word.includes('#'))
  );
}

// By hand: a pattern that ends in `$` is tried anew at every letter.
function unwrapped(word: string): string {
  let start = 0;
  let end = word.length;
  while (start < end && OPENING.has(word.charAt(start))) start++;
  while (end > start && CLOSING.has(word.charAt(end - 1))) end--;
  return word.slice(start, end);
}

/** Where an address leads, from what stands before its `#`. */
type Place = { readonly id: string; readonly host?: string; readonly bare: boolean };

const CHAT_PATH = /\/chat\/([^/]*)\/?$/u;

function readPlace(before: string): Place | undefined {
  const [address = '', query] = before.split('?', 2);
  const path = address.replace(/^https?:\/\//iu, '');
  const id = CHAT_PATH.exec(path)?.[1] ?? new URLSearchParams(query).get('room');
  const host = path.split('/', 1)[0]?.toLowerCase();
  if (id !== null) return { id, ...(host && { host }), bare: false };
  return before === '' ? undefined : { id: before, bare: true };
}

function readKey(id: RoomId, fragment: string, host: string | undefined): ParsedLink {
  const [, flag, secret] = FRAGMENT.exec(fragment) ?? [];
  const known = LINK_FLAGS.find((candidate) => String(candidate) === flag);
  if (known === undefined || secret === undefined) return { type: 'damaged' };
  if (makeFragment(known, secret) !== fragment) return { type: 'damaged' };
  if (known !== FLAG_LINK_IS_ENOUGH) return { type: 'newer_kind', flag: known };
  return { type: 'room', link: { id, secret }, host };
}
