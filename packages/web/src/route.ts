// Which screen an address means, and what a pasted text is. Makes no request.

import { makeLink, type ParsedLink, parseRoomLink, type RoomLink } from '@mayfly/client';
import type { RoomId } from '@mayfly/protocol';

export type Route =
  /** `roomLink` prefills the join field. */
  | { readonly to: 'landing'; readonly roomLink: string }
  /** `keySent`: an app rewrote the link, so its key reached the server with the request for this page. */
  | { readonly to: 'invited'; readonly link: RoomLink; readonly keySent: boolean }
  | { readonly to: 'unusable'; readonly trouble: UnusableLink };

/** A room's address that can't open the room. */
export type UnusableLink =
  | { readonly why: 'missing_key'; readonly id: RoomId }
  | { readonly why: 'damaged'; readonly keySent: boolean }
  | { readonly why: 'newer_kind' }
  | { readonly why: 'several' };

type Address = Pick<Location, 'href' | 'origin' | 'pathname' | 'search'>;

/** Anything after one of these was sent to the server. */
const ESCAPED_HASH = /%(?:25)*23|%(?:25)*EF%(?:25)*BC%(?:25)*83/iu;

/** On the page of a server under `base`, which is `/` or a path with a slash at both ends. Anything unknown is the landing page. */
export function routeOf({ href, origin, pathname, search }: Address, base = '/'): Route {
  const parsed = parseRoomLink(href);
  const path = pathname.startsWith(base) ? pathname.slice(base.length) : '';
  if (!/^\/*chat\//.test(path)) return { to: 'landing', roomLink: prefill(parsed, origin + base, search) };
  switch (parsed.type) {
    case 'room':
      return { to: 'invited', link: parsed.link, keySent: parseRoomLink(pathname + search).type === 'room' };
    case 'missing_key':
      return { to: 'unusable', trouble: { why: 'missing_key', id: parsed.id } };
    case 'damaged':
      return { to: 'unusable', trouble: { why: 'damaged', keySent: ESCAPED_HASH.test(pathname + search) } };
    case 'newer_kind':
      return { to: 'unusable', trouble: { why: 'newer_kind' } };
    case 'several':
      return { to: 'unusable', trouble: { why: 'several' } };
    case 'bare_code':
    case 'not_a_link':
      return { to: 'landing', roomLink: '' };
  }
}

/** `/?room=ID#key` yields the whole link. Any other value is shown unchanged, and checked when it is used. */
function prefill(parsed: ParsedLink, server: string, search: string): string {
  const wanted = new URLSearchParams(search).get('room');
  if (wanted === null) return '';
  if (parsed.type !== 'room') return wanted;
  return makeLink(server, parsed.link.id, parsed.link.secret, parsed.link.door);
}

export type LinkTrouble =
  | 'empty'
  | 'missingKey'
  | 'bareCode'
  | 'damaged'
  | 'newer'
  | 'elsewhere'
  | 'several'
  | 'notALink';

export type PastedLink =
  | { readonly ok: true; readonly link: RoomLink }
  | { readonly ok: false; readonly trouble: LinkTrouble };

/** Reads a text pasted into *Room link* on the page of a server at `host`, under `base`. */
export function pastedLink(text: string, host: string, base = '/'): PastedLink {
  if (text.trim() === '') return { ok: false, trouble: 'empty' };
  const parsed = parseRoomLink(text);
  if (parsed.type !== 'room') return { ok: false, trouble: TROUBLE_OF[parsed.type] };
  const isHere = parsed.host === undefined || (parsed.host === host && `${parsed.path}/` === base);
  if (!isHere) return { ok: false, trouble: 'elsewhere' };
  return { ok: true, link: parsed.link };
}

const TROUBLE_OF = {
  missing_key: 'missingKey',
  bare_code: 'bareCode',
  damaged: 'damaged',
  newer_kind: 'newer',
  several: 'several',
  not_a_link: 'notALink',
} as const;
