// Which screen an address asks for, and what a pasted text is. No request is made for any of it.

import { makeLink, type ParsedLink, parseRoomLink, type RoomLink } from '@mayfly/client';
import type { RoomId } from '@mayfly/protocol';

export type Route =
  /** `roomLink` prefills the join field. */
  | { readonly to: 'landing'; readonly roomLink: string }
  | { readonly to: 'invited'; readonly link: RoomLink }
  | { readonly to: 'unusable'; readonly trouble: UnusableLink };

/** An address of a room that cannot open it. */
export type UnusableLink =
  | { readonly why: 'missing_key'; readonly id: RoomId }
  | { readonly why: 'damaged' }
  | { readonly why: 'newer_kind' };

type Address = Pick<Location, 'href' | 'origin' | 'pathname' | 'search'>;

/** Anything unknown is the landing page. */
export function routeOf({ href, origin, pathname, search }: Address): Route {
  const parsed = parseRoomLink(href);
  if (!pathname.startsWith('/chat/')) return { to: 'landing', roomLink: prefill(parsed, origin, search) };
  switch (parsed.type) {
    case 'room':
      return { to: 'invited', link: parsed.link };
    case 'missing_key':
      return { to: 'unusable', trouble: { why: 'missing_key', id: parsed.id } };
    case 'damaged':
      return { to: 'unusable', trouble: { why: 'damaged' } };
    case 'newer_kind':
      return { to: 'unusable', trouble: { why: 'newer_kind' } };
    case 'bare_code':
    case 'not_a_link':
      return { to: 'landing', roomLink: '' };
  }
}

/** `/?room=ID#key` gives the whole link; what else stands there is shown as it is, to be judged when used. */
function prefill(parsed: ParsedLink, origin: string, search: string): string {
  const wanted = new URLSearchParams(search).get('room');
  if (wanted === null) return '';
  return parsed.type === 'room' ? makeLink(origin, parsed.link.id, parsed.link.secret) : wanted;
}

export type LinkTrouble =
  | 'empty'
  | 'missingKey'
  | 'bareCode'
  | 'damaged'
  | 'newer'
  | 'elsewhere'
  | 'notALink';

export type PastedLink =
  | { readonly ok: true; readonly link: RoomLink }
  | { readonly ok: false; readonly trouble: LinkTrouble };

/** What was pasted into *Room link* on the page of `host`. */
export function pastedLink(text: string, host: string): PastedLink {
  if (text.trim() === '') return { ok: false, trouble: 'empty' };
  const parsed = parseRoomLink(text);
  if (parsed.type !== 'room') return { ok: false, trouble: TROUBLE_OF[parsed.type] };
  if (parsed.host !== undefined && parsed.host !== host) return { ok: false, trouble: 'elsewhere' };
  return { ok: true, link: parsed.link };
}

const TROUBLE_OF = {
  missing_key: 'missingKey',
  bare_code: 'bareCode',
  damaged: 'damaged',
  newer_kind: 'newer',
  not_a_link: 'notALink',
} as const;
