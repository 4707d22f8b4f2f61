// Finds the link to a room in any text people paste or open (LINK-4), before any request.
//
// A link has a code and a key with a checksum, so both can be found wherever other programs put them: escaped, inside a
// wrapper's address, in brackets, over two lines. The rest of the text is noise.

import { BASE58, type RoomId, decodeUtf8, parseRoomId } from '@mayfly/protocol';
import { FLAG_PASSPHRASE, FRAGMENT_LENGTH, type LinkFlag, type RoomLink, readFragment } from './link.ts';

/** A link, and whose room it is. */
type RoomFound = {
  readonly type: 'room';
  readonly link: RoomLink;
  /** As written in the link, in lower case; undefined for `ID#key`. */
  readonly host: string | undefined;
  /** The path that the server runs under, without a slash at its end; empty if none. */
  readonly path: string;
};

/** What a text that should be a link turns out to be. */
export type ParsedLink =
  | RoomFound
  /** Two valid keys: there is no way to know which one is meant. */
  | { readonly type: 'several' }
  /** The address of a room without its key. */
  | { readonly type: 'missing_key'; readonly id: RoomId }
  /** Only something that could be a room's id. */
  | { readonly type: 'bare_code'; readonly id: RoomId }
  /** The key or the address was cut off or changed in transit. */
  | { readonly type: 'damaged' }
  /** A complete link of a kind that this version can't open: knock, invite; or the owner's, which `readOwnerLink` reads. */
  | { readonly type: 'newer_kind'; readonly flag: LinkFlag }
  | { readonly type: 'not_a_link' };

const TEXT_LENGTH_MAX = 4096;
const DECODINGS_MAX = 3;
const CHECKED_MAX = 16;

/** Reads a link, `ID#key`, or a text that contains one. */
export function parseRoomLink(text: string): ParsedLink {
  if (text.length > TEXT_LENGTH_MAX) return { type: 'not_a_link' };
  const readings = readingsOf(text);
  const links = new KeySearch();
  for (const reading of readings) links.search(reading);
  const [found, another] = links.found.values();
  if (found === undefined) return parseWithoutKey(readings.at(-1) ?? '');
  return another === undefined ? found : { type: 'several' };
}

// Removes invisible characters, and reduces line breaks and every spelling of # to one character.
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
const LINE_BREAK = /=?[\r\n\u0085\u2028\u2029]+[> \t]*/gu;
const HASH = /[＃﹟]|&(?:amp;)*(?:#35|#x23|num);/giu;

/** The text as it is, and unescaped once, twice and three times. */
function readingsOf(text: string): readonly string[] {
  const readings: string[] = [];
  let escaped = text;
  for (let decoded = 0; decoded <= DECODINGS_MAX; decoded++) {
    readings.push(escaped.replace(INVISIBLE, '').replace(LINE_BREAK, '\n').replace(HASH, '#'));
    const next = escaped.replace(/(?:%[\dA-F]{2})+/giu, unescaped);
    if (next === escaped) break;
    escaped = next;
  }
  return readings;
}

function unescaped(escapes: string): string {
  const bytes = escapes.split('%').slice(1);
  return decodeUtf8(Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 16))) ?? escapes;
}

const KEY = new RegExp(`#((?:\\n?[${BASE58}]){${FRAGMENT_LENGTH}})(?![${BASE58}])`, 'g');

/** The valid keys, each with the address before it. */
class KeySearch {
  readonly found = new Map<string, ParsedLink>();
  readonly #checked = new Map<string, ReturnType<typeof readFragment>>();

  search(reading: string): void {
    const addresses = findAddresses(reading);
    for (const { index, 1: letters = '' } of reading.matchAll(KEY)) {
      const fragment = withoutBreaks(letters);
      const key = this.#check(fragment);
      const address = key && addressOf(reading, index, addresses);
      const id = address && parseRoomId(address.id);
      if (key === undefined || id === undefined || this.found.has(fragment)) continue;
      const server = address?.start === undefined ? NO_SERVER : serverBefore(reading, address.start);
      this.found.set(fragment, linkOf(key, id, server));
    }
  }

  #check(fragment: string): ReturnType<typeof readFragment> {
    if (!this.#checked.has(fragment) && this.#checked.size < CHECKED_MAX)
      this.#checked.set(fragment, readFragment(fragment));
    return this.#checked.get(fragment);
  }
}

function linkOf(
  { flag, secret }: { flag: LinkFlag; secret: string },
  id: RoomId,
  server: Server,
): ParsedLink {
  if (flag > FLAG_PASSPHRASE) return { type: 'newer_kind', flag };
  const door = flag === FLAG_PASSPHRASE && { door: flag };
  return { type: 'room', link: { id, secret, ...door }, ...server };
}

/** A code in an address. It continues after a line break if it then ends at `end`, where a key begins. */
type Address = { readonly start: number; readonly end: number; readonly code: string };

// Looked ahead for: in /chat/chat/CODE, on a server that runs under /chat/, the second address begins within the first.
const ADDRESS = /(?=(\/\n?c\n?h\n?a\n?t\n?\/\n?|[?&]room=)((?:[\dA-Za-z]\n?)*))[/?&]/g;
const BARE_CODE = new RegExp(`(?:^|[^\\w/.:%=&?-])([${BASE58}]{4,32})\\n?$`);
/** More than the longest code and the character before it. */
const BARE_CODE_REACH = 36;

function findAddresses(reading: string): readonly Address[] {
  const addresses: Address[] = [];
  for (const { index, 1: before = '', 2: code = '' } of reading.matchAll(ADDRESS)) {
    const overlaps = (addresses.at(-1)?.end ?? 0) > index;
    if (overlaps && code === '') continue;
    if (overlaps) addresses.pop();
    addresses.push({ start: index, end: index + before.length + code.length, code });
  }
  return addresses;
}

/** The address of a key at `at`: one that ends there, otherwise a code right before it, otherwise the last address. */
function addressOf(
  reading: string,
  at: number,
  addresses: readonly Address[],
): { readonly id: string; readonly start?: number } | undefined {
  const last = addresses.findLast(({ end }) => end <= at);
  if (last?.end === at) return { id: withoutBreaks(last.code), start: last.start };
  const bare = BARE_CODE.exec(reading.slice(Math.max(0, at - BARE_CODE_REACH), at))?.[1];
  if (bare !== undefined) return { id: bare };
  return last && { id: codeBeforeBreak(last), start: last.start };
}

function codeBeforeBreak({ code }: Address): string {
  return code.split('\n', 1)[0] ?? '';
}

function withoutBreaks(text: string): string {
  return text.replaceAll('\n', '');
}

const HOST_REACH = 1000;
const WORD_END = /[^\s<>()"'`|*，。：；、「」（）【】“”]*$/u;

type Server = Pick<RoomFound, 'host' | 'path'>;

const NO_SERVER: Server = { host: undefined, path: '' };

/** Of the address that continues at `start`, not of a wrapper around it. */
function serverBefore(reading: string, start: number): Server {
  const before = reading.slice(Math.max(0, start - HOST_REACH), start);
  const word = WORD_END.exec(withoutBreaks(before))?.[0] ?? '';
  const scheme = word.lastIndexOf('://');
  const address = scheme < 0 ? (WORD_END.exec(before)?.[0] ?? '') : word.slice(scheme + 3);
  const isQuery = !reading.startsWith('/', start);
  const inWrapper = isQuery ? address : address.slice(address.search(/[^=&?#,;]*$/));
  const [host = '', ...path] = inWrapper.split(/[?&#]/, 1)[0]?.split('/').filter(Boolean) ?? [];
  if (host === '') return NO_SERVER;
  return { host: host.toLowerCase(), path: path.map((part) => `/${part}`).join('') };
}

const BARE_ADDRESS = new RegExp(`(?:^|[^\\w/.:%=&?-])([${BASE58}]{4,32})#(\\S*)`);

function parseWithoutKey(reading: string): ParsedLink {
  const [address] = findAddresses(reading);
  if (address !== undefined) {
    const behind = /^[^\s#]*#(\S*)/.exec(reading.slice(address.end))?.[1];
    return withoutKey(codeBeforeBreak(address), behind);
  }
  const [, bare, behind] = BARE_ADDRESS.exec(reading) ?? [];
  if (bare !== undefined) return withoutKey(bare, behind);
  const id = parseRoomId(unwrapped(reading.trim()));
  return id === undefined ? { type: 'not_a_link' } : { type: 'bare_code', id };
}

function withoutKey(code: string, behind = ''): ParsedLink {
  const id = parseRoomId(code);
  return id === undefined || unwrapped(behind) !== '' ? { type: 'damaged' } : { type: 'missing_key', id };
}

// Sentences and messengers put these around links, which never begin or end with them.
const OPENING: ReadonlySet<string> = new Set('<([{"\'`*«“‘„「（');
const CLOSING: ReadonlySet<string> = new Set('>)]}"\'`*»”’.,;:!?…。，、！？」）');

// Without a regular expression: one that ends in `$` would be tried again at every letter.
function unwrapped(word: string): string {
  let start = 0;
  let end = word.length;
  while (start < end && OPENING.has(word.charAt(start))) start++;
  while (end > start && CLOSING.has(word.charAt(end - 1))) end--;
  return word.slice(start, end);
}
